import Records
import Testing

/// Paths of Qualys' own names.
@Suite("Paths of fields")
struct FieldPathTests {
  @Test("What is a path", arguments: ["IP", "DNS_DATA.FQDN", "DETECTION.QDS.@severity", "a.b.c.d", "Größe"])
  func paths(text: String) { #expect(FieldPath(text)?.description == text) }

  @Test("What is none", arguments: ["", ".", "A.", ".A", "A..B", "@", "@a", "A.@"])
  func noPaths(text: String) { #expect(FieldPath(text) == nil) }
}
