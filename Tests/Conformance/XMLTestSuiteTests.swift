import TestSupport
import Testing

/// The W3C's XML conformance suite, when the variable `XML_TEST_SUITE` names its folder `xmlconf`; else a few files
/// like it.
///
/// Documents that declare an entity must be refused. Of all others we must say what libxml2 says, and tell the same
/// elements and texts, whole and byte by byte; see ``XMLFinding`` for what may differ.
@Suite(.serialized) struct XMLTestSuiteTests {
  @Test(
    "libxml2's own verdicts, and entities refused",
    arguments: ConformanceCase.folders("xml", orWhere: "XML_TEST_SUITE")
  )
  func suite(folder: String) throws {
    let opened = OpenedFiles.count
    var tally: [XMLFinding: Int] = [:]
    for document in try ConformanceCase.all(in: folder, withExtension: ".xml") {
      do {
        tally[try XMLFinding(document.bytes), default: 0] += 1
      } catch {
        Issue.record("\(document.name): \(error)")
      }
    }
    #expect(OpenedFiles.count == opened, "libxml2 opened something")
    for finding in [XMLFinding.accepted, .refused, .refusedEntities] { #expect(tally[finding] != nil, "\(finding)") }
    for (finding, count) in tally.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      print("xmlconf: \(count) \(finding.rawValue)")
    }
  }

  @Test("An undefined entity in an attribute's default is refused, however the document is cut")
  func undefinedDefault() throws {
    let document = #"<!DOCTYPE a SYSTEM "a.dtd" [<!ATTLIST a b CDATA "&c;">]><a/>"#
    #expect(try XMLFinding(Array(document.utf8)) == .refusedExternal)
  }

  @Test("What libxml2 opens is seen")
  func watch() {
    let opened = OpenedFiles.count
    OpenedFiles.open("no-such-file.xml")
    #expect(OpenedFiles.count > opened)
  }

  @Test("Where libxml2 says otherwise, it is seen")
  func wrongVerdict() {
    // libxml2 is given another document, which it refuses.
    #expect(throws: ContractViolation.self) { try XMLFinding(Array("<a>&b;</a>".utf8), filtered: Array("<a>".utf8)) }
  }
}
