import DeliveryScenario
import Foundation
import Pipelines
import State
import SystemPackage

/// What live runs have left.
struct LiveOutcome: Sendable {
  static let streams = ["detections", "knowledge-base", "assets"]
  /// Spaces of the state whose entries only depend on what was delivered.
  static let spaces = [
    "windows", "quarantine", "detected-qids", "knowledge-base/delivered-qids", "assets/diff-ports",
  ]

  /// A call that was made.
  struct Call: Sendable {
    let day: String
    let api: String
    let since: String
    let from: Int
  }

  /// The lines of each stream's files, in the order of their names.
  private(set) var lines: [String: [Substring]] = [:]
  private(set) var fileCounts: [String: Int] = [:]
  private(set) var torn: [String] = []
  private(set) var parts: [String] = []
  private(set) var letters = ""
  /// What the server got: the request's key, and the line.
  private(set) var sent: [(key: Substring, line: Substring)] = []
  private(set) var calls: [Call] = []
  /// What the state remembers, by its space.
  private(set) var state: [String: [String]] = [:]
  /// Streams whose round is not finished.
  private(set) var unfinished: [String] = []

  /// Reads a folder; `files` of another disk, if they are on one.
  init(_ folder: ScenarioFolder, _ files: [String: [UInt8]]? = nil) throws {
    for (path, bytes) in try (files ?? folder.files).sorted(by: { $0.key < $1.key }) {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      if name.hasSuffix(".part") { parts.append(name) }
      guard name.hasSuffix(".gz"), let stream = Self.streams.first(where: { name.hasPrefix($0) }) else {
        read(name, String(decoding: bytes, as: UTF8.self))
        continue
      }
      fileCounts[stream, default: 0] += 1
      do {
        lines[stream, default: []] += String(decoding: try Outcome.inflated(bytes), as: UTF8.self)
          .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      } catch { torn.append("\(name): \(error)") }
    }
    if files != nil { read("calls.txt", try String(contentsOfFile: "\(folder.path)/calls.txt", encoding: .utf8)) }
    try readState(in: folder)
  }

  private mutating func read(_ name: String, _ text: String) {
    switch name {
    case "letters.jsonl": letters = text
    case "sent.txt":
      sent = text.split(separator: "\n").map { line in
        let parts = line.split(separator: " ", maxSplits: 1)
        return (parts[0], parts.last ?? "")
      }
    case "calls.txt":
      calls = text.split(separator: "\n").map { line in
        let words = line.split(separator: " ").map(String.init)
        return Call(day: words[0], api: words[1], since: words[2], from: Int(words[3]) ?? 0)
      }
    default: break
    }
  }

  /// Of a copy: a process that another test has just forked may hold a lock of ours.
  private mutating func readState(in folder: ScenarioFolder) throws {
    guard FileManager.default.fileExists(atPath: "\(folder.path)/state/state.db") else { return }
    let copy = try ScenarioFolder(copying: folder)
    let store = try SQLiteState(in: FilePath("\(copy.path)/state"))
    for space in Self.spaces {
      // Streams may have been given new names.
      state[space] = try [space, "new-\(space)"].flatMap { space in
        try store.entries(of: space, after: nil, limit: .max).map { "\($0.key): \($0.value)" }
      }
    }
    unfinished = try Self.streams.flatMap { [$0, "new-\($0)"] }.filter { stream in
      try RoundProgress(store.progress(of: stream), of: stream).round != nil
    }
  }

  /// Since when each stream was asked for first on a day.
  func firstAsked(onDay day: Int) -> [String: String] {
    let ofDay = calls.filter { $0.day == "\(day)" && !["hosts", "left-out"].contains($0.api) }
    return Dictionary(ofDay.map { ($0.api, $0.since) }) { first, _ in first }
  }

  /// How many lines of detections each of some hosts has.
  func counts(ofHosts hosts: [Int]) -> [Int] {
    hosts.map { host in lines["detections", default: []].count { Self.host(of: $0) == host } }
  }

  /// The hosts that were left out and asked for alone on a day, and since when.
  func leftOut(onDay day: Int) -> [String] {
    calls.filter { $0.day == "\(day)" && $0.api == "left-out" }.map { "\($0.from) \($0.since)" }
  }

  // MARK: Against another

  /// What is not as in a run that nothing happened to.
  struct Difference: Sendable {
    var lost = 0
    var repeated = 0
    var torn = 0
    /// What a run said of a file that is not as it was committed, when it did not go on.
    var missing: String?
    var others: [String] = []

    var isNone: Bool { !isLoss && others.isEmpty }
    /// Whether it is files that are not as they must be.
    var isLoss: Bool { lost > 0 || repeated > 0 || torn > 0 || missing != nil }
  }

  /// Compares with an undisturbed run of the same day, after so many kills.
  ///
  /// - Parameter before: What was there before the day.
  func difference(from reference: LiveOutcome, before: LiveOutcome?, day: Int, kills: Int) -> Difference {
    var difference = Difference(torn: torn.count, others: parts.map { "left: \($0)" })
    for stream in Self.streams {
      let (own, right) = (lines[stream] ?? [], reference.lines[stream] ?? [])
      if own == right { continue }
      let (copies, rightCopies) = (Self.count(own), Self.count(right))
      difference.lost += rightCopies.reduce(0) { $0 + max(0, $1.value - copies[$1.key, default: 0]) }
      difference.repeated += copies.reduce(0) { $0 + max(0, $1.value - rightCopies[$1.key, default: 0]) }
      difference.others.append("\(stream): \(own.count) lines instead of \(right.count)")
    }
    if unfinished != reference.unfinished { difference.others.append("rounds not finished: \(unfinished)") }
    if letters != reference.letters { difference.others.append("other dead letters") }
    for space in Self.spaces where state[space] != reference.state[space] {
      difference.others.append("the state remembers other '\(space)'")
    }
    let (asked, rightlyAsked) = (firstAsked(onDay: day), reference.firstAsked(onDay: day))
    if asked != rightlyAsked { difference.others.append("asked since \(asked) instead of \(rightlyAsked)") }
    difference.others += faultsOfSending(reference, before: before?.sent.count ?? 0, day: day, kills: kills)
    return difference
  }

  private static func count(_ lines: [Substring]) -> [Substring: Int] {
    Dictionary(lines.map { ($0, 1) }, uniquingKeysWith: +)
  }

  private func faultsOfSending(_ reference: LiveOutcome, before: Int, day: Int, kills: Int) -> [String] {
    let (own, right) = (sent.dropFirst(before), reference.sent.dropFirst(before))
    var faults: [String] = []
    let (copies, rightCopies) = (Self.count(own.map(\.line)), Self.count(right.map(\.line)))
    if copies.keys.sorted() != rightCopies.keys.sorted() { faults.append("http: other lines") }
    let repeated = copies.filter { $0.value > rightCopies[$0.key, default: 0] }.keys
    let pages = Set(repeated.map { reference.page(of: $0, onDay: day) })
    if pages.count > kills { faults.append("http: repeats of pages from \(pages) on after \(kills) kills") }
    for (line, copies) in Dictionary(grouping: own, by: \.line) where Set(copies.map(\.key)).count > 1 {
      faults.append("http: host \(Self.host(of: line)) came in requests with different keys")
    }
    for (id, copies) in Dictionary(grouping: own, by: { Self.value("event_id", of: $0.line) })
    where Set(copies.map(\.line)).count > 1 {
      faults.append("http: event \(id) came in different lines")
    }
    return faults
  }

  /// Where the page begins that a line came in.
  private func page(of line: Substring, onDay day: Int) -> Int {
    let host = Self.host(of: line)
    if calls.contains(where: { $0.day == "\(day)" && $0.api == "left-out" && $0.from == host }) { return host }
    return calls.filter { $0.day == "\(day)" && $0.api == "detections" && $0.from <= host }.map(\.from).max() ?? 0
  }

  private static func host(of line: Substring) -> Int { Int(value("Id", of: line)) ?? 0 }

  private static func value(_ name: String, of line: Substring) -> Substring {
    line.firstRange(of: "\"\(name)\":\"").map { line[$0.upperBound...].prefix { $0 != "\"" } } ?? ""
  }
}
