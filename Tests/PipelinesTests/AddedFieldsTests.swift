import Pipelines
import Testing

/// Fields that stages make, and stages that must not stand behind others, as a check sees them.
@Suite struct AddedFieldsTests {
  private func check(
    _ stages: String,
    last: String? = "encode-json",
    registry: Registry = .forTests,
    file: String = ""
  ) -> (plan: Plan?, messages: [String]) {
    let stages = stages + (last.map { ", \($0)" } ?? "")
    var request = PlanRequest.forTests("\(file)source: { files: \"-\" }\nstages: [\(stages)]\nsinks: [stdout]")
    request.registry = registry
    request.replay = "saved"
    let (plan, diagnostics) = Plan.check(request)
    return (plan, diagnostics.map { "\($0.severity): \($0.message)" + ($0.help.map { "; \($0)" } ?? "") })
  }

  private func filter(_ path: String) -> String { "{ filter: { field: \(path), exists: true } }" }

  // MARK: Joined fields

  private static let before = "decode-detections, split-detections"

  @Test(arguments: [
    "KNOWLEDGE_BASE", "KNOWLEDGE_BASE.TITLE", "KNOWLEDGE_BASE.CVE_LIST.CVE.ID", "KNOWLEDGE_BASE.MISSING",
    "KNOWLEDGE_BASE.CVSS.BASE.@source",
  ])
  func joined(path: String) {
    #expect(check("\(Self.before), join-knowledge-base, \(filter(path))").messages.isEmpty)
    #expect(
      check("\(Self.before), \(filter(path))").messages
        == ["error: there is no field '\(path)' yet; put 'join-knowledge-base' before it"]
    )
    #expect(
      check("decode-detections, \(filter(path)), split-detections, join-knowledge-base").messages
        == ["error: there is no field '\(path)' yet; move it after 'join-knowledge-base' (line 2)"]
    )
  }

  @Test(arguments: [
    (
      "KNOWLEDGE_BASE.TITEL",
      "warning: no field 'KNOWLEDGE_BASE.TITEL' that we know; did you mean 'KNOWLEDGE_BASE.TITLE'?"
    ),
    (
      "KnowledgeBase.Title",
      "error: no field 'KnowledgeBase.Title'; that is how it is written out. Here it is 'KNOWLEDGE_BASE.TITLE'"
    ),
    ("TITLE", "warning: no field 'TITLE' that we know; did you mean 'KNOWLEDGE_BASE.TITLE'?"),
    (
      "KNOWLEDGE_BASE.CHROMATICITY",
      "warning: 'KNOWLEDGE_BASE.CHROMATICITY' is not a field that we know; it is used as it is"
    ),
  ])
  func misspelt(path: String, message: String) {
    #expect(check("\(Self.before), join-knowledge-base, \(filter(path))").messages == [message])
  }

  @Test func chosenFields() {
    let join = "{ join-knowledge-base: { fields: [TITLE, CVE_LIST.CVE, CVSS] } }"
    for path in ["TITLE", "CVE_LIST", "CVE_LIST.CVE", "CVE_LIST.CVE.ID", "CVSS.BASE", "MISSING"] {
      #expect(check("\(Self.before), \(join), \(filter("KNOWLEDGE_BASE.\(path)"))").messages.isEmpty, "\(path)")
    }
    for path in ["SEVERITY_LEVEL", "CVSS_V3.BASE", "CVE_LIST.OTHER"] {
      #expect(
        check("\(Self.before), \(join), \(filter("KNOWLEDGE_BASE.\(path)"))").messages == [
          "error: 'join-knowledge-base' (line 2) does not join '\(path)'; add it to its 'fields', or leave 'fields' out"
        ]
      )
    }
    #expect(
      check("\(Self.before), { join-knowledge-base: { fields: [TITEL] } }").messages
        == ["warning: no field 'TITEL' that we know; did you mean 'TITLE'?"]
    )
  }

  @Test func linesHaveThemToo() {
    let lines = "encode-json, { guard-size: { drop: [KNOWLEDGE_BASE.DIAGNOSIS] } }"
    #expect(check("\(Self.before), join-knowledge-base, \(lines)", last: nil).messages.isEmpty)
    #expect(
      check("\(Self.before), \(lines)", last: nil).messages
        == ["error: there is no field 'KNOWLEDGE_BASE.DIAGNOSIS' yet; put 'join-knowledge-base' before it"]
    )
  }

  // MARK: Ids

  @Test func ids() {
    #expect(check("\(Self.before), add-event-id, \(filter("event_id")), \(filter("entity_id"))").messages.isEmpty)
    #expect(
      check("\(Self.before), \(filter("event_id")), add-event-id").messages
        == ["error: there is no field 'event_id' yet; move it after 'add-event-id' (line 2)"]
    )
    #expect(
      check("\(Self.before), \(filter("event_id"))").messages
        == ["warning: 'event_id' is not a field that we know; it is used as it is"]
    )
    for stage in ["{ rename: { IP: event_id } }", "{ add-fields: { entity_id: x } }"] {
      #expect(check("\(Self.before), add-event-id, \(stage)").messages.contains { $0.contains("Sluice itself writes") })
    }
  }

  @Test(arguments: [
    "{ select: { remove: [TAGS] } }", "{ rename: { IP: Address } }", "{ add-fields: { Team: secops } }",
  ])
  func changers(stage: String) throws {
    let word = try #require(stage.split(separator: " ").dropFirst().first?.dropLast())
    let message =
      "error: 'add-event-id' hashes what was decoded, and '\(word)' (line 2) changes it; move it before '\(word)' (line 2)"
    #expect(check("\(Self.before), \(stage), \(filter("ID")), add-event-id").messages == [message])
    #expect(check("decode-detections, \(stage), split-detections, add-event-id").messages == [message])
    #expect(check("\(Self.before), \(filter("ID")), add-event-id, \(stage)").messages.isEmpty)
    #expect(check("\(Self.before), join-knowledge-base, add-event-id").messages.isEmpty)
  }

  @Test func assets() {
    func messages(_ stages: String) -> [String] { check(stages, registry: .standard).messages }
    #expect(messages("decode-assets, add-event-id, flatten-software").isEmpty)
    #expect(
      messages("decode-assets, flatten-software, add-event-id") == [
        "error: 'add-event-id' hashes what was decoded, and 'flatten-software' (line 2) changes it; move it before "
          + "'flatten-software' (line 2)"
      ]
    )
    for choice in ["exclude: [processor]", "include: [assetId]"] {
      #expect(
        messages("{ decode-assets: { \(choice) } }, add-event-id") == [
          "error: 'add-event-id' hashes all fields, and 'decode-assets' (line 2) leaves some out; leave them out behind "
            + "it, with 'select: { remove: [...] }'"
        ]
      )
    }
    #expect(messages("decode-knowledge-base, add-event-id").isEmpty)
  }

  @Test func platformOfThePipeline() throws {
    func settings(_ stage: String, _ file: String = "") throws -> [PlannedSetting] {
      let plan = check("\(Self.before), \(stage)", file: file).plan
      return try #require(plan?.streams.first?.stages.first { $0.name == "add-event-id" }?.settings)
    }
    let file = "qualys: { platform: EU1, username: \"${QUALYS_USERNAME}\", password: \"${HUNTER}\" }\n"
    #expect(try settings("add-event-id") == [])
    let inherited = try settings("add-event-id", file)
    #expect(inherited.map(\.value) == ["EU1"] && inherited.map(\.origin.description) == ["qualys.platform, line 1"])
    #expect(try settings("{ add-event-id: { platform: US2 } }", file).map(\.value) == ["US2"])
  }
}
