package import Records
package import Streaming

/// Pages of hosts, of several ranges of ids at once where Qualys lets more than one call run.
///
/// The pages are those of ``DetectionsPager``, from range to range: the end of a range is to it a WARNING that names the
/// next one's first id. The first page is asked for alone; when it says that another follows, and its header fields that
/// more than one call may run, Host List tells how to cut the rest.
package struct RangedDetectionsPager: Pager {
  package typealias Answer = DetectionsAnswer

  private var pages: DetectionsPager
  private let readAhead: ReadAheadTransport
  private let context: CallContext
  private var ranges: HostRanges?
  private var hasAskedForRanges = false
  /// The range that the request at hand is for.
  private var range: Int?

  package init(_ pages: DetectionsPager, _ readAhead: ReadAheadTransport, _ context: CallContext) {
    self.pages = pages
    self.readAhead = readAhead
    self.context = context
  }

  package var after: UInt64 { pages.after }

  package mutating func request() async throws -> APIRequest? {
    range = nil
    guard let request = try await pages.request() else { return nil }
    // A page that ends before a host in quarantine, or at one, is one for itself.
    guard let first = request.value(of: "id_min").flatMap({ UInt64($0) }), request.value(of: "id_max") == nil else {
      return request
    }
    try await cut(request, from: first)
    guard let ranges else { return request }
    let (index, last) = ranges.range(of: first)
    range = index
    let upcoming = (index + 1..<ranges.starts.count).prefix(readAhead.most)
    let current = request.within(first, last)
    readAhead.prefetch(upcoming.map { request.within(ranges.starts[$0], ranges.end(of: $0)) }, behind: current)
    return current
  }

  package func begin(_ page: Page) throws { try pages.begin(page) }

  package mutating func finish(_ page: Page.Report) async throws { try await pages.finish(withEnd(page)) }

  package mutating func resume(after id: UInt64, of page: Page.Report) { pages.resume(after: id, of: page) }

  package mutating func shrink() -> Bool { pages.shrink() }

  package func suspect(_ page: Page.Report) throws -> Suspect { try pages.suspect(page) }

  package mutating func leaveOut(_ id: UInt64, tries: Int) throws -> Bool { try pages.leaveOut(id, tries: tries) }

  package func cursor(behind page: Page.Report) -> [UInt8]? { pages.cursor(behind: withEnd(page)) }

  /// A page as if the next range followed in its WARNING, when it was the last of its range.
  private func withEnd(_ page: Page.Report) -> Page.Report {
    guard page.failure == nil, let ranges, let range, let end = ranges.end(of: range),
      page.nextID.map({ $0 > end }) ?? true
    else { return page }
    var page = page
    page.nextID = end + 1
    return page
  }

  /// Cuts what is left into ranges, once, when it pays.
  private mutating func cut(_ request: APIRequest, from first: UInt64) async throws {
    let size = request.value(of: "truncation_limit").map { Int($0) ?? 0 } ?? 1000
    guard !hasAskedForRanges, size > 0, readAhead.pays(for: .detections) else { return }
    hasAskedForRanges = true
    ranges = try await HostRanges.ask(about: request, from: first, size: size, context)
  }
}

extension APIRequest {
  /// The same, for hosts of a range of ids.
  fileprivate func within(_ first: UInt64, _ last: UInt64?) -> APIRequest {
    var request = self
    request.parameters.removeAll { $0.name == "id_min" || $0.name == "id_max" }
    request.parameters.append(Parameter("id_min", String(first)))
    if let last { request.parameters.append(Parameter("id_max", String(last))) }
    return request
  }
}
