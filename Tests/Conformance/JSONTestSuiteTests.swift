import TestSupport
import Testing

/// nst/JSONTestSuite, when the variable `JSON_TEST_SUITE` names its folder `test_parsing`; else a few files like it.
@Suite struct JSONTestSuiteTests {
  @Test(
    "all y_ accepted, all n_ refused, in pieces of any size",
    arguments: ConformanceCase.folders("json", orWhere: "JSON_TEST_SUITE")
  )
  func suite(folder: String) throws {
    let cases = try ConformanceCase.all(in: folder, withExtension: ".json")
    for kind in ["y_", "n_", "i_"] { #expect(cases.contains { $0.name.hasPrefix(kind) }) }
    for fault in cases.compactMap(\.jsonFault) { Issue.record("\(fault)") }
    print("JSONTestSuite: \(cases.count) files, \(cases.count { $0.jsonFault == nil }) as they should be")
  }

  @Test("A wrong verdict is seen", arguments: [("y_x.json", "[1,]"), ("n_x.json", "[1]")])
  func wrongVerdict(name: String, text: String) {
    #expect(ConformanceCase(name: name, bytes: Array(text.utf8)).jsonFault != nil)
    #expect(ConformanceCase(name: "i_x.json", bytes: Array(text.utf8)).jsonFault == nil)
  }
}

extension ConformanceCase {
  /// What is wrong with what our reader says of this text; `y_`, `n_` and `i_` stand for yes, no and either.
  fileprivate var jsonFault: String? {
    let whole = ReadJSON(bytes)
    for size in [1, 3, 64, 65536] where ReadJSON(bytes, chunk: size) != whole {
      return "\(name) is another text in pieces of \(size)"
    }
    if name.hasPrefix("y_"), let error = whole.error { return "\(name) is refused: \(error)" }
    if name.hasPrefix("n_"), whole.isAccepted { return "\(name) is accepted" }
    return nil
  }
}
