internal import ArgumentParser
internal import Foundation
internal import Simulator

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Is Qualys: serves its APIs on this machine, or writes what they answer, all made up from a seed.",
    discussion: """
      The same seed gives the same bytes on every machine. Without --write it listens on 127.0.0.1 alone, and prints \
      where, and whom it lets in:

        sluice simulate --hosts 100000 --assets 5000 --seed 7 --fault 'detections 2: reset 5000'

      With --write it writes a capture: each exchange with its body beside it, in detections-0001.xml, \
      assets-0001.json and so on, a page each; knowledge-base-0001.xml has an entry for each QID that was detected.

        sluice simulate --write saved --hosts 100 --assets 50 --seed 7 --rounds 2

      A fault script has a rule on each line, or between semicolons: an API (detections, knowledge-base, assets, hosts, \
      count, sign-in), the numbers of its calls from 1 (2, 2-4, * for all), and a fault. The first rule that fits holds.

      \(FaultScript.grammar)
      """
  )

  @Option(help: ArgumentHelp("Write a capture into this folder instead of serving.", valueName: "folder"))
  var write: String?

  @Option(help: ArgumentHelp("Write each kind of error answer into this folder.", valueName: "folder"))
  var writeErrors: String?

  @Option(help: "How many hosts there are.")
  var hosts = 100

  @Option(help: "What everything is made from.")
  var seed: UInt64 = 1

  @Option(help: "With --write: hosts in a page, Qualys' truncation_limit; 0 for all in one.")
  var hostsPerPage = 1000

  @Option(help: "Exactly so many detections for each host; about 40, log-normal, when left out.")
  var detectionsPerHost: Int?

  @Option(help: "Bytes of the first RESULTS, to see what a very long one does.")
  var resultsBytes: Int?

  @Flag(help: "Hosts without DETECTION_LIST, with unknown elements, and detections without UNIQUE_VULN_ID.")
  var oddHosts = false

  @Flag(help: "Give hosts numbers that follow one on the other, which the Host List tells in ranges.")
  var consecutiveIds = false

  @Option(help: "With --write: how many rounds, a day apart; in each later one some hosts and assets have changed.")
  var rounds = 1

  @Option(help: "How many assets there are.")
  var assets = 0

  @Option(help: "With --write: assets in a page, Qualys' pageSize.")
  var assetsPerPage = 300

  @Option(help: "Exactly so much software for each asset; 20 to 200, which makes 25 to 250 KB, when left out.")
  var softwarePerAsset: Int?

  @OptionGroup(title: "Serving") var serving: ServingOptions

  func validate() throws {
    guard (1...1000).contains(rounds) else { throw ValidationError("'--rounds' takes a number from 1 to 1000.") }
    guard assets >= 0, softwarePerAsset ?? 0 >= 0 else { throw ValidationError("Assets are counted from 0.") }
    guard assetsPerPage >= 1 else { throw ValidationError("A page has at least one asset.") }
    guard hosts >= 0, hostsPerPage >= 0 else { throw ValidationError("Hosts are counted from 0.") }
    guard detectionsPerHost ?? 1 >= 1 else { throw ValidationError("A host has at least one detection.") }
    guard resultsBytes ?? 0 >= 0 else { throw ValidationError("'--results-bytes' takes a number from 0.") }
  }

  func run() async throws {
    if let writeErrors { try writing(into: writeErrors, writeErrorAnswers) }
    if let write { try writing(into: write, writeCapture) }
    if write == nil, writeErrors == nil { try await serving.serve(detections: detectionOptions, assets: assetOptions) }
  }

  private var detectionOptions: DetectionsSimulation.Options {
    var options = DetectionsSimulation.Options()
    options.hosts = hosts
    options.seed = seed
    options.hostsPerPage = hostsPerPage
    options.detectionsPerHost = detectionsPerHost
    options.resultsBytes = resultsBytes
    options.hasOddHosts = oddHosts
    options.hasConsecutiveIDs = consecutiveIds
    return options
  }

  private var assetOptions: AssetsSimulation.Options {
    var options = AssetsSimulation.Options()
    options.assets = assets
    options.seed = seed
    options.assetsPerPage = assetsPerPage
    options.softwarePerAsset = softwarePerAsset
    return options
  }

  private func writeCapture(to folder: String) throws {
    var options = CaptureSimulation.Options()
    options.rounds = rounds
    options.detections = detectionOptions
    options.assets = assetOptions
    let capture = try CaptureSimulation(options).write(to: folder)
    let (pages, entries) = (Figures.count(capture.detectionPages), Figures.count(capture.entries))
    say("\(pages) pages of \(Figures.count(hosts)) hosts and \(entries) KnowledgeBase entries in '\(folder)'")
    guard capture.assetPages > 0 else { return }
    say("\(Figures.count(capture.assetPages)) pages of \(Figures.count(assets)) assets in '\(folder)'")
  }

  private func writeErrorAnswers(to folder: String) throws {
    say("\(try ErrorCorpus.write(to: folder)) error answers in '\(folder)'")
  }

  private func writing(into folder: String, _ write: (String) throws -> Void) throws {
    do {
      try write(folder)
    } catch {
      say("sluice: cannot write into '\(folder)': \(error.localizedDescription)")
      throw ExitStatus.tryLater
    }
  }
}
