import Foundation
import Simulator
import TestSupport
import Testing

/// `sluice run` against a Qualys on this machine.
@Suite struct LiveRunCommandTests {
  private static let environment = ["SIM_USER": "simulator", "SIM_PASSWORD": "simulator"]

  private static func file(port: Int, _ more: String = "") -> String {
    """
    name: live
    qualys:
      server: http://127.0.0.1:\(port)
      gateway: http://127.0.0.1:\(port)
      username: ${SIM_USER}
      password: ${SIM_PASSWORD}
    state: state
    reserve: 0
    \(more)
    source: { detections: { truncation_limit: 5 } }
    stages: [decode-detections, split-detections, encode-json]
    sinks: [gzip-file: "out/{n}.jsonl.gz"]

    """
  }

  private static func run(_ text: String, in folder: URL, _ arguments: String...) async throws -> (Int32, String) {
    try Data(text.utf8).write(to: folder.appending(path: "live.yaml"))
    let result = try await Command.run(
      try Program.path,
      ["run", "live.yaml"] + arguments,
      folder: folder,
      environment: environment
    )
    return (result.status, result.errorText)
  }

  @Test("a first round gets everything, and the next what changed")
  func rounds() async throws {
    var options = SimulatedServer.Options()
    options.detections.hosts = 23
    let server = SimulatedServer(options)
    let port = try await server.start()
    try await Program.withFolder { folder in
      let (status, text) = try await Self.run(Self.file(port: port, "start: all"), in: folder)
      #expect(status == 0, "\(text)")
      #expect(text.contains("live/live: the first round: everything, in pages of 5"))
      #expect(text.contains("live/live: 23 hosts visible, 5 pages of 5: about 5 calls, under an hour"), "\(text)")
      #expect(text.contains("what a SIEM bills") && text.contains("heaviest fields"))
      #expect(text.contains("balance: every record is accounted for"))
      #expect(FileManager.default.fileExists(atPath: folder.appending(path: "state/state.db").path))
      let first = server.calls.count
      // One more that counts the hosts.
      #expect(first == 6)
      // Nothing new: the round says what it asked for.
      let (again, words) = try await Self.run(Self.file(port: port), in: folder)
      #expect(again == 0 && words.contains("asked for what changed since 20"), "\(words)")
      #expect(server.calls.count > first)
      #expect(server.calls.dropFirst(first).allSatisfy { $0.parameters.contains { $0.name == "vm_processed_after" } })
    }
    await server.stop()
  }

  @Test("a dry run asks, and leaves nothing behind, the copy of its state neither")
  func dryRun() async throws {
    var options = SimulatedServer.Options()
    options.detections.hosts = 7
    let server = SimulatedServer(options)
    let port = try await server.start()
    try await Program.withFolder { folder in
      let (there, temporary) = (folder.appending(path: "there"), folder.appending(path: "temporary"))
      for url in [there, temporary] {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      }
      try Data(Self.file(port: port, "start: all").utf8).write(to: there.appending(path: "live.yaml"))
      let result = try await Command.run(
        try Program.path,
        ["run", "live.yaml", "--dry-run"],
        folder: there,
        environment: Self.environment.merging(["TMPDIR": temporary.path]) { $1 }
      )
      #expect(result.status == 0, "\(result.errorText)")
      #expect(server.calls.count > 1 && result.errorText.contains("dry run: nothing was written, sent or moved"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: there.path) == ["live.yaml"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
    }
    await server.stop()
  }

  @Test("without a word where to begin nothing is asked, and the events say so")
  func beginning() async throws {
    try await Program.withFolder { folder in
      let (status, text) = try await Self.run(Self.file(port: 1), in: folder)
      #expect(status == 78)
      #expect(text.contains("start: all") && text.contains("--since"))
      let events = try String(contentsOf: folder.appending(path: "state/events.jsonl"), encoding: .utf8)
      #expect(events.contains(#""trackerId":"ThirdPartyConfigError""#))
    }
  }

  @Test("a wrong password is told, and asked once")
  func password() async throws {
    let server = SimulatedServer()
    let port = try await server.start()
    try await Program.withFolder { folder in
      let text = Self.file(port: port, "start: all").replacing("${SIM_PASSWORD}", with: "${SIM_USER}x")
      let (status, words) = try await Self.run(text, in: folder)
      #expect(status == 78, "\(words)")
      #expect(words.contains("HTTP 401") && words.contains("ThirdPartyConfig; 0 pages are delivered"))
      #expect(server.calls.count == 1)
    }
    await server.stop()
  }

  @Test("SIGTERM ends a run that waits, within seconds", arguments: [SIGTERM, SIGINT])
  func signals(number: Int32) async throws {
    try await Program.withFolder { folder in
      // Nobody listens there: it waits and asks again.
      try Data(Self.file(port: 1, "start: all").utf8).write(to: folder.appending(path: "live.yaml"))
      let process = Process()
      let errors = Pipe()
      process.executableURL = URL(fileURLWithPath: try Program.path)
      process.arguments = ["run", "live.yaml", "--wait"]
      process.currentDirectoryURL = folder
      process.environment = Self.environment
      process.standardError = errors
      let ended = AsyncStream<(status: Int32, at: ContinuousClock.Instant)>.makeStream()
      process.terminationHandler = { process in
        ended.continuation.yield((process.terminationStatus, .now))
        ended.continuation.finish()
      }
      try process.run()
      let events = folder.appending(path: "state/events.jsonl").path
      for _ in 0..<6_000 where !FileManager.default.fileExists(atPath: events) {
        try await Task.sleep(for: .milliseconds(50))
      }
      let start = ContinuousClock.now
      kill(process.processIdentifier, number)
      let end = try #require(await ended.stream.first { _ in true })
      #expect(end.status == 75)
      // It would wait for minutes; a busy machine takes some seconds.
      #expect(end.at - start < .seconds(30))
      let text = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
      #expect(text.contains("interrupted; 0 pages are delivered, the next run goes on behind them"))
    }
  }
}
