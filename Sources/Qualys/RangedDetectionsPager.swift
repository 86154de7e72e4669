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

  package mutating func request() async throws -> APIRequest? {
    range = nil
    guard let request = try await pages.request() else { return nil }
    guard let first = request.value(of: "id_min").flatMap({ UInt64($0) }) else { return request }
    try await cut(request, from: first)
    guard let ranges else { return request }
    let (index, last) = ranges.range(of: first)
    range = index
    let upcoming = (index + 1..<ranges.starts.count).prefix(readAhead.most)
    readAhead.prefetch(upcoming.map { request.within(ranges.starts[$0], ranges.end(of: $0)) })
    return request.within(first, last)
  }

  package mutating func finish(_ page: Page.Report) async throws {
    var page = page
    if let ranges, let range, let end = ranges.end(of: range), page.nextID.map({ $0 > end }) ?? true {
      page.nextID = end + 1
    }
    try await pages.finish(page)
  }

  package mutating func resume(after id: UInt64, of page: Page.Report) { pages.resume(after: id, of: page) }

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
