import Records
import Streaming
import TestSupport
import Testing

/// Characters that XML forbids become U+FFFD, and the detections they stood in say how many.
@Suite("Broken characters")
struct BrokenCharactersTests {
  struct Damage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    /// Replacement characters that come of it.
    let count: Int
  }

  static let damages = [
    Damage(testDescription: "a stray continuation", bytes: [0x80], count: 1),
    Damage(testDescription: "NUL", bytes: [0x00], count: 1),
    Damage(testDescription: "a C0 control", bytes: [0x0B], count: 1),
    Damage(testDescription: "half a character", bytes: [0xE2, 0x82], count: 1),
    Damage(testDescription: "a surrogate", bytes: [0xED, 0xA0, 0x80], count: 3),
    Damage(testDescription: "U+FFFF", bytes: [0xEF, 0xBF, 0xBF], count: 1),
    Damage(testDescription: "an overlong slash", bytes: [0xC0, 0xAF], count: 2),
  ]

  /// Two ordinary hosts, and between them the one that is damaged.
  private static let page = SmallPage([
    SmallPage.Host(id: 1, "<IP>10.0.0.1</IP>", detections: ["<QID>1</QID><RESULTS>before</RESULTS>"]),
    SmallPage.Host(
      id: 2,
      "<OS><![CDATA[Linux é]]></OS>",
      detections: [
        "<QID>21</QID><QDS severity=\"HIGH\">64</QDS><RESULTS> a <![CDATA[€uro\ttable]]> </RESULTS><SSL>0</SSL>",
        "<QID>22</QID>",
      ]
    ),
    SmallPage.Host(id: 3, detections: ["<QID>3</QID><RESULTS>after</RESULTS>"]),
  ])
  private static let clean = Result { try Decoding(page).texts().map { try StrictJSON($0) } }

  @Test("At each place of a detection", arguments: damages, [1, 1 << 20])
  func everyPlace(_ damage: Damage, chunk: Int) throws {
    let page = Self.page.bytes
    let clean = try Self.clean.get()
    let text = Self.page.hosts[1].detections[0]
    let start = try #require(page.firstRange(of: Array(text.utf8))?.lowerBound)
    let isMarkup = Self.markup(of: Array(text.utf8))
    for offset in 0...text.utf8.count {
      var damaged = page
      damaged.insert(contentsOf: damage.bytes, at: start + offset)
      let decoding = try Decoding(damaged, chunk: chunk)
      let logs = try decoding.texts().map { try StrictJSON($0) }
      if isMarkup[offset] {
        // Within a tag's brackets nothing can be promised but that the others stand.
        #expect(logs[0] == clean[0])
        if decoding.failure == nil { #expect(logs.count == 4 && logs.dropFirst(2) == clean.dropFirst(2)) }
      } else {
        #expect(decoding.failure == nil && logs.count == 4, "at \(offset)")
        guard logs.count == 4 else { return }
        #expect(logs[0] == clean[0] && logs[2] == clean[2] && logs[3] == clean[3], "at \(offset)")
        // Inside a character the halves of that one are broken, too.
        let isBetweenCharacters = offset == text.utf8.count || Array(text.utf8)[offset] & 0xC0 != 0x80
        let count = isBetweenCharacters ? damage.count : try decoding.report.repairedCharacters
        #expect(try decoding.report.repairedCharacters == count && count >= damage.count)
        Self.expect(logs[1], is: clean[1], with: count, isBetweenCharacters, "at \(offset)")
      }
    }
  }

  /// A log must be another with so many replacement characters in it, and say so.
  private static func expect(_ log: StrictJSON, is clean: StrictJSON, with count: Int, _ isWhole: Bool, _ place: String)
  {
    guard let detection = log["Detection"] else {
      Issue.record("no detection \(place)")
      return
    }
    #expect(detection["RepairedCharacters"]?.string == "\(count)", "\(place)")
    guard isWhole else { return }
    let isBetweenElements = detection.without("RepairedCharacters", "Value") == clean["Detection"]
    let repaired = log.replacing(["Detection"], with: detection.without("RepairedCharacters")).textWithoutReplacements
    #expect(repaired == clean.textWithoutReplacements || isBetweenElements, "\(place)")
  }

  /// Whether each place is inside a tag, or inside the brackets of a CDATA section.
  private static func markup(of xml: [UInt8]) -> [Bool] {
    var isMarkup = [Bool](repeating: false, count: xml.count + 1)
    var start: Int?
    for (index, byte) in xml.enumerated() {
      if let start, xml[start...].starts(with: "<![CDATA[".utf8) {
        if index < start + 9 { isMarkup[index] = true }
      } else if start != nil {
        isMarkup[index] = true
      }
      if byte == UInt8(ascii: "<") { start = index }
      if byte == UInt8(ascii: ">") { start = nil }
    }
    // Before the `<` a place is text; the end of a section is `]]>`.
    for range in xml.ranges(of: Array("]]>".utf8)) {
      isMarkup[range.lowerBound + 1] = true
      isMarkup[range.lowerBound + 2] = true
    }
    // Inside the one attribute's quotes is text, too, but one that the parser gives with the tag.
    return isMarkup
  }

  @Test("Of a host's fields: on the detections that follow, in that host alone", arguments: [1, 3, 1 << 20])
  func hostFields(chunk: Int) throws {
    var page = SmallPage([SmallPage.Host(id: 1, detections: ["<QID>1</QID>"])])
    page.hosts.append(SmallPage.Host(id: 2, "<OS>a#b#</OS>", detections: ["<QID>21</QID>", "<QID>2#2</QID>"]))
    page.hosts.append(SmallPage.Host(id: 3, detections: ["<QID>3</QID>"], late: "<LATE>#</LATE>"))
    page.hosts.append(SmallPage.Host(id: 4, detections: ["<QID>4</QID>"]))
    let bytes = page.bytes.map { $0 == UInt8(ascii: "#") ? 0x01 : $0 }
    let decoding = try Decoding(bytes, chunk: chunk)
    let logs = try decoding.texts().map { try StrictJSON($0) }
    #expect(logs.map { $0["Detection"]?["RepairedCharacters"]?.string } == [nil, "2", "3", nil, nil])
    #expect(logs[1]["OS"]?.string == "a\u{FFFD}b\u{FFFD}")
    #expect(logs[2]["Detection"]?["Qid"]?.string == "2\u{FFFD}2")
    #expect(try decoding.report.repairedCharacters == 4)
  }

  @Test("Outside of hosts: counted, but on no detection", arguments: [1, 1 << 20])
  func outside(chunk: Int) throws {
    var page = SmallPage([
      SmallPage.Host(id: 1, detections: ["<QID>1</QID>"]), SmallPage.Host(id: 2, detections: ["<QID>2</QID>"]),
    ])
    page.beginning += "<!-- # # -->"
    var text = page.text
    text = text.replacing("</HOST>\n", with: "</HOST>\n<!-- # -->")
    let bytes = Array(text.utf8).map { $0 == UInt8(ascii: "#") ? 0xFF : $0 }
    let decoding = try Decoding(bytes, chunk: chunk)
    #expect(decoding.failure == nil)
    #expect(try decoding.texts().allSatisfy { !$0.contains("Repaired") })
    #expect(try decoding.report.repairedCharacters == 4)
  }

  @Test("Numbers of characters that XML forbids count as broken, too")
  func references() throws {
    let log = try SmallPage(detection: "<RESULTS>a&#0;b&#xFFFF;c&#xD800;d&#65;</RESULTS>").log()
    #expect(log["Detection"]?["Results"]?.string == "a\u{FFFD}b\u{FFFD}c\u{FFFD}dA")
    #expect(log["Detection"]?["RepairedCharacters"]?.string == "3")
  }

  @Test("A replacement character that Qualys sent itself is not counted")
  func ownReplacement() throws {
    let log = try SmallPage(detection: "<RESULTS>a\u{FFFD}b</RESULTS>").log()
    #expect(log["Detection"]?["Results"]?.string == "a\u{FFFD}b")
    #expect(log["Detection"]?["RepairedCharacters"] == nil)
  }

  @Test("An attribute's broken character belongs to its own detection")
  func attributes() throws {
    let text = SmallPage([SmallPage.Host(id: 1, detections: ["<QDS severity='#'>1</QDS>", "<QID>2</QID>"])]).text
    let decoding = try Decoding(Array(text.utf8).map { $0 == UInt8(ascii: "#") ? 0x02 : $0 })
    let logs = try decoding.texts().map { try StrictJSON($0) }
    #expect(logs.map { $0["Detection"]?["RepairedCharacters"]?.string } == ["1", nil])
  }
}

extension StrictJSON {
  /// The values without replacement characters, white space at their ends, and order of names.
  fileprivate var textWithoutReplacements: StrictJSON {
    switch self {
    case .string(let text):
      .string(String(text.unicodeScalars.filter { $0 != "\u{FFFD}" && $0 != " " && $0 != "\n" }))
    case .array(let values): .array(values.map(\.textWithoutReplacements))
    case .object(let members):
      .object(members.map { Member(name: $0.name, value: $0.value.textWithoutReplacements) })
    case .number, .literal: self
    }
  }
}
