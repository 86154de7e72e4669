import Health
import Pipelines
import Qualys
import Records
import Sinks
import State
import Streaming
import Synchronization
import SystemPackage
import TestSupport

/// A Qualys in memory, a clock that nobody waits for, and a folder with a state: what a live run needs.
final class LiveQualys: Sendable {
  /// What a call does instead of answering: it may throw, wait, or give another answer.
  typealias Script = @Sendable (_ qualys: LiveQualys, _ call: Int, _ request: APIRequest) async throws -> APIResponse?
  /// What becomes of the next bytes of an answer's body: by the call, and the number of the chunk.
  typealias Chunk = @Sendable (_ qualys: LiveQualys, _ call: Int, _ chunk: Int) async throws -> Void

  struct State: Sendable {
    var requests: [APIRequest] = []
    var lines: [String] = []
    var events: [HealthEvent] = []
    var notices: [String] = []
    var waits: [Live.Waiting] = []
    /// Seconds that have gone, and the sleeps that made them.
    var elapsed: Duration = .zero
    var sleeps: [Duration] = []
    var writes = 0
    /// What a second sink has, of all runs, and whether it takes anything.
    var remoteLines: [String] = []
    var isRemoteDown = false
  }

  let folder: TemporaryFolder
  private let state = Mutex(State())
  private let script: Script
  private let chunk: Chunk
  private let onWrite: @Sendable (_ number: Int) async throws -> Void
  /// Whether waits of the transport take their time: for ever, until they are cancelled.
  private let waitsInEarnest: Bool
  /// Header fields of the pages.
  private let headers: [(name: String, value: String)]
  /// The hosts that there are, and how many come in a page.
  let hosts = 7
  let pageSize = 2
  static let start = 1_800_000_000

  init(
    _ script: @escaping Script = { _, _, _ in nil },
    chunk: @escaping Chunk = { _, _, _ in },
    onWrite: @escaping @Sendable (_ number: Int) async throws -> Void = { _ in },
    waitsInEarnest: Bool = false,
    headers: [(name: String, value: String)] = []
  ) throws {
    folder = try TemporaryFolder()
    self.script = script
    self.chunk = chunk
    self.onWrite = onWrite
    self.waitsInEarnest = waitsInEarnest
    self.headers = headers
  }

  var now: State { state.withLock { $0 } }
  func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
  func pass(_ duration: Duration) { change { $0.elapsed += duration } }

  /// The ids of the hosts whose lines were delivered, in order.
  var delivered: [Int] { Self.ids(now.lines) }

  /// The ids of the hosts that lines are about, in order.
  static func ids(_ lines: [String]) -> [Int] {
    lines.compactMap { line in line.firstMatch(of: /"Id":"([0-9]+)"/).flatMap { Int($0.1) } }
  }

  /// A stream of detections, as a file with one stream has it.
  static let stream = """
    source: { detections: { truncation_limit: 2 } }
    stages: [decode-detections, split-detections, encode-json]
    sinks: [kept]

    """

  /// One run of a file; with the state of the runs before it.
  ///
  /// - Parameter throttled: What `qualys` says besides, when the run's own throttle is to stand before the answers.
  func run(
    _ file: String,
    throttled: String? = nil,
    since: Since? = nil,
    waits: Bool = false,
    stop: StopSignal? = nil,
    rehearsal: (any Rehearsal)? = nil,
    tellsSize: Bool = false,
    freeSpace: @escaping @Sendable (String) -> Int? = { _ in nil }
  ) async throws -> RunReport {
    let head = """
      name: test
      qualys: { platform: US2, username: "${QUALYS_USERNAME}", password: "${HUNTER}", \(throttled ?? "") }

      """
    var request = PlanRequest.forTests(head + file)
    request.registry = registry
    request.requiresSecrets = true
    let (plan, diagnostics) = Plan.check(request)
    guard let plan else { throw ContractViolation(diagnostics.map(\.description).joined(separator: "\n")) }
    change {
      $0.requests = []
      $0.lines = []
    }
    let network = Network(qualys: self, waitsInEarnest: waitsInEarnest)
    var live = Live { plan, live, _ in
      if throttled == nil { return LiveConnection(network) }
      return try LiveStack.connection(plan, live) { _ in network }
    }
    live.since = since
    live.waits = waits
    live.tellsSize = tellsSize
    live.freeSpace = freeSpace
    live.events = Events(qualys: self)
    live.pace = pace
    live.stop = stop ?? StopSignal(pace)
    live.onNotice = { [self] text in change { $0.notices.append(text) } }
    live.onWait = { [self] waiting in if let waiting { change { $0.waits.append(waiting) } } }
    return try await Run(
      plan,
      output: folder.path("out"),
      state: folder.path("state"),
      rehearsal: rehearsal,
      live: live
    ).run()
  }

  /// Time that goes when somebody sleeps.
  var pace: Pace {
    Pace(
      elapsed: { [self] in now.elapsed },
      date: { [self] in Self.start + Int(now.elapsed.components.seconds) },
      sleep: { [self] duration in
        try Task.checkCancellation()
        change {
          $0.elapsed += duration
          $0.sleeps.append(duration)
        }
        await Task.yield()
      },
      random: { 0.5 }
    )
  }

  // MARK: - Answers

  fileprivate func answer(_ request: APIRequest) async throws -> APIResponse {
    let call = state.withLock { state in
      state.requests.append(request)
      return state.requests.count
    }
    if let answer = try await script(self, call, request) { return answer }
    return APIResponse(status: 200, headers: headers, body: Body(qualys: self, call: call, bytes: page(request)))
  }

  private func page(_ request: APIRequest) -> [UInt8] {
    let first = request.value(of: "id_min").flatMap { Int($0) } ?? 1
    let last = min(hosts, first + pageSize - 1)
    let ids = first <= last ? Array(first...last) : []
    var page = SmallPage(
      ids.map { id in
        SmallPage.Host(id: id, detections: ["<QID>\(id)</QID><RESULTS>\(String(repeating: "x", count: 400))</RESULTS>"])
      }
    )
    if last < hosts { page.afterHosts = SmallPage.warning(nextID: UInt64(last + 1)) }
    return page.bytes
  }

  /// An answer without data.
  static func refusal(_ status: Int) -> APIResponse { APIResponse(status: status, headers: [], body: NoBytes()) }

  /// A good answer as far as its head goes.
  static func answer(_ text: String) -> APIResponse {
    let body = AsyncThrowingStream<[UInt8], any Error> { continuation in
      continuation.yield(Array(text.utf8))
      continuation.finish()
    }
    return APIResponse(status: 200, headers: [], body: body)
  }

  private struct Network: Transport {
    let qualys: LiveQualys
    let waitsInEarnest: Bool

    func send(_ request: APIRequest) async throws -> APIResponse { try await qualys.answer(request) }

    func wait(for duration: Duration, because reason: String) async throws {
      if waitsInEarnest { return try await Task.sleep(for: .seconds(86_400)) }
      try await qualys.pace.sleep(duration)
    }
  }

  private struct Body: AsyncSequence, Sendable {
    let qualys: LiveQualys
    let call: Int
    let bytes: [UInt8]

    struct Iterator: AsyncIteratorProtocol {
      let body: Body
      var count = 0

      mutating func next() async throws -> [UInt8]? {
        count += 1
        try await body.qualys.chunk(body.qualys, body.call, count)
        let start = (count - 1) * 600
        return start < body.bytes.count ? Array(body.bytes[start...].prefix(600)) : nil
      }
    }

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }
  }

  private struct Events: EventRecorder {
    let qualys: LiveQualys
    func record(_ event: HealthEvent) { qualys.change { $0.events.append(event) } }
  }

  // MARK: - The sink

  var registry: Registry {
    var registry = Registry.standard
    registry.register(sink: KeptLines.component) { [self] _, _ in
      KeptLines {
        self.change { $0.writes += 1 }
        try await self.onWrite(self.now.writes)
      } onLines: { lines in
        self.change { $0.lines += lines }
      }
    }
    let remote = Component("remote", summary: "Keeps lines while it is not down.", example: "- remote")
    registry.register(sink: remote) { [self] _, _ in
      KeptLines {
        if self.now.isRemoteDown { throw DiskError("write to", "remote", .ioError) }
      } onLines: { lines in
        self.change { $0.remoteLines += lines }
      }
    }
    return registry
  }
}
