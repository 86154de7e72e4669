import Foundation
import Health
import Qualys
import Records
import State
import Streaming
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Pipelines

/// The source of health events: what it gives, and how far it has come.
@Suite("The source of health events") struct HealthEventsTests {
  private static func event(_ number: Int) -> ServiceEvent {
    var event = HealthEvent(.thirdPartyGeneric, .warning, stream: "detections", "event \(number)")
    event.httpStatus = 503
    event.nextTry = 60
    event.counts = ["repeats": 2]
    var kept = ServiceEvent(event, of: "p", at: 1_579_543_827)
    kept.number = number
    return kept
  }

  private static func keep(_ numbers: ClosedRange<Int>, in state: any StateStore) throws {
    try KeptEvents.keep(numbers.map(event), in: state)
  }

  private final class Events: EventRecorder {
    let all = Mutex<[HealthEvent]>([])
    func record(_ event: HealthEvent) { all.withLock { $0.append(event) } }
  }

  private static func pages(_ state: any StateStore, _ events: any EventRecorder = NoEvents()) -> HealthEventPages {
    var context = StreamContext(pipeline: "p", stream: "health", state: state)
    context.account = "US2"
    context.events = events
    return HealthEventPages(context)
  }

  /// The numbers of the events of pages, of which the first few are committed, before the process ends.
  private static func read(
    _ state: any StateStore,
    committing count: Int = .max,
    _ events: any EventRecorder = NoEvents()
  )
    async throws -> [[Int]]
  {
    var pages: [[Int]] = []
    for try await batch in Self.pages(state, events) {
      pages.append(batch.records.compactMap { $0.text.firstMatch(of: /"event ([0-9]+)"/).flatMap { Int($0.1) } })
      #expect(batch.position.ending == .complete && batch.records.count == Int(batch.position.marks))
      guard pages.count <= count else { continue }
      let progress = StreamProgress(cursor: [], serverTime: 0)
      try state.commit(batch.page, marks: batch.position.marks, of: "health", progress: progress)
    }
    try state.abandon("health")
    return pages
  }

  @Test func anEventIsWrittenAsTheFileOfEventsHasIt() async throws {
    let state = MemoryState()
    try Self.keep(7...7, in: state)
    var lines: [String] = []
    for try await batch in Self.pages(state) { lines += batch.records.map(\.text) }
    #expect(
      lines == [
        #"""
        {"accountId":"US2","counts":{"repeats":2},"details":{"description":"event 7","name":"ThirdPartyGenericError",\#
        "trackerId":"ThirdPartyGenericError"},"errorClass":"ThirdPartyGeneric","eventFormatVersion":"1.0",\#
        "eventId":"p-1579543827-7","eventName":"TrackerUnHealthy","eventTime":"2020-01-20T18:10:27.000Z",\#
        "eventType":"Health-Change","httpStatus":503,"nextTry":"2020-01-20T18:11:27.000Z","pipeline":"p",\#
        "resourceIdentity":{"collectorId":"p","collectorName":"p","id":"p/detections","name":"p/detections",\#
        "type":"SourceResource"},"severityLevel":"Warning","status":"UnHealthy","stream":"detections",\#
        "subsystem":"Collection"}
        """#
      ]
    )
  }

  @Test func whatIsCommittedDoesNotComeAgain() async throws {
    let state = MemoryState()
    #expect(try await Self.read(state).isEmpty)
    try Self.keep(1...250, in: state)
    // The process ends between a page and its commit.
    #expect(try await Self.read(state, committing: 1) == [Array(1...100), Array(101...200), Array(201...250)])
    #expect(try await Self.read(state) == [Array(101...200), Array(201...250)])
    #expect(try await Self.read(state).isEmpty)
    try Self.keep(251...252, in: state)
    #expect(try await Self.read(state) == [[251, 252]])
  }

  @Test(arguments: [(50, 1_051, 1), (50, 1_050, 0), (50, 2_500, 1_450), (1_000, 1_001, 0)])
  func whatWasGoneBeforeItWasDeliveredIsCounted(_ first: Int, _ last: Int, _ missing: Int) async throws {
    let state = MemoryState()
    let events = Events()
    try Self.keep(1...first, in: state)
    _ = try await Self.read(state, events)
    try Self.keep(first + 1...last, in: state)
    let numbers = try await Self.read(state, events).flatMap(\.self)
    #expect(numbers == Array(first + missing + 1...last))
    #expect(events.all.withLock { $0.map { $0.counts["events"] } } == (missing > 0 ? [missing] : []))
    #expect(events.all.withLock { $0.allSatisfy { $0.tracker == "HealthEventsMissed" && $0.stream == "health" } })
    #expect(try await Self.read(state, events).isEmpty)
  }

  @Test func aStreamThatIsNewBeginsWithWhatThereIs() async throws {
    let state = MemoryState()
    let events = Events()
    try Self.keep(1...1_500, in: state)
    #expect(try await Self.read(state, events).flatMap(\.self) == Array(501...1_500))
    #expect(events.all.withLock { $0.isEmpty })
  }

  // MARK: - In a pipeline

  private static let text = """
    name: p
    capture: { on: always }
    qualys: { platform: US2, username: "${QUALYS_USERNAME}", password: "${HUNTER}" }
    streams:
      detections:
        start: all
        source: detections
        stages: [decode-detections, split-detections, encode-json]
        sinks: [stdout]
      health:
        source: health-events
        sinks: [kept]
    """

  private struct Killed: Error {}

  private struct NoNetwork: Transport {
    func send(_ request: APIRequest) async throws -> APIResponse { throw Killed() }
    func wait(for duration: Duration, because reason: String) async throws {}
  }

  private static func plan(
    _ lines: @escaping @Sendable ([String]) -> Void = { _ in },
    _ change: (inout PlanRequest) -> Void = { _ in }
  ) -> (plan: Plan?, diagnostics: [Diagnostic]) {
    var registry = Registry.standard
    registry.register(sink: KeptLines.component) { _, _ in KeptLines(onWrite: {}, onLines: lines) }
    var request = PlanRequest.forTests(text)
    request.registry = registry
    request.requiresSecrets = true
    change(&request)
    return Plan.check(request)
  }

  @Test func aKillBetweenAPageAndItsCommitRepeatsThePage() async throws {
    let folder = try TemporaryFolder()
    do {
      let state = try SQLiteState(in: FilePath(folder.path("state")))
      try Self.keep(1...150, in: state)
    }
    let counted = Counted()
    let plan = try #require(Self.plan({ counted.add($0.count) }) { $0.streams = ["health"] }.plan)
    #expect(plan.isLive)
    func run(dies: Bool) async throws -> Int {
      counted.take()
      let live = Live { _, _, wrap in LiveConnection(wrap(NoNetwork())) }
      let run = Run(
        plan,
        state: folder.path("state"),
        live: live,
        onCommit: { _, page, _ in if dies, page.number == 1 { throw Killed() } }
      )
      let report = try await run.run()
      #expect(report.failed.isEmpty != dies)
      return counted.take()
    }
    #expect(try await run(dies: true) == 150)
    #expect(try await run(dies: false) == 50)
    #expect(try await run(dies: false) == 0)
    // No call was made that could be kept.
    #expect(!FileManager.default.fileExists(atPath: folder.path("state/captures")))
  }

  private final class Counted: Sendable {
    private let count = Mutex(0)
    func add(_ more: Int) { count.withLock { $0 += more } }
    @discardableResult func take() -> Int {
      count.withLock { count in
        defer { count = 0 }
        return count
      }
    }
  }

  @Test func aServiceGivesThemEachMinute() throws {
    let plan = try #require(Self.plan().plan)
    let health = try #require(plan.streams.last)
    #expect(plan.interval(of: health) == .seconds(60) && health.needsState && !health.callsQualys)
    #expect(plan.explanation().contains("health-events"))
  }

  @Test(arguments: [true, false])
  func savedAnswersHaveNone(_ isReplay: Bool) throws {
    let (plan, findings) = Self.plan({ _ in }) { request in
      request.checksEnvironment = false
      if isReplay { request.replay = "saved" } else { request.inputs = ["x.xml"] }
    }
    #expect(plan?.streams.map(\.name) == ["detections"])
    #expect(plan?.isLive == false)
    #expect(findings.map(\.message) == ["'health' is left out: saved answers have no health events"])
  }
}
