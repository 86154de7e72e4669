import Foundation
import Qualys
import Simulator
import TestSupport
import Testing

/// Captures of a Qualys on this machine.
@Suite struct LiveCaptureCommandTests {
  private static let environment = ["SIM_USER": "simulator", "SIM_PASSWORD": "simulator"]

  private static func write(port: Int, _ more: String = "start: all", in folder: URL) throws {
    let text = """
      name: live
      qualys:
        server: http://127.0.0.1:\(port)
        gateway: http://127.0.0.1:\(port)
        leave: 0%
        username: ${SIM_USER}
        password: ${SIM_PASSWORD}
      state: state
      reserve: 0
      \(more)
      source: { detections: { truncation_limit: 5 } }
      stages: [decode-detections, split-detections, join-knowledge-base: { fields: [TITLE] }, encode-json]
      sinks: [gzip-file: "out/{n}.jsonl.gz"]

      """
    try Data(text.utf8).write(to: folder.appending(path: "live.yaml"))
  }

  private static func sluice(_ arguments: String..., in folder: URL) async throws -> TestSupport.Command.Result {
    try await Command.run(try Program.path, arguments, folder: folder, environment: environment)
  }

  /// The lines of a run, live or of a capture.
  private static func lines(_ arguments: String..., in folder: URL) async throws -> Data {
    let output = folder.appending(path: UUID().uuidString)
    let run = try await Command.run(
      try Program.path,
      ["run", "live.yaml", "--output", output.path] + arguments,
      folder: folder,
      environment: environment
    )
    #expect(run.status == 0, "\(run.errorText)")
    return try await Program.lines(in: output)
  }

  private static func server(_ faults: String = "", hosts: Int = 23, compresses: Bool = true) throws -> SimulatedServer
  {
    var options = SimulatedServer.Options()
    options.detections.hosts = hosts
    options.compresses = compresses
    options.concurrency = 4
    options.faults = try FaultScript(faults)
    return SimulatedServer(options)
  }

  @Test("a replay of what was captured gives the lines of a live run, in the round after it, too")
  func replay() async throws {
    let server = try Self.server(
      """
      detections 1: status 409 1965 wait=1
      detections 3: reset 4000
      detections 6: status 503 retry-after=1
      knowledge-base 2: cut 2000
      """
    )
    let port = try await server.start()
    try await Program.withFolder { folder in
      try Self.write(port: port, in: folder)
      let first = try await Self.sluice("capture", "live.yaml", "--to", "first", in: folder)
      #expect(first.status == 0 && first.output.isEmpty, "\(first.errorText)")
      #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) == ["live.yaml", "first"])
      #expect(server.calls.count { $0.api == .detections } > 6)
      let live = try await Self.lines(in: folder)
      #expect(live.count > 10_000)
      #expect(try await Self.lines("--replay", "first", in: folder) == live)

      server.round = 2
      let state = folder.appending(path: "state/state.db")
      let before = try Data(contentsOf: state)
      let second = try await Self.sluice("capture", "live.yaml", "--to", "second", in: folder)
      #expect(second.status == 0, "\(second.errorText)")
      #expect(try Data(contentsOf: state) == before)
      let next = try await Self.lines(in: folder)
      #expect(!next.isEmpty && next != live)
      #expect(try await Self.lines("--replay", "second", in: folder) == next)
      // No credentials, and no header field that names anybody.
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "first").path) {
        let text = String(decoding: try Data(contentsOf: folder.appending(path: "first/\(name)")), as: UTF8.self)
        #expect(!text.contains("simulator") && !text.contains("uthorization"), "\(name)")
      }
    }
    await server.stop()
  }

  /// What is said of pages that broke off, without how many bytes came.
  private static func failures(_ text: String) -> [String] {
    text.split(separator: "\n").filter { $0.contains("/api/") }.map { String($0).replacing(/[0-9]+/, with: "N") }
  }

  @Test("a page that fails is captured, and fails in the same way when it is replayed, with pseudonyms, too")
  func failingPage() async throws {
    let server = try Self.server("detections 2: truncate 3000", compresses: false)
    let port = try await server.start()
    try await Program.withFolder { folder in
      try Self.write(port: port, in: folder)
      let captured = try await Self.sluice("capture", "live.yaml", "--to", "captured", in: folder)
      #expect(captured.status == 0, "\(captured.errorText)")
      let replayed = try await Self.sluice("run", "live.yaml", "--replay", "captured", "--dry-run", in: folder)
      let failures = Self.failures(replayed.errorText)
      #expect(failures.count == 1, "\(replayed.errorText)")

      // The same page again, in another run.
      let other = try Self.server("detections 2: truncate 3000", compresses: false)
      try Self.write(port: try await other.start(), in: folder)
      let shared = try await Self.sluice("capture", "live.yaml", "--to", "shared", "--anonymize", in: folder)
      await other.stop()
      #expect(shared.status == 0, "\(shared.errorText)")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(Set(names) == ["live.yaml", "captured", "shared"])
      let again = try await Self.sluice("run", "live.yaml", "--replay", "shared", "--dry-run", in: folder)
      #expect(Self.failures(again.errorText) == failures, "\(again.errorText)")
    }
    await server.stop()
  }

  @Test("a capture begins where it is told, and says so when it does not know")
  func beginning() async throws {
    let server = try Self.server(hosts: 3)
    let port = try await server.start()
    try await Program.withFolder { folder in
      try Self.write(port: port, "", in: folder)
      let lost = try await Self.sluice("capture", "live.yaml", "--to", "to", in: folder)
      #expect(lost.status == 78 && lost.errorText.contains("--since"), "\(lost.errorText)")
      #expect(try await Self.sluice("capture", "live.yaml", "--to", "to", "--since", "soon", in: folder).status == 64)
      let told = try await Self.sluice("capture", "live.yaml", "--to", "to", "--since", "2026-11-01", in: folder)
      #expect(told.status == 0, "\(told.errorText)")
      let windows = server.calls.flatMap(\.parameters).filter { $0.name == "vm_processed_after" }.map(\.value)
      #expect(windows == ["2026-11-01T00:00:00Z"])
    }
    await server.stop()
  }

  @Test("what a capture could not have is said, and the rest of it is kept")
  func refused() async throws {
    let server = try Self.server("detections 2: status 403")
    let port = try await server.start()
    try await Program.withFolder { folder in
      try Self.write(port: port, in: folder)
      let result = try await Self.sluice("capture", "live.yaml", "--to", "to", in: folder)
      #expect(result.status == 78 && result.errorText.contains("HTTP 403"), "\(result.errorText)")
      #expect(result.errorText.contains("answers, "))
      #expect(FileManager.default.fileExists(atPath: folder.appending(path: "to/detections-000002.exchange.json").path))
    }
    await server.stop()
  }

  @Test("with answers read ahead, one that cannot be understood is kept")
  func readAhead() async throws {
    let server = try Self.server("detections 3: truncate 3000", hosts: 40)
    let port = try await server.start()
    try await Program.withFolder { folder in
      try Self.write(port: port, "start: all\ncapture: { on: error, folder: kept }", in: folder)
      #expect(try await !Self.lines(in: folder).isEmpty)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "kept/live").path)
      let name = try #require(names.first)
      let capture = try Capture(folder.appending(path: "kept/live/\(name)").path)
      let asked = server.calls.filter { $0.api == .detections }
      // Ranges are asked for ahead and in parallel: the third call was not the third to be read.
      #expect(asked.contains { $0.parameters.contains { $0.name == "id_max" } })
      let third = asked[2].parameters.filter { $0.name.hasPrefix("id_") }.map { "\($0.name)=\($0.value)" }
      let kept = capture.exchanges.map { exchange in
        exchange.request.parameters.filter { $0.name.hasPrefix("id_") }.map { "\($0.name)=\($0.value)" }
      }
      #expect(kept.contains(third), "\(kept)")
    }
    await server.stop()
  }

  @Test("commands that only read say what to give them, without any secret", arguments: ["trace", "estimate"])
  func onlyReads(command: String) async throws {
    try await Program.withFolder { folder in
      try Self.write(port: 1, in: folder)
      let words = command == "trace" ? ["--host", "1"] : []
      let result = try await Command.run(try Program.path, [command, "live.yaml"] + words, folder: folder)
      #expect(result.status == 78, "\(result.errorText)")
      #expect(result.errorText.contains("--replay") && result.errorText.contains("asks Qualys itself"))
      #expect(!result.errorText.contains("SIM_PASSWORD"))
    }
  }
}
