import Pipelines
import Qualys
import Streaming
import Testing

/// What the command line lays over a file.
@Suite struct OverrideTests {
  private func check(_ text: String, _ words: String) -> (plan: Plan?, diagnostics: [Diagnostic]) {
    var request = PlanRequest.forTests(text, file: "pipes/test.yaml")
    request.apply(commandLine: words.split(separator: " "))
    return Plan.check(request)
  }

  private static let file = """
    streams:
      detections:
        source: { files: { paths: [a, b], as: detections } }
        stages: [decode-detections, split-detections, encode-json, guard-size: { limit: 1KiB }]
        sinks: [gzip-file: { path: out.gz, level: 9 }]
    """

  @Test(arguments: ["limit=2KiB", "guard-size.limit=2KiB", "detections.guard-size.limit=2KiB"])
  func setsAnOption(_ setting: String) throws {
    let stream = try #require(check(Self.file, "--set \(setting)").plan?.streams.first)
    #expect(stream.stages[3].options.integer("limit") == 2048)
    let shown = try #require(stream.stages[3].settings.first { $0.name == "limit" })
    #expect(shown.value == "2KiB" && shown.origin.description == "--set \(setting)")
  }

  @Test func setsListsAndEntries() throws {
    let text = Self.file.replacing("split-detections", with: "split-detections, add-fields: { A: x }")
    let plan = check(text, "--set shorten=[DETECTION.RESULTS,OS] --set add-fields.A=y --set add-fields.B.C=z").plan
    let stages = try #require(plan?.streams.first?.stages)
    #expect(stages[4].options.texts("shorten") == ["DETECTION.RESULTS", "OS"])
    #expect(stages[2].options.entries.map(\.key) == ["A", "B.C"])
    #expect(stages[2].options.text("A") == "y")
  }

  @Test func setsTheFileItself() throws {
    let plan = try #require(check(Self.file, "--set name=other --set names=qualys --set dead-letters=d.jsonl").plan)
    #expect(plan.name == "other" && plan.names.value == "qualys" && plan.deadLetters == "d.jsonl")
  }

  @Test func doesNotRepeatASecret() throws {
    let text = Self.file.replacing("gzip-file: { path: out.gz, level: 9 }", with: "webhook: { url: x }")
    let plan = try #require(check(text, "--set url=https://me:hunter2@host/").plan)
    #expect(plan.streams[0].sinks[0].options.text("url") == "https://me:hunter2@host/")
    #expect(!plan.explanation().contains("hunter2"))
    let (none, diagnostics) = check(text, "--set qualys.password=hunter2")
    #expect(none == nil && !diagnostics.map(\.description).joined().contains("hunter2"))
  }

  @Test func theLastSettingHolds() throws {
    let plan = check(Self.file, "--set limit=2KiB --set limit=3KiB").plan
    #expect(plan?.streams.first?.stages[3].options.integer("limit") == 3072)
  }

  @Test func inputReplacesSources() throws {
    let stream = try #require(check(Self.file, "--input page.xml --input more.xml").plan?.streams.first)
    #expect(stream.source.options.texts("paths") == ["page.xml", "more.xml"])
    // What else the file says of its files stays.
    #expect(stream.source.options.text("as") == "detections")
    let live = "source: detections\nstages: [decode-detections, encode-json]\nsinks: [stdout]"
    #expect(check(live, "--input page.xml").plan?.streams.first?.source.name == "files")
    let none = "stages: [decode-detections, encode-json]\nsinks: [stdout]"
    #expect(check(none, "--input page.xml").plan != nil)
  }

  @Test func outputReplacesSinks() throws {
    let stream = try #require(check(Self.file, "--output there").plan?.streams.first)
    #expect(stream.sinks.map(\.name) == ["gzip-file"])
    #expect(stream.sinks[0].options.text("path") == "there/detections-{n}.jsonl.gz")
    #expect(stream.sinks[0].options.integer("level") == 9)
    #expect(stream.sinks[0].settings.map(\.origin.description) == ["--output", "line 5"])
    let other = Self.file.replacing("gzip-file: { path: out.gz, level: 9 }", with: "stdout, webhook: { url: x }")
    let replaced = try #require(check(other, "--output there --set level=2").plan?.streams.first)
    #expect(replaced.sinks.map(\.name) == ["gzip-file"])
    #expect(replaced.sinks[0].options.integer("level") == 2)
    let none = "source: { files: x }\nstages: [decode-detections, encode-json]"
    #expect(check(none, "--output there").plan != nil)
  }

  @Test func replayAnswersForQualys() throws {
    let text = "replay: saved\nsource: detections\nstages: [decode-detections, encode-json]\nsinks: [stdout]"
    let plan = try #require(check(text, "").plan)
    #expect(plan.replay == "pipes/saved")
    #expect(plan.streams[0].api == .detections && plan.streams[0].needsState)
    #expect(plan.streams[0].ports[0].name == "a detections answer")
    // On the command line a path is meant from where one is.
    let without = text.replacing("replay: saved\n", with: "")
    #expect(check(without, "--set replay=saved").plan?.replay == "saved")
    #expect(check(text, "--replay saved").plan?.replay == "saved")
    // Without one nobody answers.
    #expect(check(without, "").diagnostics.map(\.severity) == [.warning])
  }
}
