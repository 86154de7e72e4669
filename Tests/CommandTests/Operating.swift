import Foundation
import Simulator
import TestSupport

/// A pipeline of a test's own, and the commands that operate it.
struct Operating {
  let folder: URL

  static let environment = ["SIM_USER": "simulator", "SIM_PASSWORD": "simulator"]

  /// Writes a pipeline that asks a server on this machine.
  ///
  /// Its rounds are on time for a thousand years, since the server's clock stands still.
  func write(port: Int, source: String = "detections: { truncation_limit: 5 }", _ more: String = "every: 400000d")
    throws
  {
    let stages =
      source.hasPrefix("assets") ? "decode-assets, encode-json" : "decode-detections, split-detections, encode-json"
    let text = """
      name: live
      qualys:
        server: http://127.0.0.1:\(port)
        gateway: http://127.0.0.1:\(port)
        username: ${SIM_USER}
        password: ${SIM_PASSWORD}
      state: state
      reserve: 0
      start: all
      \(more)
      source: { \(source) }
      stages: [\(stages)]
      sinks: [gzip-file: "out/{n}.jsonl.gz"]

      """
    try Data(text.utf8).write(to: folder.appending(path: "live.yaml"))
  }

  func sluice(_ arguments: String..., password: String = "simulator") async throws -> Command.Result {
    try await sluice(arguments, password: password)
  }

  func sluice(_ arguments: [String], password: String = "simulator") async throws -> Command.Result {
    try await Command.run(
      try Program.path,
      arguments,
      folder: folder,
      environment: ["SIM_USER": "simulator", "SIM_PASSWORD": password]
    )
  }

  /// Runs a body against a server, in a folder of its own.
  static func with(
    hosts: Int = 23,
    assets: Int = 0,
    faults: String = "",
    rateLimit: Int = 300,
    _ body: (Operating, SimulatedServer, _ port: Int) async throws -> Void
  ) async throws {
    var options = SimulatedServer.Options()
    options.detections.hosts = hosts
    options.assets.assets = assets
    options.faults = try FaultScript(faults)
    options.rateLimit = rateLimit
    let server = SimulatedServer(options)
    let port = try await server.start()
    do {
      try await Program.withFolder { try await body(Operating(folder: $0), server, port) }
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }
}
