import Foundation
import Health
import Pipelines
import Qualys
import Streaming
import TestSupport
import Testing

/// Rounds whose sinks have spools.
@Suite("Rounds through a spool") struct SpooledRunTests {
  private static let all = Array(1...7)

  private static func file(_ sinks: String, head: String = "") -> String {
    """
    start: all
    source: { detections: { truncation_limit: 2 } }
    stages: [decode-detections, split-detections, encode-json]
    \(head)
    sinks: [\(sinks)]

    """
  }

  private static let spooled = file("kept, remote: { spool: 1MiB }")

  private static func remote(_ qualys: LiveQualys) -> [Int] { LiveQualys.ids(qualys.now.remoteLines) }

  /// A Qualys after a run whose second sink was down.
  private func held() async throws -> LiveQualys {
    let qualys = try LiveQualys()
    qualys.change { $0.isRemoteDown = true }
    let report = try await qualys.run(Self.spooled)
    #expect(report.failed.count == 1)
    #expect(qualys.delivered == Self.all)
    #expect(Self.remote(qualys) == [])
    qualys.change { $0.isRemoteDown = false }
    return qualys
  }

  @Test func aRunDeliversWhatItSpools() async throws {
    let qualys = try LiveQualys()
    for round in 1...2 {
      let report = try await qualys.run(Self.spooled)
      #expect(report.isBalanced && report.failed.isEmpty)
      #expect(qualys.delivered == Self.all)
      #expect(Self.remote(qualys) == Array(repeating: Self.all, count: round).flatMap(\.self))
      let sink = try #require(report.streams.first?.outputs.first?.sinks.last)
      #expect(sink.counts.acknowledged == 7)
      #expect(sink.counts.destinations == ["remote, through its spool"])
    }
    #expect(qualys.now.events.isEmpty)
  }

  @Test func aSinkThatIsDownEndsTheRunWhenAllIsCollectedAndTheNextRunDelivers() async throws {
    let qualys = try LiveQualys()
    qualys.change { $0.isRemoteDown = true }
    let report = try await qualys.run(Self.spooled)
    let failed = try #require(report.failed.first)
    #expect(failed.error is Undelivered)
    #expect(failed.errorClass == .firstPartyGeneric)
    #expect("\(failed.error)".contains("7 lines wait in the spool of 'remote'"), "\(failed.error)")
    #expect(report.streams.count == 1)
    let event = try #require(qualys.now.events.first { $0.tracker == HealthEvent.sinkDown })
    #expect(event.sink == "remote" && event.severity == .warning && event.errorClass == .firstPartyGeneric)
    qualys.change { $0.isRemoteDown = false }
    let next = try await qualys.run(Self.spooled)
    #expect(next.failed.isEmpty)
    #expect(Self.remote(qualys) == Self.all + Self.all)
  }

  @Test func aRunThatWaitsTriesAgainUntilTheSinkTakesIt() async throws {
    let qualys = try LiveQualys { qualys, call, _ in
      // Down until the fourth call, and for some tries behind it.
      if call == 1 { qualys.change { $0.isRemoteDown = true } }
      return nil
    }
    let watching = Task {
      while qualys.now.events.count < 3 { await Task.yield() }
      qualys.change { $0.isRemoteDown = false }
    }
    let report = try await qualys.run(Self.spooled, waits: true)
    await watching.value
    #expect(report.failed.isEmpty)
    #expect(Self.remote(qualys) == Self.all)
    #expect(qualys.now.events.last?.isRecovery == true)
    #expect(qualys.now.events.first?.nextTry != nil)
  }

  @Test(arguments: ["kept", "kept, remote", "remote: { spool: 1MiB }, kept", "remote: { spool: 1MiB }"])
  func linesForASinkThatIsNotThereAnyMoreAreNotForgotten(sinks: String) async throws {
    let qualys = try await held()
    let error = await #expect(throws: Misconfiguration.self) { try await qualys.run(Self.file(sinks)) }
    let words = "\(try #require(error))"
    #expect(words.contains("wait in the spool of sink 2 of output '1', 'remote'"))
    #expect(words.contains("7 lines ("))
    #expect(qualys.now.requests.isEmpty)
    _ = try await qualys.run(Self.spooled)
    #expect(Self.remote(qualys) == Self.all + Self.all)
    // Nothing waits any more.
    _ = try await qualys.run(Self.file(sinks))
  }

  @Test func whatWaitsForAStreamThatIsGoneIsTold() async throws {
    let qualys = try await held()
    let other = """
      streams:
        other:
          start: all
          source: { detections: { truncation_limit: 2 } }
          stages: [decode-detections, split-detections, encode-json]
          sinks: [kept]

      """
    _ = try await qualys.run(other)
    let told = qualys.now.notices.filter { $0.contains("stream 'test' does not run here, and 7 lines") }
    #expect(told.count == 1)
    #expect(Self.remote(qualys) == [])
  }

  @Test func aStreamTakesItsSpoolAlongToANewName() async throws {
    let qualys = try await held()
    let renamed = """
      streams:
        other:
          previously: test
          start: all
          source: { detections: { truncation_limit: 2 } }
          stages: [decode-detections, split-detections, encode-json]
          sinks: [kept, remote: { spool: 1MiB }]

      """
    _ = try await qualys.run(renamed)
    #expect(Self.remote(qualys) == Self.all + Self.all)
  }

  @Test func whatIsInTheSpoolIsDeliveredAlsoAfterAReset() async throws {
    let qualys = try await held()
    var request = PlanRequest.forTests(
      "name: test\nqualys: { platform: US2, username: \"${QUALYS_USERNAME}\", password: \"${HUNTER}\" }\n"
        + Self.spooled
    )
    request.registry = qualys.registry
    let plan = try #require(Plan.check(request).plan)
    let reset = StreamReset(plan.streams[0], of: plan, state: qualys.folder.path("state"))
    #expect(try await reset.run(since: .all, forgets: false) == nil)
    let report = try await qualys.run(Self.spooled)
    #expect(report.failed.isEmpty)
    #expect(Self.remote(qualys) == Self.all + Self.all)
  }

  @Test func aRoundThatBreaksOffIsNotDeliveredBeyondItsLastPage() async throws {
    let calls = 3
    let qualys = try LiveQualys { _, call, _ in call >= calls ? LiveQualys.refusal(403) : nil }
    let report = try await qualys.run(Self.spooled)
    #expect(report.failed.count == 1)
    #expect(Self.remote(qualys) == [1, 2, 3, 4])
  }

  @Test func aRehearsalLeavesTheSpoolAlone() async throws {
    let qualys = try await held()
    let report = try await qualys.run(Self.spooled, rehearsal: DryRun())
    #expect(report.failed.isEmpty)
    #expect(Self.remote(qualys) == [])
  }

  @Test func theStatusSaysWhatWaits() async throws {
    let qualys = try await held()
    var request = PlanRequest.forTests(
      "name: test\nqualys: { platform: US2, username: \"${QUALYS_USERNAME}\", password: \"${HUNTER}\" }\n"
        + Self.spooled
    )
    request.registry = qualys.registry
    let plan = try #require(Plan.check(request).plan)
    let folder = qualys.folder.path("state")
    let look = { PipelineStatus(of: plan, state: folder, events: qualys.folder.path("none"), now: LiveQualys.start) }
    let waiting = try #require(look().streams[0].spooled.first)
    #expect(waiting.sink == "remote" && waiting.lines == 7 && waiting.bytes > 2_800 && waiting.limit == 1 << 20)
    _ = try await qualys.run(Self.spooled)
    #expect(look().streams[0].spooled.isEmpty)
  }

  // MARK: - The file

  private static func findings(_ sink: String) -> String {
    let text = """
      name: p
      source: { detections: {} }
      start: all
      stages: [decode-detections, split-detections, encode-json]
      sinks: [\(sink)]
      """
    var request = PlanRequest(text: text, file: "p.yaml", registry: .standard)
    request.checksEnvironment = false
    return Plan.check(request).diagnostics.filter { $0.severity == .error }.map(\.description).joined(separator: "\n")
  }

  @Test(arguments: [
    ("http: { url: \"https://127.0.0.1/\", spool: 10GiB }", nil),
    ("gzip-file: { path: \"out.gz\", spool: 1MiB }", nil),
    ("gzip-file: { path: \"out.gz\", spool: 1000KiB }", "'spool' is a size from 1MiB to"),
    ("http: { url: \"https://127.0.0.1/\", spool: much }", "'spool' is a size from 1MiB to"),
    ("stdout: { spool: 1GiB }", "'stdout' has no option"),
  ])
  func theFileSaysHowLargeItIs(sink: String, problem: String?) {
    let findings = Self.findings(sink)
    if let problem {
      #expect(findings.contains(problem), "\(findings)")
    } else {
      #expect(findings.isEmpty, "\(findings)")
    }
  }

  @Test func everyPlaceThatTellsOfOptionsTellsOfIt() {
    for sink in ["gzip-file", "http"] {
      let form = Registry.standard.component(named: sink)?.component.form
      guard case .options(let options) = form else { continue }
      #expect(options.last?.name == "spool")
    }
    #expect(PipelineSchema.text(.standard).split(separator: "\"spool\"").count == 3)
  }
}
