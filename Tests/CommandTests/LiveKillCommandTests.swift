import Foundation
import Simulator
import TestSupport
import Testing

/// `sluice run` against a slow Qualys on this machine, killed in answers that a seed gives.
@Suite struct LiveKillCommandTests {
  private static let seed: UInt64 = 2026
  private static let killsOfEach = 2

  private static func server() throws -> SimulatedServer {
    var options = SimulatedServer.Options()
    options.detections.hosts = 24
    options.detections.detectionsPerHost = 3
    options.rateLimit = 10_000
    // A call whose client was killed runs on for a moment.
    options.concurrency = 6
    options.faults = try FaultScript("detections *: drip 60000/s")
    return SimulatedServer(options)
  }

  private static func file(port: Int) -> String {
    """
    name: killed
    qualys:
      server: http://127.0.0.1:\(port)
      gateway: http://127.0.0.1:\(port)
      username: ${SIM_USER}
      password: ${SIM_PASSWORD}
    state: state
    reserve: 0
    start: all
    source: { detections: { truncation_limit: 4 } }
    stages: [decode-detections, split-detections, add-event-id, encode-json]
    sinks: [gzip-file: { path: "out/{n}.jsonl.gz", roll: 4KiB, member: 4096 }]

    """
  }

  /// When a run is killed: a while behind one of its calls.
  private struct Moment {
    let call: Int
    let delay: Duration

    init(_ generator: inout SeededGenerator) {
      call = Int.random(in: 1...3, using: &generator)
      delay = .milliseconds(Int.random(in: 0...100, using: &generator))
    }
  }

  /// Runs in a folder, to the end or until it is killed; gives how it ended.
  private static func run(in folder: URL, killedAt moment: Moment? = nil, of server: SimulatedServer) async throws
    -> Int32
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try Program.path)
    process.arguments = ["run", "killed.yaml", "--state", "state"]
    process.currentDirectoryURL = folder
    process.environment = ["SIM_USER": "simulator", "SIM_PASSWORD": "simulator"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let ended = AsyncStream<Int32>.makeStream()
    process.terminationHandler = { process in
      ended.continuation.yield(process.terminationStatus)
      ended.continuation.finish()
    }
    let last = server.calls.count + (moment?.call ?? 0)
    try process.run()
    if let moment {
      while process.isRunning, server.calls.count < last { try await Task.sleep(for: .milliseconds(1)) }
      try await Task.sleep(for: moment.delay)
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    return await ended.stream.first { _ in true } ?? -1
  }

  /// Kills a run at each of some moments, and lets it end then; gives all lines, and how many runs were killed.
  private static func lines(killedAt moments: [Moment] = []) async throws -> (lines: Data, kills: Int) {
    let server = try server()
    let port = try await server.start()
    let result = try await Program.withFolder { folder in
      try Data(file(port: port).utf8).write(to: folder.appending(path: "killed.yaml"))
      var kills = 0
      for moment in moments where try await run(in: folder, killedAt: moment, of: server) == SIGKILL { kills += 1 }
      #expect(try await run(in: folder, of: server) == 0)
      let out = folder.appending(path: "out")
      let names = try FileManager.default.contentsOfDirectory(atPath: out.path)
      #expect(names.allSatisfy { $0.hasSuffix(".jsonl.gz") } && names.count > 3, "\(names)")
      return (try await Program.lines(in: out), kills)
    }
    await server.stop()
    return result
  }

  @Test("SIGKILL at any moment costs nothing")
  func killed() async throws {
    let reference = try await Self.lines().lines
    #expect(reference.count > 50_000)
    var generator = SeededGenerator(seed: Self.seed)
    let moments = (0..<5).map { _ in (0..<Self.killsOfEach).map { _ in Moment(&generator) } }
    let kills = try await withThrowingTaskGroup(of: Int.self) { group in
      for moments in moments {
        group.addTask {
          let (lines, kills) = try await Self.lines(killedAt: moments)
          let isSame = lines == reference
          #expect(isSame, "killed at \(moments): \(lines.count) bytes instead of \(reference.count)")
          return kills
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(kills > 3)
    print("figure: sluice run, killed within answers: kills | \(kills)")
  }
}
