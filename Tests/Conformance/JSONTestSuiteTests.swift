import Foundation
import JSONText
import Testing

/// nst/JSONTestSuite, when the variable `JSON_TEST_SUITE` names its folder `test_parsing`.
@Suite struct JSONTestSuiteTests {
  private static let folder = ProcessInfo.processInfo.environment["JSON_TEST_SUITE"]

  @Test(
    "all y_ accepted, all n_ refused",
    .enabled(if: folder != nil, "JSON_TEST_SUITE does not name the folder of JSONTestSuite's files")
  )
  func suite() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
    #expect(names.contains { $0.hasPrefix("y_") } && names.contains { $0.hasPrefix("n_") })
    for name in names {
      let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
      let whole = ReadJSON(bytes)
      for size in [1, 3, 64] { #expect(ReadJSON(bytes, chunk: size) == whole, "\(name) in chunks of \(size)") }
      // What begins with i_ may be either.
      if name.hasPrefix("y_") { #expect(whole.isAccepted, "\(name): \(whole.error.map { "\($0)" } ?? "")") }
      if name.hasPrefix("n_") { #expect(!whole.isAccepted, "\(name)") }
    }
  }
}
