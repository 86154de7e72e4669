import Foundation
import Pipelines
import Streaming
import Testing

/// What a plan and a registry say of themselves.
@Suite struct DescriptionTests {
  @Test func explains() throws {
    let text = """
      names: qualys
      streams:
        detections:
          every: 1h
          source: { files: [a.xml, "b c.xml"] }
          stages:
            - decode-detections
            - split-detections
            - rename: { IP: Address }
            - encode-json
            - guard-size
          sinks: [gzip-file: "out/{n}.gz"]
      """
    var request = PlanRequest.forTests(text, file: "sample.yaml")
    request.settings = [("level", "1")]
    let plan = try #require(Plan.check(request).plan)
    let explanation = plan.explanation { _, edge in edge == 0 ? "buffer of 4" : nil }
    #expect(
      explanation == """
        pipeline sample
          names  qualys              line 1

        stream detections, every 1h
          source files               line 5
            paths  [a.xml, b c.xml]  line 5
              | a detections answer; buffer of 4
          decode-detections          line 7
              | hosts
          split-detections           line 8
              | detections
          rename                     line 9
            IP  Address              line 9
              | detections
          encode-json                line 10
            names  qualys            names, line 1
              | lines
          guard-size                 line 11
            limit  64KiB             default
            split  true              default
              | lines
          sink gzip-file             line 12
            path  "out/{n}.gz"       line 12
            level  1                 --set level=1
        """
    )
  }

  @Test func schemaListsAllComponents() throws {
    let text = PipelineSchema.text(.forTests)
    #expect(text == PipelineSchema.text(.forTests))
    let schema = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    let definitions = try #require(schema["$defs"] as? [String: Any])
    for role in Role.allCases {
      let definition = try #require(definitions[role.rawValue] as? [String: Any])
      let forms = try #require(definition["anyOf"] as? [[String: Any]])
      let names = Set(forms.compactMap { ($0["properties"] as? [String: Any])?.keys.first })
      for component in Registry.forTests.components(role) {
        #expect(names.contains(component.name))
      }
    }
    // The condition of 'filter', which contains itself, is defined once.
    #expect(text.components(separatedBy: "\"condition\":").count == 2)
    for reference in text.matches(of: /"#\/\$defs\/([^"]*)"/) {
      #expect(definitions[String(reference.1)] != nil)
    }
  }

  @Test(arguments: ["first", "my pipeline", "--"]) func starterFilePassesItsCheck(_ name: String) {
    let text = StarterFile.text(name: name)
    for registry in [Registry.forTests, .standard] {
      var request = PlanRequest.forTests(text)
      request.registry = registry
      #expect(Plan.check(request).diagnostics.map(\.description) == [])
      #expect(Plan.check(request).plan != nil)
    }
    // With all that is commented out.
    let whole = text.replacing("    # - ", with: "    - ").replacing("  # - ", with: "  - ")
    #expect(Plan.check(.forTests(whole)).diagnostics.map(\.description) == [])
  }

  @Test func shippedPipelinesPassTheirCheck() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = root.appending(path: "Pipelines")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
    #expect(!files.isEmpty)
    for file in files {
      let path = folder.appending(path: file).path
      var request = PlanRequest(
        text: try String(contentsOfFile: path, encoding: .utf8),
        file: path,
        registry: .standard
      )
      request.secrets = SecretSource(environment: { _ in "https://h.example/" }, file: { _ in nil })
      request.sends = true
      if !file.hasPrefix("split") { request.replay = root.appending(path: "Fixtures/demo").path }
      #expect(Plan.check(request).diagnostics.map(\.description) == [])
    }
  }

  @Test func suggestsWhatIsClose() {
    let words = ["shorten", "drop", "limit", "split"]
    #expect(Suggestion.closest(to: "shortn", among: words) == "shorten")
    #expect(Suggestion.closest(to: "slpit", among: words) == "split")
    #expect(Suggestion.closest(to: "LIMIT", among: words) == "limit")
    #expect(Suggestion.closest(to: "frobnicate", among: words) == nil)
    #expect(Suggestion.closest(to: "xx", among: words) == nil)
  }

  @Test(arguments: [
    ("65536", 65536), ("64KiB", 65536), ("1MiB", 1 << 20), ("1MB", 1_000_000), ("10GiB", 10 << 30), ("5B", 5),
    ("2 kB", 2000), ("", nil), ("KiB", nil), ("-1", nil), ("1.5MiB", nil), ("99999999999TiB", nil), ("1kib", nil),
  ])
  func readsSizes(_ text: String, _ bytes: Int?) {
    #expect(ByteSize.parse(text) == bytes)
  }
}
