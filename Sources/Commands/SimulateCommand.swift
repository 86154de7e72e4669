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

  @Option(help: "How many assets there are.")
  var assets = 0

  @Option(help: "Assets in a page, Qualys' pageSize.")
  var assetsPerPage = 300

  @Option(help: "Exactly so much software for each asset; 20 to 200, which makes 25 to 250 KB, when left out.")
  var softwarePerAsset: Int?

  func validate() throws {
    guard assets >= 0, softwarePerAsset ?? 0 >= 0 else { throw ValidationError("Assets are counted from 0.") }
    guard assetsPerPage >= 1 else { throw ValidationError("A page has at least one asset.") }
    guard hosts >= 0, hostsPerPage >= 0 else { throw ValidationError("Hosts are counted from 0.") }
    guard detectionsPerHost ?? 1 >= 1 else { throw ValidationError("A host has at least one detection.") }
    guard resultsBytes ?? 0 >= 0 else { throw ValidationError("'--results-bytes' takes a number from 0.") }
  }

  func run() throws {
    var options = DetectionsSimulation.Options()
    options.hosts = hosts
    options.seed = seed
    options.hostsPerPage = hostsPerPage
    options.detectionsPerHost = detectionsPerHost
    options.resultsBytes = resultsBytes
    let simulation = DetectionsSimulation(options)
    let knowledgeBase = KnowledgeBaseSimulation(seed: seed, qids: simulation.detectedQIDs)
    do {
      try FileManager.default.createDirectory(atPath: write, withIntermediateDirectories: true)
      for page in 0..<simulation.pageCount {
        try writeFile("detections", page + 1, "xml") { try simulation.writePage(page, to: $0) }
      }
      try writeFile("knowledge-base", 1, "xml") { try knowledgeBase.writeAnswer(to: $0) }
      if assets > 0 { try writeAssets() }
    } catch {
      say("sluice: cannot write into '\(write)': \(error.localizedDescription)")
      throw ExitStatus.tryLater
    }
    let (pages, entries) = (Figures.count(simulation.pageCount), Figures.count(knowledgeBase.entryCount))
    say("\(pages) pages of \(Figures.count(hosts)) hosts and \(entries) KnowledgeBase entries in '\(write)'")
  }

  private func writeAssets() throws {
    var options = AssetsSimulation.Options()
    options.assets = assets
    options.seed = seed
    options.assetsPerPage = assetsPerPage
    options.softwarePerAsset = softwarePerAsset
    let simulation = AssetsSimulation(options)
    for page in 0..<simulation.pageCount {
      try writeFile("assets", page + 1, "json") { try simulation.writePage(page, to: $0) }
    }
    say("\(Figures.count(simulation.pageCount)) pages of \(Figures.count(assets)) assets in '\(write)'")
  }

  private func writeFile(
    _ kind: String,
    _ number: Int,
    _ ending: String,
    _ body: ((_ chunk: [UInt8]) throws -> Void) throws -> Void
  ) throws {
    let digits = String(number)
    let path = "\(write)/\(kind)-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).\(ending)"
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
    else { throw CocoaError(.fileWriteUnknown) }
    try body { chunk in try file.write(contentsOf: chunk) }
    try file.close()
  }
}
