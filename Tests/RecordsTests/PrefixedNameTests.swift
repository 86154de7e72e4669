import Records
import TestSupport
import Testing

/// Qualys has no namespaces; an answer that has some says the same as one that has none.
@Suite("Names with prefixes")
struct PrefixedNameTests {
  private func lines(_ detection: String) throws -> [UInt8] {
    let decoding = try Decoding(SmallPage(detection: detection).bytes)
    #expect(decoding.failure == nil)
    return try decoding.text(naming: .qualys)
  }

  @Test(
    "A prefix is no part of a name, and what binds it no attribute",
    arguments: [
      ("<q:QID xmlns:q=\"urn:q\">1</q:QID>", "<QID>1</QID>"),
      ("<QID xmlns=\"urn:q\">1</QID>", "<QID>1</QID>"),
      ("<QDS xmlns:q=\"urn:q\" q:severity=\"LOW\">1</QDS>", "<QDS severity=\"LOW\">1</QDS>"),
      ("<a:X>1</a:X><b:X>2</b:X><X>3</X>", "<X>1</X><X>2</X><X>3</X>"),
    ]
  )
  func prefixes(_ pair: (prefixed: String, plain: String)) throws {
    #expect(try lines(pair.prefixed) == lines(pair.plain))
  }

  @Test("Prefixes without end are refused, as names are")
  func tooMany() throws {
    let fields = (0..<5000).map { "<p\($0):X/>" }.joined()
    let decoding = try Decoding(SmallPage(detection: fields).bytes)
    #expect(decoding.failure.map { "\($0)" }?.contains("different names") == true)
  }
}
