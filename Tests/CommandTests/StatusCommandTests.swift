import Foundation
import Simulator
import State
import SystemPackage
import TestSupport
import Testing

/// `sluice status` and `sluice reset`, through the program.
@Suite struct StatusCommandTests {
  private struct Answer: Decodable {
    struct Round: Decodable {
      var pages: Int
      var next: Int?
    }
    struct Stream: Decodable {
      var name: String
      var health: String
      var nextRoundSince: String?
      var round: Round?
      var deadLetters: Int
    }
    struct Pipeline: Decodable {
      var health: String
      var hasState: Bool
      var isRunning: Bool
      var process: Int?
      var streams: [Stream]
    }
    var pipelines: [Pipeline]
  }

  private static func status(_ operating: Operating) async throws -> (status: Int32, Answer.Pipeline) {
    let result = try await operating.sluice("status", "live.yaml", "--json")
    let answer = try JSONDecoder().decode(Answer.self, from: result.output)
    return (result.status, try #require(answer.pipelines.first))
  }

  @Test func aPipelineIsBehindBeforeItsFirstRoundAndHealthyAfterIt() async throws {
    try await Operating.with { operating, server, port in
      try operating.write(port: port)
      let (before, none) = try await Self.status(operating)
      #expect(before == 75 && !none.hasState && none.health == "behind")
      #expect(!FileManager.default.fileExists(atPath: operating.folder.appending(path: "state").path))
      let run = try await operating.sluice("run", "live.yaml")
      #expect(run.status == 0, "\(run.errorText)")
      let calls = server.calls.count
      let (after, done) = try await Self.status(operating)
      #expect(after == 0 && done.health == "healthy" && !done.isRunning)
      #expect(done.streams.first?.nextRoundSince?.hasPrefix("2026-11-") == true)
      let text = try await operating.sluice("status", "live.yaml")
      #expect(text.text.contains("live: healthy") && text.text.contains("last round  ended"), "\(text.text)")
      #expect(text.text.contains("5 pages") && text.errors.isEmpty)
      #expect(server.calls.count == calls)
    }
  }

  @Test func aProcessThatHasTheStateIsNamedAndNotDisturbed() async throws {
    try await Operating.with { operating, _, port in
      try operating.write(port: port)
      _ = try await operating.sluice("run", "live.yaml")
      let state = try SQLiteState(in: FilePath(operating.folder.appending(path: "state").path))
      let (status, pipeline) = try await Self.status(operating)
      #expect(status == 0 && pipeline.isRunning && pipeline.process == Int(getpid()))
      let reset = try await operating.sluice("reset", "live.yaml/live", "--from", "all", "--yes")
      #expect(reset.status == 75 && reset.errorText.contains("process \(getpid())"), "\(reset.errorText)")
      try state.store([], in: "anything")
    }
  }

  @Test func aWrongPasswordNeedsAPersonUntilARoundEnds() async throws {
    try await Operating.with { operating, _, port in
      try operating.write(port: port)
      #expect(try await operating.sluice("run", "live.yaml", password: "wrong").status == 78)
      let result = try await operating.sluice("status", "live.yaml")
      #expect(result.status == 78 && result.text.contains("open event"), "\(result.text)")
      #expect(result.text.contains("ThirdPartyConfigError") && !result.text.contains("127.0.0.1"))
      let events = try String(contentsOf: operating.folder.appending(path: "state/events.jsonl"), encoding: .utf8)
      #expect(events.contains(#""accountId":"private""#) && !events.contains("127.0.0.1"))
      #expect(try await operating.sluice("run", "live.yaml").status == 0)
      #expect(try await Self.status(operating).status == 0)
    }
  }

  @Test func aDamagedStateNeedsAPersonAndStaysWhereItIs() async throws {
    try await Operating.with { operating, _, port in
      try operating.write(port: port)
      let folder = operating.folder.appending(path: "state")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("this is no database at all".utf8).write(to: folder.appending(path: "state.db"))
      let result = try await operating.sluice("status", "live.yaml")
      #expect(result.status == 78 && result.text.contains("cannot be trusted"), "\(result.text)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["state.db"])
    }
  }

  // MARK: - Resetting

  @Test func aResetDeliversWhatIsCommittedAndAsksAnew() async throws {
    try await Operating.with(faults: "detections 3: status 403") { operating, server, port in
      try operating.write(port: port)
      #expect(try await operating.sluice("run", "live.yaml").status == 78)
      let (_, stopped) = try await Self.status(operating)
      #expect(stopped.streams.first?.round?.pages == 2 && stopped.streams.first?.round?.next != nil)
      let out = operating.folder.appending(path: "out")
      #expect(try FileManager.default.contentsOfDirectory(atPath: out.path).allSatisfy { $0.hasSuffix(".part") })
      let asked = try await operating.sluice("reset", "live.yaml/live", "--from", "2026-01-01")
      #expect(asked.status == 64 && asked.errorText.contains("its 2 committed pages stay"), "\(asked.errorText)")
      #expect(try await Self.status(operating).1.streams.first?.round?.pages == 2)
      let reset = try await operating.sluice("reset", "live.yaml/live", "--from", "2026-01-01", "--yes")
      #expect(reset.status == 0, "\(reset.errorText)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: out.path) == ["0001.jsonl.gz"])
      let hosts = try await Self.hosts(in: out)
      #expect(hosts.count == 10)
      let calls = server.calls.count
      #expect(try await operating.sluice("run", "live.yaml").status == 0)
      let windows = server.calls.dropFirst(calls).filter { $0.api == .detections }.map {
        $0.value(of: "vm_processed_after")
      }
      #expect(!windows.isEmpty && windows.allSatisfy { $0 == "2026-01-01T00:00:00Z" })
      #expect(try await Self.hosts(in: out).count == 23)
    }
  }

  /// The ids of all hosts of which something was delivered.
  private static func hosts(in folder: URL) async throws -> Set<String> {
    let text = String(decoding: try await Program.lines(in: folder), as: UTF8.self)
    return Set(text.matches(of: /"Id":"([0-9]+)"/).map { String($0.1) })
  }

  @Test(
    "what cannot be reset is told, and nothing is made",
    arguments: [
      (["live.yaml/live", "--from", "all", "--yes"], 78, "there is no state in"),
      (["live.yaml/other", "--from", "all", "--yes"], 78, "there is no stream 'other'"),
      (["live.yaml/live", "--from", "yesterday"], 64, "'--from' is 'all', or a time"),
      (["live", "--from", "all"], 64, "names no stream"),
    ] as [([String], Int32, String)]
  )
  func refusals(arguments: [String], status: Int32, words: String) async throws {
    try await Program.withFolder { folder in
      try Operating(folder: folder).write(port: 1)
      let result = try await Command.run(
        try Program.path,
        ["reset"] + arguments,
        folder: folder,
        environment: Operating.environment
      )
      #expect(result.status == status && result.errorText.contains(words), "\(result.errorText)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["live.yaml"])
    }
  }
}
