import Foundation
import Simulator
import TestSupport
import Testing

/// `sluice run` against a slow Qualys on this machine, killed at moments that a seed gives.
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
    start: all
    source: { detections: { truncation_limit: 4 } }
    stages: [decode-detections, split-detections, add-event-id, encode-json]
    sinks: [gzip-file: { path: "out/{n}.jsonl.gz", roll: 4KiB, member: 4096 }]

    """
  }

  /// Runs in a folder, to the end or until it is killed; gives how it ended.
  private static func run(in folder: URL, killedAfter delay: Duration? = nil) async throws -> Int32 {
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
    try process.run()
    if let delay {
      try await Task.sleep(for: delay)
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    return await ended.stream.first { _ in true } ?? -1
  }

  /// Kills a run at each of some moments, and lets it end then; gives all lines, and how many runs were killed.
  private static func lines(killedAfter delays: [Duration]) async throws -> (lines: Data, kills: Int) {
    let server = try server()
    let port = try await server.start()
    let result = try await Program.withFolder { folder in
      try Data(file(port: port).utf8).write(to: folder.appending(path: "killed.yaml"))
      var kills = 0
      for delay in delays where try await run(in: folder, killedAfter: delay) == SIGKILL { kills += 1 }
      #expect(try await run(in: folder) == 0)
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
    let start = ContinuousClock.now
    let reference = try await Self.lines(killedAfter: []).lines
    // On any machine, a run that is alone is no slower than five at once.
    let whole = ContinuousClock.now - start
    #expect(reference.count > 50_000)
    var generator = SeededGenerator(seed: Self.seed)
    let delays = (0..<5).map { _ in
      (0..<Self.killsOfEach).map { _ in whole * Double.random(in: 0.1...0.7, using: &generator) }
    }
    let kills = try await withThrowingTaskGroup(of: Int.self) { group in
      for delays in delays {
        group.addTask {
          let (lines, kills) = try await Self.lines(killedAfter: delays)
          let isSame = lines == reference
          #expect(isSame, "killed after \(delays): \(lines.count) bytes instead of \(reference.count)")
          return kills
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(kills > 3)
    print("figure: sluice run, killed by the clock: kills | \(kills)")
  }
}
