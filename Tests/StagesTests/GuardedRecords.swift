import Records
import Stages
import Streaming
import TestSupport

/// Records and policies for `guard-size`, out of a seed.
struct GuardedRecords {
  var generator: SplitMix

  init(seed: UInt64) { generator = SplitMix(seed: seed) }

  /// A generator that gives the same numbers everywhere.
  struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private mutating func text(_ maximum: Int) -> String {
    let pieces = HostileText.samples + ["plain words ", "é", "👩‍👩‍👧", "\"\"\"\"", "\\", "\t", "東京", "a"]
    let length = Int.random(in: 0...maximum, using: &generator)
    var text = ""
    while text.utf8.count < length { text += pieces.randomElement(using: &generator) ?? "" }
    return text
  }

  private mutating func host(_ id: Int, detections: Int) -> SmallPage.Host {
    let tags = (0..<Int.random(in: 0...4, using: &generator)).map { _ in "<TAG><NAME>\(text(80).cdata)</NAME></TAG>" }
    let fields = """
      <IP>10.0.0.1</IP><OS>\(text(200).cdata)</OS><NETBIOS>SRV</NETBIOS><TAGS>\(tags.joined())</TAGS>
      <NOTE>\(text(300).cdata)</NOTE><ODD>one</ODD><ODD>\(text(100).cdata)</ODD>
      """
    let list = (0..<detections).map { number in
      """
      <QID>\(number)</QID><SEVERITY>3</SEVERITY><QDS severity="\(text(60).xmlEscaped)">5</QDS>
      <RESULTS>\(text(4000).cdata)</RESULTS><LAST_PROCESSED_DATETIME>2026-11-20T00:00:00Z</LAST_PROCESSED_DATETIME>
      """
    }
    return SmallPage.Host(id: id, fields, detections: list)
  }

  /// Lines of detections, each of a host of its own, with names of either kind.
  mutating func lines(_ count: Int) throws -> [Line] {
    let decoding = try Decoding(SmallPage((0..<count).map { host($0 + 1, detections: 1) }))
    let naming = LogFormat.Naming.allCases.randomElement(using: &generator) ?? .sumo
    return try decoding.lines(naming: naming)
  }

  /// Lines of detections with ids and entries beside them.
  mutating func joinedLines(_ count: Int) throws -> [Line] {
    let lines = try lines(count)
    let naming = lines.first?.format?.naming ?? .sumo
    let entries = try EntryDecoding(
      SmallKnowledgeBase(
        """
        <QID>0</QID><TITLE>\(text(60).cdata)</TITLE><DIAGNOSIS>\(text(3000).cdata)</DIAGNOSIS>
        <SOLUTION>\(text(3000).cdata)</SOLUTION><CVE_LIST><CVE><ID>\(text(60).cdata)</ID></CVE><CVE><ID>2</ID></CVE></CVE_LIST>
        """
      )
    ).entries
    let records = try StageRun(AddEventID<Detection>(), on: lines.compactMap(\.fields).map(Detection.init)).records
    let joined = KnowledgeBaseJoin.attach(to: ContiguousArray(records)) { _, tape in
      tape.append(Bool.random(using: &generator) ? JoinedEntry(entries[0]) : .missing)
    }
    return try StageRun(EncodeJSON<Detection>(naming: naming), on: Array(joined)).records
  }

  /// The line of a host with some detections.
  mutating func hostLine(naming: LogFormat.Naming) throws -> Line {
    let count = Int.random(in: 0...12, using: &generator)
    var encode = EncodeJSON<Host>(naming: naming)
    var lines = Outlet<Line>()
    let decoding = try Decoding(SmallPage([host(1, detections: count)]))
    let batch = Batch(ContiguousArray(decoding.hosts), of: decoding.page, at: Position(marks: 1))
    try encode.process(batch, into: &lines)
    return lines.records[0]
  }

  /// What is to be done with lines that are too long.
  struct Policy: CustomStringConvertible {
    var limit: Int
    var drop: [String]
    var shorten: [String]
    var splits: Bool

    var options: Options {
      .of(
        GuardSize.component,
        [
          "limit": .integer(limit), "drop": .list(drop.map { .text($0) }), "shorten": .list(shorten.map { .text($0) }),
          "split": .boolean(splits),
        ]
      )
    }

    var description: String { "limit \(limit), drop \(drop), shorten \(shorten), split \(splits)" }
  }

  mutating func policy() -> Policy {
    let droppable = ["TAGS", "NOTE", "DETECTION.QDS", "MISSING", "ODD"].shuffled(using: &generator)
    let shortenable = ["DETECTION.RESULTS", "OS", "NOTE", "DETECTION.QDS.@severity", "MISSING"].shuffled(
      using: &generator
    )
    return policy(dropping: droppable, shortening: shortenable)
  }

  /// What is to be done with those that have entries beside them.
  mutating func joinedPolicy() -> Policy {
    let droppable = ["TAGS", "KNOWLEDGE_BASE.DIAGNOSIS", "KNOWLEDGE_BASE.CVE_LIST", "KNOWLEDGE_BASE"]
    let shortenable = ["DETECTION.RESULTS", "KNOWLEDGE_BASE.SOLUTION", "NOTE"]
    return policy(
      dropping: droppable.shuffled(using: &generator),
      shortening: shortenable.shuffled(using: &generator)
    )
  }

  private mutating func policy(dropping droppable: [String], shortening shortenable: [String]) -> Policy {
    return Policy(
      limit: [512, 600, 1000, 2000, 4000].randomElement(using: &generator) ?? 512,
      drop: Array(droppable.prefix(Int.random(in: 0...3, using: &generator))),
      shorten: Array(shortenable.prefix(Int.random(in: 0...2, using: &generator))),
      splits: Bool.random(using: &generator) || Bool.random(using: &generator)
    )
  }
}
