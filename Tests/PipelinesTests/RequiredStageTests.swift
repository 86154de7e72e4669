import Pipelines
import Records
import Streaming
import TestSupport
import Testing

/// A stage that needs what another one makes says so when a file is checked.
@Suite struct RequiredStageTests {
  private static func messages(_ stages: String) -> [String] {
    var request = PlanRequest.forTests("source: { files: \"-\" }\nstages: \(stages)\nsinks: [stdout]\n")
    request.registry.register(CountTeams.self)
    return Plan.check(request).diagnostics.map { "\($0)" }
  }

  private static let team = "{ add-fields: { Team: secops } }"

  @Test func fits() {
    #expect(Self.messages("[decode-detections, \(Self.team), split-detections, count-teams, encode-json]") == [])
  }

  @Test(arguments: [
    ("[decode-detections, split-detections, count-teams, encode-json]", "add 'add-fields' before it"),
    ("[decode-detections, split-detections, count-teams, \(team), encode-json]", "move it after 'add-fields' (line 2)"),
  ]) func needs(stages: String, help: String) throws {
    let messages = Self.messages(stages)
    #expect(messages.count == 1)
    let message = try #require(messages.first)
    #expect(message.hasPrefix("test.yaml:2:47: error: 'count-teams' needs 'add-fields' before it\n"))
    #expect(message.hasSuffix("help: \(help)"))
  }
}

/// Needs a field that `add-fields` makes.
private struct CountTeams: Stage {
  static let component = Component(
    "count-teams",
    summary: "Counts teams.",
    example: "- count-teams",
    requires: ["add-fields"]
  )

  init(_ options: Options) throws(OptionError) {}

  mutating func process(_ batch: Batch<Detection>, into output: inout Outlet<Detection>) throws {
    output.append(contentsOf: batch.records)
  }
}
