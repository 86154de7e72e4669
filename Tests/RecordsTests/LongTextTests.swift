import Records
import Simulator
import Streaming
import TestSupport
import Testing

/// A text that is too long for memory lies in a file, and is written as any other.
@Suite("Texts of mebibytes")
struct LongTextTests {
  @Test(
    "A long RESULTS is written as a short one is",
    arguments: zip([3, 3, 12], [.sumo, .qualys, .sumo] as [LogFormat.Naming])
  )
  func longResults(mebibytes: Int, naming: LogFormat.Naming) throws {
    let piece = "port\t443 \"quoted\" \\ Grüße 👩‍👩‍👧 ]] > \u{2028}\n   indented\n"
    let text = String(repeating: piece, count: mebibytes << 20 / piece.utf8.count)
    let short = SmallPage.Host.everything(id: 1, results: "@")
    let long = SmallPage.Host.everything(id: 1, results: text)
    let expected = try Decoding(SmallPage([short])).texts(naming: naming)
      .map { $0.replacing("\"@\"", with: "\"\(text.jsonEscaped)\"") }
    let decoding = try Decoding(SmallPage([long]), chunk: 65_536)
    #expect(decoding.failure == nil)
    let lines = try decoding.lines(naming: naming)
    #expect(lines.count == expected.count)
    for (line, expected) in zip(lines, expected) {
      // Too long to be shown where it differs.
      let isEqual = try line.bytes.elementsEqual(expected.utf8)
      #expect(isEqual, "\(line.byteCount) bytes, not \(expected.utf8.count)")
    }
    #expect(lines[0].file != nil, "it lay in a file")
    #expect(try decoding.detections()[0].value(at: .results)?.utf8.count == text.utf8.count)
  }

  @Test("White space at the ends of a long text is trimmed as that of a short one")
  func longSpace() throws {
    let space = String(repeating: " \n", count: 1 << 20)
    let text = "a" + space + "b"
    let log = try SmallPage(
      host: "<NOTE>\(space)\(text)\(space)</NOTE>",
      detection: "<RESULTS> <![CDATA[ \(text) ]]>\(space)</RESULTS>"
    ).log()
    #expect(log["Note"]?.string == text)
    #expect(log["Detection"]?["Results"]?.string == " \(text) ")
  }

  @Test("A long text before a child is kept beside it")
  func longTextBeforeChild() throws {
    let text = String(repeating: "long ", count: 1 << 18) + "end"
    let log = try SmallPage(host: "<NOTE>\(text)<CHILD>c</CHILD></NOTE>", detection: "<QID>1</QID>").log()
    #expect(log["Note"]?["Child"]?.string == "c")
    #expect(log["Note"]?["Value"]?.string == text)
  }

  @Test("Files of texts that went out are not held on to")
  func filesAreLetGo() throws {
    var limits = AnswerLimits()
    limits.batchBytes = 256
    limits.spillBytes = 64
    let reader = AnswerReader(.detections, limits: limits)
    let text = String(repeating: "x", count: 200)
    let host = SmallPage.Host(id: 1, detections: (0..<300).map { "<QID>\($0)</QID><RESULTS>\(text)</RESULTS>" })
    var largest = 0
    for byte in SmallPage([host, host]).bytes {
      try reader.feed([byte])
      for sealed in reader.takeSealed() { largest = max(largest, sealed.arena.spilled.count) }
    }
    try reader.finish()
    for sealed in reader.takeSealed() { largest = max(largest, sealed.arena.spilled.count) }
    #expect(largest > 0)
    #expect(largest <= 60, "a batch holds files that are not its own")
  }

  @Test("Files of long texts keep their places when their host comes in parts", arguments: [1, 50, 1 << 20])
  func filesKeepTheirPlaces(chunk: Int) throws {
    var limits = AnswerLimits()
    limits.batchBytes = 256
    limits.spillBytes = 64
    let reader = AnswerReader(.detections, limits: limits)
    let texts = (0..<40).map { String(repeating: "\($0).", count: $0 % 3 == 0 ? 60 : 10) }
    let note = String(repeating: "note", count: 30)
    let host = SmallPage.Host(
      id: 1,
      "<NOTE>\(note)</NOTE>",
      detections: texts.map { "<RESULTS>\($0)</RESULTS>" },
      late: "<LATE>\(note)</LATE>"
    )
    let page = SmallPage([host, SmallPage.Host(id: 2, detections: ["<QID>1</QID>"], late: "<LATE>\(note)</LATE>")])
      .bytes
    var sealed: [AnswerReader.Sealed] = []
    for start in stride(from: 0, to: page.count, by: chunk) {
      try reader.feed(Array(page[start..<min(start + chunk, page.count)]))
      sealed += reader.takeSealed()
    }
    try reader.finish()
    sealed += reader.takeSealed()
    let hosts = sealed.flatMap(\.items).map { Host($0.fields, detectionCount: $0.innerCount) }
    let path = try #require(FieldPath("NOTE"))
    let late = try #require(FieldPath("LATE"))
    #expect(hosts.dropLast().allSatisfy { $0.value(at: path) == note })
    #expect(hosts.suffix(2).allSatisfy { $0.value(at: late) == note })
    var found: [String] = []
    for host in hosts {
      host.fields.forEachDetection { range in
        let fields = host.fields.keepingInner(range)
        if let text = Detection(fields).value(at: .results) { found.append(text) }
      }
    }
    #expect(found == texts)
  }
}

extension FieldPath {
  // A path that is right by construction.
  fileprivate static let results = FieldPath("DETECTION.RESULTS")!
}

extension String {
  /// The text within JSON's quotes, character by character.
  fileprivate var jsonEscaped: String {
    var bytes: [UInt8] = []
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
      case UInt8(ascii: "\t"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
      case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
