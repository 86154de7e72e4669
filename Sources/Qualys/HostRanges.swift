internal import Streaming

/// The hosts of a round, cut into ranges of ids that hold about as many hosts each.
///
/// Cut by Host List, which is quick. The first range begins where it was asked for and the last has no end, and each
/// reaches up to the next, so that hosts that appear meanwhile come with theirs. Memory: 8 bytes for each range.
struct HostRanges: Sendable {
  /// The first id of each range, ascending.
  private(set) var starts: [UInt64]

  /// More ranges than any subscription has.
  private static let mostRanges = 1_000_000
  private static let attempts = 5

  private let size: Int
  private var last: UInt64?
  private var count: UInt64 = 0

  /// Asks which hosts a request would give, from `first` on, and cuts them into ranges of `size`.
  ///
  /// Nil when there are not more than two ranges, or when Host List cannot tell: then one page follows another.
  /// - Throws: `CancellationError`, or what makes each call impossible.
  static func ask(
    about request: APIRequest,
    from first: UInt64,
    size: Int,
    _ context: CallContext
  ) async throws -> HostRanges? {
    var ranges = HostRanges(from: first, size: size)
    var page = first
    while true {
      guard let next = try await ranges.askForPage(Self.list(request, from: page, context), context) else { return nil }
      if next == .end { return ranges.starts.count > 2 ? ranges : nil }
      guard case .page(let id) = next, id > page, id > ranges.last ?? 0 else { return nil }
      page = id
    }
  }

  /// Cuts from an id on.
  init(from first: UInt64, size: Int) {
    starts = [first]
    self.size = size
  }

  /// The range that an id lies in: its place, and its last id if it has an end.
  func range(of id: UInt64) -> (index: Int, last: UInt64?) {
    let index = max(0, (starts.firstIndex { $0 > id } ?? starts.count) - 1)
    return (index, end(of: index))
  }

  /// The last id of a range, or nil of the last range.
  func end(of index: Int) -> UInt64? { index + 1 < starts.count ? starts[index + 1] - 1 : nil }

  /// Adds the next hosts.
  /// - Returns: Whether they can be those that follow.
  mutating func add(_ ids: ClosedRange<UInt64>) -> Bool {
    let (hosts, size) = (ids.upperBound - ids.lowerBound, UInt64(size))
    guard ids.lowerBound > last ?? 0, ids.lowerBound >= starts[0],
      hosts / size < UInt64(Self.mostRanges - starts.count)
    else { return false }
    // The first host of each range but the first, which has begun.
    var start = ids.lowerBound
    let over = count % size
    if over > 0 || count == 0 {
      let (next, overflow) = start.addingReportingOverflow(size - over)
      start = overflow ? .max : next
    }
    while start <= ids.upperBound {
      starts.append(start)
      let (next, overflow) = start.addingReportingOverflow(size)
      if overflow { break }
      start = next
    }
    count += hosts + 1
    last = ids.upperBound
    return true
  }

  // MARK: Asking

  private enum Next: Equatable {
    case end
    case page(UInt64)
  }

  /// Parameters of detections that choose hosts, and that Host List takes, too.
  ///
  /// One that is not here makes ranges of fewer hosts, and loses none.
  private static let hostFilters: Set = [
    "ids", "ips", "ipv6", "ag_ids", "ag_titles", "network_ids", "os_pattern", "use_tags", "tag_set_by",
    "tag_include_selector", "tag_exclude_selector", "tag_set_include", "tag_set_exclude", "compliance_enabled",
    "vm_scan_since", "no_vm_scan_since", "max_days_since_last_vm_scan", "vm_processed_after", "vm_processed_before",
    "vm_scan_date_before", "vm_scan_date_after", "vm_auth_scan_date_before", "vm_auth_scan_date_after",
  ]

  private static func list(_ request: APIRequest, from first: UInt64, _ context: CallContext) -> APIRequest {
    APIRequest(
      .hosts,
      path: "/api/\(context.version(of: .hosts))/fo/asset/host/",
      [.init("action", "list"), .init("details", "None"), .init("truncation_limit", "10000")]
        + request.parameters.filter { hostFilters.contains($0.name) } + [.init("id_min", String(first))]
    )
  }

  /// Asks for a page of ids, some times if need be; nil when none can be had.
  private mutating func askForPage(_ request: APIRequest, _ context: CallContext) async throws -> Next? {
    for failures in 1...Self.attempts {
      var reason = "\(request.path): the answer is not complete"
      var remedy = Refusal.Remedy.again
      do {
        let response = try await context.transport.send(request)
        if response.status == 200 {
          var (ranges, scanner) = (self, HostListScanner())
          var isUsable = true
          for try await chunk in response.body {
            scanner.scan(chunk) { isUsable = ranges.add($0) && isUsable }
          }
          if scanner.isComplete {
            guard isUsable, !scanner.isDamaged else { return nil }
            self = ranges
            return scanner.next.map { .page($0) } ?? .end
          }
        } else {
          var bytes: [UInt8] = []
          for try await chunk in response.body where bytes.count <= 1 << 20 { bytes += chunk }
          let refusal = Refusal(response, body: bytes, origin: request.path, now: context.now())
          (remedy, reason) = (refusal.remedy, refusal.description)
        }
      } catch let error as BrokenConnection {
        reason = "\(request.path): \(error)"
      }
      if remedy == .person || failures == Self.attempts { return nil }
      let seconds = context.seconds(toWaitFor: remedy, failures: failures)
      try await context.transport.wait(for: .seconds(seconds), because: reason)
    }
    return nil
  }
}
