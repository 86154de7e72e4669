internal import ArgumentParser
internal import Foundation
internal import Simulator

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Writes answers as Qualys would give them, with hosts, detections and assets made up from a seed.",
    discussion: """
      The same seed gives the same bytes on every machine. Files are named detections-0001.xml, assets-0001.json and so \
      on, a page each; knowledge-base-0001.xml has an entry for each QID that was detected.

        sluice simulate --write saved --hosts 100 --assets 50 --seed 7
      """
  )

  @Option(help: ArgumentHelp("The folder to write into.", valueName: "folder"))
  var write: String

  @Option(help: "How many hosts there are.")
  var hosts = 100

  @Option(help: "What everything is made from.")
  var seed: UInt64 = 1

  @Option(help: "Hosts in a page, Qualys' truncation_limit; 0 for all in one.")
  var hostsPerPage = 1000

  @Option(help: "Exactly so many detections for each host; about 40, log-normal, when left out.")
  var detectionsPerHost: Int?

  @Option(help: "Bytes of the first RESULTS, to see what a very long one does.")
  var resultsBytes: Int?

  @Option(help: "How many rounds are captured, a day apart; in each later one some hosts and assets have changed.")
  var rounds = 1

  @Option(help: "How many assets there are.")
  var assets = 0

  @Option(help: "Assets in a page, Qualys' pageSize.")
  var assetsPerPage = 300

  @Option(help: "Exactly so much software for each asset; 20 to 200, which makes 25 to 250 KB, when left out.")
  var softwarePerAsset: Int?

  func validate() throws {
    guard (1...1000).contains(rounds) else { throw ValidationError("'--rounds' takes a number from 1 to 1000.") }
    guard assets >= 0, softwarePerAsset ?? 0 >= 0 else { throw ValidationError("Assets are counted from 0.") }
    guard assetsPerPage >= 1 else { throw ValidationError("A page has at least one asset.") }
    guard hosts >= 0, hostsPerPage >= 0 else { throw ValidationError("Hosts are counted from 0.") }
    guard detectionsPerHost ?? 1 >= 1 else { throw ValidationError("A host has at least one detection.") }
    guard resultsBytes ?? 0 >= 0 else { throw ValidationError("'--results-bytes' takes a number from 0.") }
  }

  func run() throws {
    var options = CaptureSimulation.Options()
    options.rounds = rounds
    options.detections.hosts = hosts
    options.detections.seed = seed
    options.detections.hostsPerPage = hostsPerPage
    options.detections.detectionsPerHost = detectionsPerHost
    options.detections.resultsBytes = resultsBytes
    options.assets.assets = assets
    options.assets.seed = seed
    options.assets.assetsPerPage = assetsPerPage
    options.assets.softwarePerAsset = softwarePerAsset
    do {
      let capture = try CaptureSimulation(options).write(to: write)
      let (pages, entries) = (Figures.count(capture.detectionPages), Figures.count(capture.entries))
      say("\(pages) pages of \(Figures.count(hosts)) hosts and \(entries) KnowledgeBase entries in '\(write)'")
      guard capture.assetPages > 0 else { return }
      say("\(Figures.count(capture.assetPages)) pages of \(Figures.count(assets)) assets in '\(write)'")
    } catch {
      say("sluice: cannot write into '\(write)': \(error.localizedDescription)")
      throw ExitStatus.tryLater
    }
  }
}
