import Foundation
import Pipelines
import Simulator
import Streaming
import TestSupport

/// What must have arrived when all is over: the lines that a capture of the same hosts gives, without any network.
struct ReferenceData: Sendable {
  /// QIDs that the hosts have, for streams of the KnowledgeBase.
  let qids: [Int]
  /// Each stream's lines.
  let lines: [FaultStream: Set<String>]

  /// Hosts and assets for most cases: three pages each.
  static let small: Task<ReferenceData, any Error> = Task { try await make(options()) }

  /// What is simulated, so small that a page has some KB.
  static func options() -> SimulatedServer.Options {
    var options = SimulatedServer.Options()
    options.detections.hosts = 10
    options.detections.detectionsPerHost = 3
    options.assets.assets = 10
    options.assets.softwarePerAsset = 3
    return options
  }

  /// Writes a capture and replays it.
  static func make(_ server: SimulatedServer.Options) async throws -> ReferenceData {
    let folder = try TemporaryFolder()
    var options = CaptureSimulation.Options()
    options.detections = server.detections
    options.detections.brokenHosts = []
    options.assets = server.assets
    _ = try CaptureSimulation(options).write(to: folder.path("capture"))
    let entries = try String(contentsOfFile: folder.path("capture/knowledge-base-0001.xml"), encoding: .utf8)
    let qids = Set(entries.matches(of: /<VULN>\s*<QID>([0-9]+)/).compactMap { Int($0.1) }).sorted().prefix(10)
    let streams = FaultStream.allCases.map { stream in
      """
        \(stream.rawValue):
          \(stream.text(qids: Array(qids)))
          sinks: [gzip-file: "\(folder.path("out"))/{stream}-{n}.gz"]
      """
    }
    let text = """
      name: matrix
      replay: \(folder.path("capture"))
      dead-letters: \(folder.path("letters.jsonl"))
      streams:
      \(streams.joined(separator: "\n"))
      """
    let (plan, findings) = Plan.check(PlanRequest(text: text, file: "matrix.yaml", registry: .standard))
    guard let plan else { throw ContractViolation(findings.map(\.description).joined(separator: "\n")) }
    _ = try await Run(plan).run()
    var lines: [FaultStream: Set<String>] = [:]
    for stream in FaultStream.allCases {
      lines[stream] = Set(try Delivered.lines(in: folder.url.appending(path: "out"), of: stream))
    }
    return ReferenceData(qids: Array(qids), lines: lines)
  }
}

/// What a run left in files.
enum Delivered {
  /// The lines of a stream's files, in order.
  static func lines(in folder: URL, of stream: FaultStream) throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.filter { $0.hasPrefix("\(stream.rawValue)-") && $0.hasSuffix(".gz") }.flatMap { name in
      let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
      return lines(of: try GzipMembers(bytes).text)
    }
  }

  /// The lines of a text.
  static func lines(of text: [UInt8]) -> [String] {
    String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
