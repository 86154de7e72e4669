import DeliveryScenario
import Foundation
import Gzip
import Pipelines
import State
import Streaming
import SystemPackage
import Testing

/// A folder for one scenario, in memory where there is such a file system: SQLite waits for the disk.
final class ScenarioFolder: Sendable {
  let path: String

  init(copying other: ScenarioFolder? = nil) throws {
    let memory = "/dev/shm"
    let base =
      FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
    path = "\(base)/sluice-delivery-\(UUID().uuidString)"
    if let other {
      try FileManager.default.copyItem(atPath: other.path, toPath: path)
    } else {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
  }

  /// Copies a folder in which streams have files without names, and makes the state say that they are in the copy.
  convenience init(movedFrom other: ScenarioFolder) throws {
    try self.init(copying: other)
    guard FileManager.default.fileExists(atPath: "\(path)/state") else { return }
    let state = try SQLiteState(in: FilePath("\(path)/state"))
    for stream in LiveOutcome.streams {
      guard let stored = try state.progress(of: stream) else { continue }
      var progress = try RoundProgress(stored, of: stream)
      for index in progress.sinks.indices {
        let position = String(decoding: progress.sinks[index].position, as: UTF8.self)
        progress.sinks[index].position = Data(position.replacing(other.path, with: path).utf8)
      }
      let moved = StreamProgress(cursor: Array(try JSONEncoder().encode(progress)), serverTime: stored.serverTime)
      try state.finishRound(of: stream, progress: moved, storing: [], in: "")
    }
  }

  /// Makes it what another folder is, byte by byte.
  func restore(from other: ScenarioFolder) throws {
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: other.path, toPath: path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Its files, and what they hold.
  var files: [String: [UInt8]] {
    get throws {
      var files: [String: [UInt8]] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: path) where name != "state" {
        files["\(path)/\(name)"] = Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
      }
      return files
    }
  }
}

/// What runs of a scenario have left.
struct Outcome {
  /// The lines of all files with final names, in the order of their names.
  let lines: [String]
  /// What could not be read.
  let torn: [String]
  /// Files without final names.
  let parts: [String]
  /// Hosts in the dead letters, in order.
  let letters: [String]
  /// What the server got: the request's key, and the line.
  let sent: [(key: Substring, line: Substring)]

  init(_ files: [String: [UInt8]]) {
    var (lines, torn): ([String], [String]) = ([], [])
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) where name.hasSuffix(".gz") {
      do {
        lines += String(decoding: try Self.inflated(bytes), as: UTF8.self).split(separator: "\n").map(String.init)
      } catch { torn.append("\(name): \(error)") }
    }
    (self.lines, self.torn) = (lines, torn)
    parts = files.keys.filter { $0.hasSuffix(".part") }
    func text(_ name: String) -> String {
      String(decoding: files.first { $0.key.hasSuffix(name) }?.value ?? [], as: UTF8.self)
    }
    letters = text("letters.jsonl").split(separator: "\n").map {
      $0.wholeMatch(
        of: /\{"host":(\d+),.*"DeadLetter":\{"Stream":"kills","Stage":"refuse-some","Reason":"its number"\}\}/
      )
      .map { String($0.1) } ?? "torn: \($0)"
    }
    sent = text("sent.txt").split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      return (parts[0], parts.last ?? "")
    }
  }

  static func inflated(_ bytes: [UInt8]) throws -> [UInt8] {
    let decompressor = try GzipDecompressor()
    var text: [UInt8] = []
    try unsafe bytes.withUnsafeBytes { bytes in
      try unsafe decompressor.decompress(bytes) { unsafe text.append(contentsOf: $0) }
    }
    try decompressor.finish()
    return text
  }

  private static let hosts = Array(1...Scenario.hosts)
  static let expectedLines = hosts.filter { !Scenario.isRefused($0) }.map(Scenario.text)
  static let expectedLetters = hosts.filter(Scenario.isRefused).map(String.init)

  /// What is not as it must be after runs of which so many were ended before their time.
  func faults(ended: Int) -> [String] {
    var faults = torn.map { "torn: \($0)" } + parts.map { "left: \($0)" }
    if lines != Self.expectedLines {
      let (missing, repeated) = Self.difference(lines)
      faults.append("files: \(lines.count) lines, missing \(missing), repeated \(repeated)")
    }
    if letters != Self.expectedLetters { faults.append("dead letters: \(letters)") }
    return faults + faultsOfSending(ended: ended)
  }

  private func faultsOfSending(ended: Int) -> [String] {
    let lines = sent.map { String($0.line) }
    let (missing, repeated) = Self.difference(lines)
    var faults = missing.isEmpty ? [] : ["http: missing \(missing)"]
    let pages = Set(repeated.map(Scenario.page(ofHost:)))
    if pages.count > ended { faults.append("http: repeats of pages \(pages) after \(ended) ends") }
    for (line, copies) in Dictionary(grouping: sent, by: \.line) where Set(copies.map(\.key)).count > 1 {
      faults.append("http: \(line.prefix(12)) came in requests with different keys")
    }
    return faults
  }

  private static func difference(_ lines: [String]) -> (missing: [Int], repeated: [Int]) {
    let counts = Dictionary(grouping: lines) { $0 }.mapValues(\.count)
    let all = hosts.filter { !Scenario.isRefused($0) }
    return (
      all.filter { counts[Scenario.text(ofHost: $0)] == nil },
      all.filter { counts[Scenario.text(ofHost: $0), default: 0] > 1 }
    )
  }
}
