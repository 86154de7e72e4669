package import Records
package import Streaming

/// Pages of hosts, of several ranges of ids at once where Qualys lets more than one call run.
///
/// The pages are those of ``DetectionsPager``, from range to range: the end of a range is to it a WARNING that names the
/// next one's first id. The first page is asked for alone; when it says that another follows, and its header fields that
/// more than one call may run, Host List tells how to cut the rest. Without ``CallContext/readAhead`` one page follows
/// another. A cursor is the same with ranges and without.
package struct RangedDetectionsPager: Pager {
  package typealias Answer = DetectionsAnswer

  private var pages: DetectionsPager
  private let context: CallContext
  private var ranges: HostRanges?
  private var hasAskedForRanges = false
  /// Where the range ends that the request at hand is for, if that is what ends it.
  private var end: UInt64?

  package init(_ pages: DetectionsPager, _ context: CallContext) {
    self.pages = pages
    self.context = context
  }

  package var after: UInt64 { pages.after }

  package var delivered: UInt64? { pages.delivered }

  package mutating func request() async throws -> APIRequest? {
    end = nil
    guard let request = try await pages.request() else { return nil }
    guard let readAhead = context.readAhead, let first = request.number("id_min") else { return request }
    try await cut(request, from: first, readAhead)
    guard let ranges else { return request }
    let index = ranges.range(of: first)
    let current = request.within(first, ranges.end(of: index))
    if current != request { end = current.number("id_max") }
    let upcoming = (index + 1..<ranges.starts.count).prefix(readAhead.most)
    readAhead.prefetch(upcoming.map { request.within(ranges.starts[$0], ranges.end(of: $0)) }, behind: current)
    return current
  }

  package func begin(_ page: Page) throws { try pages.begin(page) }

  package mutating func finish(_ page: Page.Report) async throws { try await pages.finish(continued(page)) }

  package mutating func resume(after id: UInt64, of page: Page.Report) { pages.resume(after: id, of: page) }

  package mutating func shrink() -> Bool { pages.shrink() }

  package func suspect(_ page: Page.Report) throws -> Suspect { try pages.suspect(page) }

  package mutating func leaveOut(_ id: UInt64, tries: Int) throws -> Bool { try pages.leaveOut(id, tries: tries) }

  package func cursor(behind page: Page.Report) -> [UInt8]? { pages.cursor(behind: continued(page)) }

  /// A page at whose end the range ends, as if it had said so.
  private func continued(_ page: Page.Report) -> Page.Report {
    var page = page
    guard let end else { return page }
    if let next = page.nextID, next > end {
      // More is in the range, and this is not where.
      (page.nextID, page.warningCode) = (nil, "1980")
    } else if page.nextID == nil, page.warningCode != "1980" {
      page.nextID = end + 1
    }
    return page
  }

  /// Cuts what is left into ranges, once, when it pays.
  private mutating func cut(_ request: APIRequest, from first: UInt64, _ readAhead: ReadAheadTransport) async throws {
    let size = request.number("truncation_limit") ?? 1000
    guard !hasAskedForRanges, size > 0, readAhead.pays(for: .detections) else { return }
    hasAskedForRanges = true
    ranges = try await HostRanges.ask(about: request, from: first, size: size, context)
  }
}

extension APIRequest {
  fileprivate func number(_ name: String) -> UInt64? { value(of: name).flatMap { UInt64($0) } }

  /// The same, for hosts of a range of ids, as far as it asks for those.
  fileprivate func within(_ first: UInt64, _ last: UInt64?) -> APIRequest {
    let bound = number("id_max").flatMap { $0 >= first ? $0 : nil }
    var request = self
    request.parameters.removeAll { $0.name == "id_min" || $0.name == "id_max" }
    request.parameters.append(Parameter("id_min", String(first)))
    if let last = [last, bound].compactMap(\.self).min() {
      request.parameters.append(Parameter("id_max", String(last)))
    }
    return request
  }
}
