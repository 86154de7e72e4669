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

  @Option(help: ArgumentHelp("Draw faults from this seed, of those that nothing need be lost by.", valueName: "seed"))
  var faultSeed: UInt64?

  @Option(help: ArgumentHelp("With --fault-seed: how many calls go wrong, three in a row at most.", valueName: "share"))
  var faultRate = "20%"

  @Option(help: ArgumentHelp("How long a call counts as running after its client went away.", valueName: "time"))
  var keepSlot = "0s"

  @Option(help: "How the header fields about calls at once are spelled: hyphenated or joined.")
  var limitSpelling = "hyphenated"

  @Option(help: ArgumentHelp("A host at which every answer breaks off; may be repeated.", valueName: "id"))
  var brokenHost: [Int] = []

  @Option(help: ArgumentHelp("A host that is no XML; may be repeated.", valueName: "id"))
  var malformedHost: [Int] = []

  @Option(
    help: ArgumentHelp("Serve HTTPS with this certificate and those that vouch for it, in PEM.", valueName: "file")
  )
  var tlsCertificate: String?

  @Option(help: ArgumentHelp("The certificate's key, in PEM.", valueName: "file"))
  var tlsKey: String?

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("'--port' takes a number from 0 to 65535.") }
    guard faultPercent != nil else { throw ValidationError("'--fault-rate' takes a share from 0% to 100%.") }
    guard Duration(faultTime: keepSlot) != nil else { throw ValidationError("'--keep-slot' takes a time such as 30s.") }
    guard LimitSpelling(rawValue: limitSpelling) != nil else {
      throw ValidationError("'--limit-spelling' takes hyphenated or joined.")
    }
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("'--tls-certificate' and '--tls-key' belong together.")
    }
    guard rateLimit >= 0, concurrency >= 0 else { throw ValidationError("Calls are counted from 0.") }
  }

  private var faultPercent: Int? {
    guard faultRate.hasSuffix("%"), let percent = Int(faultRate.dropLast()), (0...100).contains(percent) else {
      return nil
    }
    return percent
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
    options.seededFaults = faultSeed.map { SeededFaults(seed: $0, percent: faultPercent ?? 0) }
    options.slotIsKept = Duration(faultTime: keepSlot) ?? .zero
    options.spelling = LimitSpelling(rawValue: limitSpelling) ?? .hyphenated
    options.detections.brokenHosts = Set(brokenHost)
    options.detections.malformedHosts = Set(malformedHost)
    options.tls = try findTLSFiles()
    let server = SimulatedServer(options)
    let address: String
    do {
      address = "\(options.tls == nil ? "http" : "https")://127.0.0.1:\(try await server.start())"
    } catch {
      say("sluice: cannot serve on port \(port): \(error)")
      throw ExitStatus.tryLater
    }
    let welcome = "listening on \(address)\nuser name \(options.user), password \(options.password)\n"
    FileHandle.standardOutput.write(Data(welcome.utf8))
    do {
      try await Interruption.cancelling { while true { try await Task.sleep(for: .seconds(3_600)) } }
    } catch is CancellationError {}
    await server.stop()
  }

  private func findTLSFiles() throws -> TLSFiles? {
    guard let tlsCertificate, let tlsKey else { return nil }
    for file in [tlsCertificate, tlsKey] where !FileManager.default.isReadableFile(atPath: file) {
      say("sluice: cannot read '\(file)'")
      throw ExitStatus.configuration
    }
    return TLSFiles(certificateChain: tlsCertificate, key: tlsKey)
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
