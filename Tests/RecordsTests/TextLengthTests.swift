import Records
import TestSupport
import Testing

/// Texts of every length come through, wherever in memory they lie: the encoder reads them in blocks of sixteen bytes.
@Suite("Texts of every length")
struct TextLengthTests {
  /// What a text is made of, repeated: plain, or with something to escape in every other place.
  static let patterns = ["abcdefghij", "a\"", "é\n", "\\👩", "x]]>"]

  @Test("Up to 64 bytes", arguments: patterns)
  func short(pattern: String) throws { try check(Array(0...64), pattern, alignments: Array(0..<16)) }

  @Test("Around 300 bytes, the pieces of libxml2", arguments: patterns)
  func aroundPieces(pattern: String) throws { try check(Array(297...303), pattern, alignments: Array(0..<16)) }

  @Test("Around 4,096 bytes", arguments: patterns)
  func aroundPages(pattern: String) throws { try check(Array(4094...4098), pattern, alignments: [0, 1, 8, 15]) }

  @Test("Around 65,536 bytes", arguments: patterns)
  func aroundChunks(pattern: String) throws { try check([65_535, 65_536, 65_537], pattern, alignments: [0, 13]) }

  /// Makes a page of a detection for each length and alignment, and compares.
  private func check(_ lengths: [Int], _ pattern: String, alignments: [Int]) throws {
    var texts: [String] = []
    var detections: [String] = []
    var place = 1  // The id's one byte.
    for length in lengths {
      for alignment in alignments {
        let padding = (16 + alignment - place % 16) % 16
        let text = Self.text(of: length, pattern)
        texts.append(text)
        detections.append("<PAD>\(String(repeating: "p", count: padding))</PAD><RESULTS>\(text.cdata)</RESULTS>")
        place += padding + text.utf8.count
      }
    }
    let decoding = try Decoding(SmallPage([SmallPage.Host(id: 1, detections: detections)]))
    let found = try decoding.detections()
    #expect(found.count == texts.count)
    let results = try #require(FieldPath("DETECTION.RESULTS"))
    for (detection, text) in zip(found, texts) where detection.value(at: results) != text {
      Issue.record("\(text.utf8.count) bytes did not come through")
    }
    for (line, text) in zip(try decoding.lines(), texts) {
      let log = try StrictJSON(try line.bytes)
      if log["Detection"]?["Results"]?.string != text {
        Issue.record("\(text.utf8.count) bytes were written otherwise")
      }
    }
  }

  /// A text of at most so many bytes, whole characters, that neither begins nor ends with white space.
  private static func text(of length: Int, _ pattern: String) -> String {
    var text = String(repeating: pattern, count: length / pattern.utf8.count)
    while text.utf8.count < length { text += "z" }
    return text
  }
}
