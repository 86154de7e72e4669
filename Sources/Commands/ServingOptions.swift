internal import ArgumentParser
internal import Foundation
internal import Simulator

/// How the simulated Qualys serves, and what goes wrong with it.
struct ServingOptions: ParsableArguments {
  @Option(help: "The port on 127.0.0.1; 0 for any that is free.")
  var port = 8080

  @Option(help: ArgumentHelp("Which calls go wrong, and how: a file, or the script itself.", valueName: "script"))
  var fault: String?

  @Option(help: "How many calls of each API an hour allows.")
  var rateLimit = 300

  @Option(help: "How many calls of each API may run at once.")
  var concurrency = 2

  @Flag(help: "Send bodies as gzip to whoever accepts it.")
  var gzip = false

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("'--port' takes a number from 0 to 65535.") }
    guard rateLimit >= 0, concurrency >= 0 else { throw ValidationError("Calls are counted from 0.") }
  }

  /// Serves until SIGINT or SIGTERM.
  func serve(detections: DetectionsSimulation.Options, assets: AssetsSimulation.Options) async throws {
    var options = SimulatedServer.Options()
    options.detections = detections
    options.assets = assets
    options.port = port
    options.rateLimit = rateLimit
    options.concurrency = concurrency
    options.compresses = gzip
    options.faults = try readFaults()
    let server = SimulatedServer(options)
    let address: String
    do {
      address = "http://127.0.0.1:\(try await server.start())"
    } catch {
      say("sluice: cannot listen on port \(port): \(error)")
      throw ExitStatus.tryLater
    }
    let welcome = "listening on \(address)\nuser name \(options.user), password \(options.password)\n"
    FileHandle.standardOutput.write(Data(welcome.utf8))
    do {
      try await Interruption.cancelling { while true { try await Task.sleep(for: .seconds(3_600)) } }
    } catch is CancellationError {}
    await server.stop()
  }

  private func readFaults() throws -> FaultScript {
    guard let fault else { return FaultScript() }
    let isFile = FileManager.default.fileExists(atPath: fault)
    do {
      return try FaultScript(isFile ? try String(contentsOfFile: fault, encoding: .utf8) : fault)
    } catch let error as FaultScriptError {
      say("\(isFile ? fault : "--fault"):\(error)")
      throw ExitStatus.configuration
    }
  }
}
