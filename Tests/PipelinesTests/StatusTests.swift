import Health
import Pipelines
import Qualys
import State
import Streaming
import SystemPackage
import TestSupport
import Testing

/// How a pipeline stands, and resetting it.
@Suite struct StatusTests {
  private static func plan(_ file: String, _ change: (inout PlanRequest) -> Void = { _ in }) throws -> Plan {
    var request = PlanRequest.forTests(
      "name: test\nqualys: { platform: US2, username: \"${QUALYS_USERNAME}\", password: \"${HUNTER}\" }\n"
        + file.replacing("[kept]", with: "[{ gzip-file: a.gz }]")
    )
    request.requiresSecrets = true
    change(&request)
    let (plan, diagnostics) = Plan.check(request)
    return try #require(plan, "\(diagnostics)")
  }

  private static func status(
    _ qualys: LiveQualys,
    _ file: String = LiveQualys.stream,
    events: String = "none",
    after seconds: Int = 0
  ) throws -> PipelineStatus {
    let plan = try plan(file)
    // The server's clock in the answers, on which the first round began.
    let began = try #require(ServerTime.seconds("2026-11-21T10:00:00Z"))
    return PipelineStatus(of: plan, state: qualys.folder.path("state"), events: events, now: began + seconds)
  }

  @Test func whatNeverRanIsBehind() throws {
    let status = try Self.status(LiveQualys())
    #expect(!status.hasState && status.holder == nil && status.problem == nil)
    #expect(status.streams.map(\.health) == [.behind] && status.health == .behind)
    #expect(status.streams[0].window == nil && status.streams[0].behind == nil)
  }

  @Test(
    "a stream is behind after twice 'every', or two days",
    arguments: [("", 172_800), ("every: 1h\n", 7200), ("every: 1d\n", 172_800)]
  )
  func behind(every: String, limit: Int) async throws {
    let qualys = try LiveQualys()
    _ = try await qualys.run("start: all\n" + LiveQualys.stream)
    let onTime = try Self.status(qualys, every + LiveQualys.stream, after: limit).streams[0]
    #expect(onTime.health == .healthy && onTime.behind == limit)
    #expect(onTime.window == .time("2026-11-21T09:50:00Z") && onTime.round == nil)
    #expect(onTime.finished?.began == "2026-11-21T10:00:00Z" && onTime.finished?.pages == 4)
    let late = try Self.status(qualys, every + LiveQualys.stream, after: limit + 1)
    #expect(late.health == .behind)
  }

  @Test func aRoundAtHandIsTold() async throws {
    let qualys = try LiveQualys { _, call, _ in call == 3 ? LiveQualys.refusal(403) : nil }
    let report = try await qualys.run("start: all\n" + LiveQualys.stream)
    #expect(report.failed.count == 1)
    let stream = try Self.status(qualys).streams[0]
    #expect(stream.round?.pages == 2)
    #expect(stream.round?.place?.next == 5 && stream.round?.place?.since == nil)
    #expect(stream.round?.place?.isComplete == false)
    #expect(stream.window == nil && stream.health == .behind)
  }

  @Test func aConfigurationErrorNeedsAPersonUntilARoundEnds() async throws {
    let qualys = try LiveQualys()
    let path = qualys.folder.path("events.jsonl")
    var world = EventFile.World.file(path)
    world.now = { (LiveQualys.start - 1) * 1000 }
    let file = EventFile(pipeline: "test", account: "US2", world) { Issue.record("\($0)") }
    file.record(HealthEvent(.thirdPartyConfig, stream: "test", "HTTP 401"))
    file.record(HealthEvent(.thirdPartyGeneric, stream: "", "told and over"))
    var over = HealthEvent(.thirdPartyGeneric, stream: "", "over")
    over.isRecovery = true
    file.record(over)
    let before = try Self.status(qualys, events: path)
    #expect(before.health == .needsPerson && before.streams[0].events.map(\.message) == ["HTTP 401"])
    #expect(before.events.isEmpty)
    _ = try await qualys.run("start: all\n" + LiveQualys.stream)
    #expect(try Self.status(qualys, events: path).health == .healthy)
  }

  @Test func whatIsLeftOutIsTold() async throws {
    let qualys = try LiveQualys()
    _ = try await qualys.run("start: all\n" + LiveQualys.stream)
    try Self.leaveOut(3, of: qualys)
    let path = qualys.folder.path("events.jsonl")
    var world = EventFile.World.file(path)
    world.now = { 77_000 }
    var event = HealthEvent("HostQuarantined", .warning, stream: "test", "left out")
    event.counts = ["id": 3]
    EventFile(pipeline: "test", account: "US2", world) { Issue.record("\($0)") }.record(event)
    let status = try Self.status(qualys, events: path)
    let left = status.streams[0].leftOut
    #expect(left.map(\.id) == [3] && left.map(\.since) == [77] && left.map(\.missing) == ["2026-01-01T00:00:00Z"])
    // It is no trouble of its own: the round was finished.
    #expect(status.health == .healthy)
  }

  /// Keeps a host in quarantine, as the state has it.
  private static func leaveOut(_ id: UInt64, of qualys: LiveQualys) throws {
    let state = try SQLiteState(in: .init(qualys.folder.path("state")))
    let key = Array("test".utf8) + [0] + QIDLedger.key(id)
    try state.store([(key, Array("2026-01-01T00:00:00Z".utf8))], in: Quarantine.space)
  }

  // MARK: - Resetting

  private static func windows(_ qualys: LiveQualys) -> Set<String?> {
    Set(qualys.now.requests.map { $0.value(of: "vm_processed_after") })
  }

  @Test("the next round asks as a person said", arguments: [Since.all, .time("2026-10-01T00:00:00Z")])
  func reset(to since: Since) async throws {
    let qualys = try LiveQualys()
    _ = try await qualys.run("start: all\n" + LiveQualys.stream)
    let plan = try Self.plan(LiveQualys.stream)
    let notice = try await StreamReset(plan.streams[0], of: plan, state: qualys.folder.path("state"))
      .run(since: since, forgets: false)
    #expect(notice == nil)
    #expect(try Self.status(qualys).streams[0].window == since)
    _ = try await qualys.run(LiveQualys.stream)
    #expect(Self.windows(qualys) == [since.text] && qualys.delivered == Array(1...7))
  }

  @Test("a round at hand ends, and what is in quarantine stays unless it is forgotten", arguments: [false, true])
  func resetOfARoundAtHand(forgets: Bool) async throws {
    let qualys = try LiveQualys { qualys, call, _ in
      call == 3 && qualys.now.events.isEmpty ? LiveQualys.refusal(403) : nil
    }
    _ = try await qualys.run("start: all\n" + LiveQualys.stream)
    try Self.leaveOut(3, of: qualys)
    let plan = try Self.plan(LiveQualys.stream)
    _ = try await StreamReset(plan.streams[0], of: plan, state: qualys.folder.path("state"))
      .run(since: .time("2026-10-01T00:00:00Z"), forgets: forgets)
    let stream = try Self.status(qualys).streams[0]
    #expect(stream.round == nil && stream.leftOut.map(\.id) == (forgets ? [] : [3]))
    _ = try await qualys.run(LiveQualys.stream)
    #expect(qualys.delivered.contains(1) && qualys.delivered.contains(7))
  }

  @Test("what its stages remember goes with a reset that forgets, and stays else", arguments: [false, true])
  func resetOfWhatIsRemembered(forgets: Bool) async throws {
    let qualys = try LiveQualys()
    let file = LiveQualys.stream.replacing("encode-json", with: "add-event-id, deduplicate, encode-json")
    _ = try await qualys.run("start: all\n" + file)
    let plan = try Self.plan(file) { $0.registry = .standard }
    _ = try await StreamReset(plan.streams[0], of: plan, state: qualys.folder.path("state"))
      .run(since: .all, forgets: forgets)
    _ = try await qualys.run(file)
    #expect(qualys.delivered == (forgets ? Array(1...7) : []))
  }

  @Test func whatARunHasIsNotReset() async throws {
    let qualys = try LiveQualys()
    _ = try await qualys.run("start: all\n" + LiveQualys.stream)
    let plan = try Self.plan(LiveQualys.stream)
    let state = try SQLiteState(in: .init(qualys.folder.path("state")))
    let error = await #expect(throws: StateError.self) {
      try await StreamReset(plan.streams[0], of: plan, state: qualys.folder.path("state")).run(
        since: .all,
        forgets: false
      )
    }
    guard case .inUse? = error?.code else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(try Windows(state).beginning(of: "test") == .time("2026-11-21T09:50:00Z"))
  }

  // MARK: - Versions

  @Test(
    "a version that Qualys soon supports no more is told where it stands",
    arguments: [
      ("detections: 4.0", "test.yaml:1: warning: Qualys has not supported version 4.0 of 'detections'"),
      ("hosts: 2.0", "test.yaml:1: warning: Qualys has not supported version 2.0 of 'hosts'"),
      ("knowledge-base: 2.0", nil), ("detections: 5.0", nil),
    ]
  )
  func versions(written: String, expected: String?) throws {
    var request = PlanRequest.forTests(
      "qualys: { platform: US2, versions: { \(written) }, username: \"${QUALYS_USERNAME}\", password: \"${HUNTER}\" }\n"
        + "start: all\n" + LiveQualys.stream.replacing("[kept]", with: "[stdout]")
    )
    request.today = try #require(ServerTime.seconds("2026-11-22T00:00:00Z"))
    let (plan, diagnostics) = Plan.check(request)
    #expect(plan != nil)
    #expect(diagnostics.count == (expected == nil ? 0 : 1), "\(diagnostics)")
    if let expected, let finding = diagnostics.first {
      let text = finding.description.replacing(/yaml:1:[0-9]+:/, with: "yaml:1:")
      #expect(text.hasPrefix(expected), "\(text)")
      #expect(finding.help?.contains("set it in 'versions'") == true)
    }
  }
}
