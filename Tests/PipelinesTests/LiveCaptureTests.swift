import Foundation
import Health
import Pipelines
import Qualys
import TestSupport
import Testing

/// What live runs keep of their answers, as `capture` in a file asks for it.
@Suite struct LiveCaptureTests {
  private static func file(_ capture: String) -> String { "start: all\ncapture: { \(capture) }\n" + LiveQualys.stream }

  private static func captures(_ qualys: LiveQualys, in folder: String = "state/captures/test") throws -> [Capture] {
    let place = qualys.folder.path(folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return try names.sorted().map { try Capture("\(place)/\($0)") }
  }

  private static func replay(_ capture: Capture) async throws -> RunReport {
    var request = PlanRequest(
      text: "name: test\n" + LiveQualys.stream.replacing("kept", with: "stdout"),
      file: "test.yaml",
      registry: .standard
    )
    request.replay = capture.path
    let (plan, findings) = Plan.check(request)
    return try await Run(try #require(plan, "\(findings)"), rehearsal: DryRun()).run()
  }

  private static func first(_ exchange: Capture.Exchange) -> String { exchange.value(of: "id_min") ?? "1" }

  @Test func aRoundWithoutTroubleLeavesNothing() async throws {
    let qualys = try LiveQualys()
    let report = try await qualys.run(Self.file("on: error"))
    #expect(report.isBalanced && qualys.delivered == Array(1...7))
    #expect(try Self.captures(qualys).isEmpty)
  }

  @Test("an answer that breaks off, refuses or is no XML is kept, and the one before it", arguments: 0..<3)
  func trouble(kind: Int) async throws {
    let qualys = try LiveQualys { _, call, _ in
      guard call == 3, kind > 0 else { return nil }
      return kind == 1 ? LiveQualys.refusal(503) : LiveQualys.answer("<HOST_LIST_VM_DETECTION_OUTPUT><a></b>")
    } chunk: { _, call, chunk in
      if call == 3, chunk == 1 { throw BrokenConnection("reset") }
    }
    let report = try await qualys.run(Self.file("keep: 1h"))
    #expect(report.failed.isEmpty && qualys.delivered == Array(1...7))
    let capture = try #require(try Self.captures(qualys).first)
    // The newest two are always there; the second page failed, in the third call or in the first of its body.
    let pages = capture.exchanges.map(Self.first)
    #expect(pages.prefix(2) == ["3", "5"], "\(pages)")
    #expect(capture.exchanges.contains { $0.failure == "reset" } == (kind == 0))
    #expect(capture.exchanges.contains { $0.response.status == 503 } == (kind == 1))
  }

  @Test func allAnswersAreKeptWithTheStateThatTheRoundBeganWith() async throws {
    let qualys = try LiveQualys()
    for _ in 1...2 {
      _ = try await qualys.run(Self.file("on: always"))
      qualys.pass(.seconds(3600))
    }
    let captures = try Self.captures(qualys)
    #expect(captures.map { $0.exchanges.map(Self.first) } == [["1", "3", "5", "7"], ["1", "3", "5", "7"]])
    #expect(captures.map(\.rounds.count) == [1, 1])
    #expect(captures.allSatisfy { $0.state != nil })
    for capture in captures { #expect(try await Self.replay(capture).streams.first?.lines == 7) }
  }

  @Test func aRoundThatGoesOnIsReplayedFromThere() async throws {
    let qualys = try LiveQualys { qualys, call, _ in
      qualys.now.notices.count == 1 && call == 3 ? LiveQualys.refusal(403) : nil
    }
    let first = try await qualys.run("start: all\n" + LiveQualys.stream)
    #expect(first.failed.count == 1 && qualys.delivered == [1, 2, 3, 4])
    _ = try await qualys.run(Self.file("on: always"))
    #expect(qualys.delivered == [5, 6, 7])
    let capture = try #require(try Self.captures(qualys).first)
    #expect(try await Self.replay(capture).streams.first?.lines == 3)
  }

  @Test func oldCapturesGoWhenARunBegins() async throws {
    let qualys = try LiveQualys()
    for _ in 1...3 {
      _ = try await qualys.run(Self.file("on: always, keep: 2h, folder: \"\(qualys.folder.path("kept"))\""))
      qualys.pass(.seconds(5000))
    }
    #expect(try Self.captures(qualys, in: "kept/test").count == 2)
    #expect(try Self.captures(qualys).isEmpty)
  }

  @Test func aCaptureThatCannotBeWrittenIsToldAndTheRunGoesOn() async throws {
    let qualys = try LiveQualys()
    try FileManager.default.createDirectory(atPath: qualys.folder.path("state"), withIntermediateDirectories: true)
    try "x".write(toFile: qualys.folder.path("state/captures"), atomically: true, encoding: .utf8)
    let report = try await qualys.run(Self.file("on: always"))
    #expect(report.isBalanced && qualys.delivered == Array(1...7))
    #expect(qualys.now.events.map(\.tracker) == ["CaptureStopped"])
  }

  @Test func aDryRunKeepsNothing() async throws {
    let qualys = try LiveQualys()
    _ = try await qualys.run(Self.file("on: always"), rehearsal: DryRun())
    #expect(try Self.captures(qualys).isEmpty)
  }
}
