import Foundation
import Records
import Stages
import Streaming
import TestSupport
import Testing

/// One line of a detection and what `guard-size` made of it.
struct GuardedLine {
  private let line: Line
  private let policy: GuardedRecords.Policy
  private let run: StageRun<Line>
  private let whole: [String: String]

  init(_ line: Line, _ policy: GuardedRecords.Policy) throws {
    self.line = line
    self.policy = policy
    run = try StageRun(GuardSize(policy.options), on: [line])
    whole = try StrictJSON(line.bytes).leaves
  }

  func check() throws {
    #expect(run.counts.missing == 0, "\(policy)")
    #expect(run.records.count + run.rejections.count == 1 + run.created, "\(policy)")
    for output in run.records {
      #expect(output.byteCount <= policy.limit, "\(policy)")
      #expect(output.mark == line.mark)
      let bytes = try output.bytes
      #expect(bytes.count == output.byteCount && !bytes.contains(UInt8(ascii: "\n")))
      _ = try StrictJSON(bytes)
      #expect(try JSONSerialization.jsonObject(with: Data(bytes)) is [String: Any])
    }
    if line.byteCount <= policy.limit {
      #expect(try run.records.map { try $0.bytes } == [line.bytes], "a line that fits is not touched")
    } else if let rejection = run.rejections.first, run.created == 0 {
      try check(rejection)
    } else if run.created > 0 || run.records.first?.isPart == true {
      try checkParts()
    } else {
      try checkReduced(StrictJSON(run.records[0].bytes).leaves)
    }
  }

  /// A line that could not be helped goes out as it came, with a reason.
  private func check(_ rejection: Rejection) throws {
    #expect(run.records.isEmpty)
    #expect(try (rejection.record as? Line)?.bytes == line.bytes)
    #expect(rejection.reason.contains("over \(policy.limit)"))
    #expect(!policy.splits || rejection.reason.contains("too long alone"))
  }

  // MARK: Less of a line

  /// Dropped fields are the first of their list, as few as were needed; shortened ones say what is missing.
  private func checkReduced(_ reduced: [String: String]) throws {
    let byteCount = try checkDropped(reduced)
    let shortened = reduced.filter { whole[$0.key] != $0.value }
    if byteCount <= policy.limit { #expect(shortened.isEmpty, "shortened without need: \(policy)") }
    for (path, text) in shortened {
      #expect(policy.shorten.contains { Self.written($0).contains(path) }, "'\(path)' was changed: \(policy)")
      Self.checkShortened(text, of: whole[path] ?? "")
    }
  }

  /// Checks what was dropped; gives the line's length without it.
  private func checkDropped(_ reduced: [String: String]) throws -> Int {
    let gone = Set(whole.keys.filter { reduced[$0] == nil })
    var record = Detection(try #require(line.fields))
    let naming = try #require(line.format).naming
    var byteCount = line.byteCount
    var expected: Set<String> = []
    for path in policy.drop where byteCount > policy.limit {
      record.remove(try #require(FieldPath(path)))
      // That line is dated by the server's clock, ours by the detection's: the same length.
      byteCount = record.line(naming: naming).byteCount
      expected = Set(whole.keys).subtracting(try StrictJSON(record.line(naming: naming).text).leaves.keys)
    }
    #expect(gone == expected, "dropped \(gone): \(policy)")
    return byteCount
  }

  /// Names of a path as a log has them, in either naming.
  private static func written(_ path: String) -> Set<String> {
    switch path {
    case "DETECTION.RESULTS": ["Detection.Results", "DETECTION.RESULTS"]
    case "OS": ["OS"]
    case "NOTE": ["Note", "NOTE"]
    case "DETECTION.QDS.@severity": ["Detection.QdsSeverity", "DETECTION.QDS.@severity"]
    case "KNOWLEDGE_BASE.SOLUTION": ["KnowledgeBase.Solution", "KNOWLEDGE_BASE.SOLUTION"]
    default: []
    }
  }

  /// A shortened text is the beginning of the whole one, between characters, and a note with the right numbers.
  private static func checkShortened(_ text: String, of whole: String) {
    guard let match = text.firstMatch(of: #/ \[\.\.\. ([0-9]+) of ([0-9]+) bytes left out\]$/#),
      let leftOut = Int(match.1), let count = Int(match.2)
    else {
      Issue.record("no note at the end of '\(text.suffix(60))'")
      return
    }
    let kept = Array(text.utf8.dropLast(match.0.utf8.count))
    #expect(count == whole.utf8.count)
    #expect(leftOut == count - kept.count)
    #expect(Array(whole.utf8).starts(with: kept))
    #expect(text.utf8.count < count, "it would have been shorter as it was")
  }

  // MARK: Parts of a line

  private func checkParts() throws {
    let all = run.records + run.rejections.compactMap { $0.record as? Line }
    let parts = try all.map { try StrictJSON($0.bytes) }.sorted { $0["Part"]?.number ?? 0 < $1["Part"]?.number ?? 0 }
    #expect(parts.map { $0["Part"]?.number } == (1...parts.count).map { $0 })
    #expect(parts.allSatisfy { $0["Parts"]?.number == parts.count })
    let leaves = parts.map { $0.without("Part", "Parts").leaves }
    let differing = Set(leaves.flatMap(\.keys)).filter { path in Set(leaves.map { $0[path] }).count > 1 }
    #expect(differing.count <= 1, "only one text is split, not \(differing): \(policy)")
    var joined = leaves[0]
    for path in differing { joined[path] = leaves.compactMap { $0[path] }.joined() }
    try checkReduced(joined)
  }
}
