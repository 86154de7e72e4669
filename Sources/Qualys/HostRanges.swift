internal import Health
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

  private let size: UInt64
  private var last: UInt64?
  private var count: UInt64 = 0

  /// Asks which hosts a request would give, from `first` on, and cuts them into ranges of `size`.
  ///
  /// Nil when there are not more than two ranges, or when Host List cannot tell: then one page follows another. A person is
  /// told when it refuses.
  /// - Throws: `CancellationError`, or what makes each call impossible.
  static func ask(
    about request: APIRequest,
    from first: UInt64,
    size: UInt64,
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
  init(from first: UInt64, size: UInt64) {
    starts = [first]
    self.size = size
  }

  /// The place of the range that an id lies in.
  func range(of id: UInt64) -> Int { max(0, (starts.firstIndex { $0 > id } ?? starts.count) - 1) }

  /// The last id of a range, or nil of the last range.
  func end(of index: Int) -> UInt64? { index + 1 < starts.count ? starts[index + 1] - 1 : nil }

  /// Adds the next hosts.
  /// - Returns: Whether they can be those that follow.
  mutating func add(_ ids: ClosedRange<UInt64>) -> Bool {
    let hosts = ids.upperBound - ids.lowerBound
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

  private static func list(_ request: APIRequest, from first: UInt64, _ context: CallContext) -> APIRequest {
    // A filter that is left out makes ranges of fewer hosts, and loses none.
    let filters = request.parameters.filter {
      DetectionsPager.hostFilters.contains($0.name) || $0.name == "vm_processed_after"
    }
    return APIRequest(
      .hosts,
      path: "/api/\(context.version(of: .hosts))/fo/asset/host/",
      [.init("action", "list"), .init("details", "None"), .init("truncation_limit", "10000")]
        + filters + [.init("id_min", String(first))]
    )
  }

  /// Asks for a page of ids, some times if need be; nil when none can be had.
  private mutating func askForPage(_ request: APIRequest, _ context: CallContext) async throws -> Next? {
    for failures in 1...Self.attempts {
      var reason = "\(request.path): the answer is not complete"
      var remedy = Refusal.Remedy.again
      var status: Int?
      do {
        let response = try await context.transport.send(request)
        status = response.status
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
      if remedy == .person || failures == Self.attempts {
        context.notices.notice(
          "HostListRefused",
          .warning,
          "Host List could not be asked how to cut the hosts into ranges, so pages come one after another: slower, and "
            + "nothing is lost; let the user call it, or write 'connections: 1' if it shall stay so: \(reason)"
        ) { $0.httpStatus = status }
        return nil
      }
      let seconds = context.seconds(toWaitFor: remedy, failures: failures)
      try await context.transport.wait(for: .seconds(seconds), because: reason)
    }
    return nil
  }
}
