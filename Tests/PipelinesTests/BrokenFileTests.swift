import Foundation
import Pipelines
import Testing

/// Broken pipeline files, each beside the messages that it must give.
///
/// A first line such as `# sluice check --set level=x` is the command line. To write the messages anew, run the tests
/// with WRITE_EXPECTED=1 and read the difference.
@Suite struct BrokenFileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Broken")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test(arguments: names) func messages(_ name: String) throws {
    let text = try String(contentsOf: Self.folder.appending(path: "\(name).yaml"), encoding: .utf8)
    var request = PlanRequest.forTests(text, file: "\(name).yaml")
    if let line = text.split(separator: "\n").first, line.hasPrefix("# sluice check ") {
      request.apply(commandLine: line.split(separator: " ").dropFirst(3).map { $0 })
    }
    let (plan, diagnostics) = Plan.check(request)
    let messages = diagnostics.map { "\($0)\n" }.joined()
    let expected = Self.folder.appending(path: "\(name).expected")
    if ProcessInfo.processInfo.environment["WRITE_EXPECTED"] != nil {
      try messages.write(to: expected, atomically: true, encoding: .utf8)
    }
    #expect(messages == (try String(contentsOf: expected, encoding: .utf8)))
    #expect(!diagnostics.isEmpty)
    #expect((plan == nil) == diagnostics.contains { $0.severity == .error })
    #expect(!messages.contains("hunter2"))
  }

  /// A file that is being written is broken in other ways at each letter; none may stop the program.
  @Test(arguments: names) func everyPrefixIsAnswered(_ name: String) throws {
    let text = try String(contentsOf: Self.folder.appending(path: "\(name).yaml"), encoding: .utf8)
    for end in text.indices {
      let (plan, diagnostics) = Plan.check(.forTests(String(text[..<end])))
      #expect((plan == nil) == diagnostics.contains { $0.severity == .error })
      for diagnostic in diagnostics { #expect(!diagnostic.description.isEmpty) }
    }
  }

  @Test(arguments: names) func everySlipIsAnswered(_ name: String) throws {
    let text = Array(try String(contentsOf: Self.folder.appending(path: "\(name).yaml"), encoding: .utf8))
    let slips: [Character] = [
      "\t", " ", "\n", "{", "}", "[", "]", ":", "\"", "'", "*", "&", "|", "-", "#", "$", "\u{0}",
    ]
    for (index, _) in text.enumerated() {
      var slipped = text
      slipped[index] = slips[(index + text.count) % slips.count]
      let (plan, diagnostics) = Plan.check(.forTests(String(slipped)))
      #expect((plan == nil) == diagnostics.contains { $0.severity == .error })
    }
  }

  @Test func thereAreManyOfThem() {
    #expect(Self.names.count >= 60)
  }
}
