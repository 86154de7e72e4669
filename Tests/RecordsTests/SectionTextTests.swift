import Records
import TestSupport
import Testing
import XMLEvents

/// Long texts of CDATA sections go past libxml2: nobody may be able to tell.
@Suite("Texts of CDATA sections")
struct SectionTextTests {
  private static let sizes = [1, 3, 63, 64, 65, 1000, 1 << 20]

  @Test("What is in a section comes as it is, however long it is and wherever chunks end", arguments: sizes)
  func contents(chunk: Int) throws {
    let path = try #require(FieldPath("DETECTION.RESULTS"))
    for length in [0, 1, 62, 63, 64, 65, 66, 127, 300, 5000] {
      let text = String(String(repeating: "ab]\t]]é>&amp;\n<x> \"\\", count: length / 8 + 1).prefix(length))
      let decoding = try Decoding(SmallPage(detection: "<RESULTS>\(text.cdata)</RESULTS>").bytes, chunk: chunk)
      #expect(try decoding.detections().first?.value(at: path) == text)
    }
  }

  @Test("Lines end with LF, whatever they ended with and wherever chunks end", arguments: sizes)
  func lineEnds(chunk: Int) throws {
    let path = try #require(FieldPath("DETECTION.RESULTS"))
    for shift in 0..<3 {
      let text = String(repeating: "x", count: 100 + shift) + "\r\n\r\r\nend\r"
      let decoding = try Decoding(SmallPage(detection: "<RESULTS><![CDATA[\(text)]]></RESULTS>").bytes, chunk: chunk)
      let lines = String(repeating: "x", count: 100 + shift) + "\n\n\nend\n"
      #expect(try decoding.detections().first?.value(at: path) == lines)
    }
  }

  @Test("Sections and other text are one value, in order", arguments: sizes)
  func mixture(chunk: Int) throws {
    let long = String(repeating: "section ", count: 50)
    let xml = "<OS>a &amp; <![CDATA[\(long)]]> b <![CDATA[c]]><![CDATA[\(long)]]> d</OS>"
    let path = try #require(FieldPath("OS"))
    let decoding = try Decoding(SmallPage(host: xml, detection: "<QID>1</QID>").bytes, chunk: chunk)
    #expect(try decoding.detections().first?.value(at: path) == "a & \(long) b c\(long) d")
  }

  @Test("Forbidden characters in a section are replaced and counted with their detection", arguments: sizes)
  func replacements(chunk: Int) throws {
    let half = String(repeating: "y", count: 100)
    let page = SmallPage([
      SmallPage.Host(
        id: 1,
        detections: ["<RESULTS><![CDATA[\(half)\u{1}\(half)\u{2}]]></RESULTS>", "<RESULTS>\(half.cdata)</RESULTS>"]
      )
    ])
    let detections = try Decoding(page.bytes, chunk: chunk).detections()
    let count = try #require(FieldPath("DETECTION.REPAIRED_CHARACTERS"))
    let results = try #require(FieldPath("DETECTION.RESULTS"))
    #expect(detections.map { $0.value(at: count) } == ["2", nil])
    #expect(detections.first?.value(at: results) == "\(half)\u{FFFD}\(half)\u{FFFD}")
  }

  @Test("An error behind a section tells the line and the byte at which it is", arguments: sizes)
  func places(chunk: Int) throws {
    let text = String(repeating: "line\n", count: 200)
    let page = SmallPage(detection: "<RESULTS><![CDATA[\(text)]]></RESULTS>\n<QID>1</WRONG>").text
    let before = try #require(page.firstRange(of: "</WRONG>")).lowerBound
    let decoding = try Decoding(Array(page.utf8), chunk: chunk)
    guard case .xml(let error) = try #require(decoding.failure) else { throw ContractViolation("no error of XML") }
    #expect(error.line == page[..<before].count { $0 == "\n" } + 1)
    #expect(
      "\(error)".contains("at line \(error.line), byte \(error.offset): Opening and ending tag mismatch: QID and WRONG")
    )
    #expect(abs(error.offset - page[..<before].utf8.count) <= "</WRONG>".utf8.count + 2)
  }

  @Test("An answer that breaks off in a section is not whole", arguments: sizes)
  func brokenOff(chunk: Int) throws {
    let page = SmallPage(detection: "<RESULTS><![CDATA[\(String(repeating: "line\r\n", count: 50))").bytes
    let cut = try #require(page.lastIndex(of: UInt8(ascii: "\r")))
    let decoding = try Decoding(Array(page[...cut]), chunk: chunk)
    #expect(decoding.failure != nil)
    #expect(decoding.hosts.isEmpty)
  }
}
