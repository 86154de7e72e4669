import Foundation
import Pipelines
import Records
import Streaming
import Testing

/// What a stream with several outputs becomes.
@Suite struct BranchPlanTests {
  private static let text = """
    name: sample
    source: { files: x }
    stages:
      - decode-detections
      - split-detections
      - add-fields: { Team: a }
    outputs:
      - name: severe
        stages:
          - filter: { field: DETECTION.SEVERITY, at-least: 4 }
          - select: { remove: [Team] }
          - encode-json
        sinks: [stdout]
      - stages: [encode-json: qualys, guard-size]
        sinks: [gzip-file: "{stream}-{output}.gz", webhook: x]
    """

  private func check(_ words: String = "") -> (plan: Plan?, diagnostics: [Diagnostic]) {
    var request = PlanRequest.forTests(Self.text)
    request.apply(commandLine: words.split(separator: " "))
    return Plan.check(request)
  }

  @Test func holdsTrunkAndOutputs() throws {
    let (plan, diagnostics) = check()
    #expect(diagnostics.isEmpty)
    let stream = try #require(plan?.streams.first)
    #expect(stream.ports.map(\.name) == ["a detections answer", "hosts", "detections", "detections"])
    #expect(stream.stages.map(\.name) == ["decode-detections", "split-detections", "add-fields"])
    #expect(stream.outputs.map(\.name) == ["severe", "2"])
    #expect(stream.outputs.map { $0.stages.map(\.name) }[0] == ["filter", "select", "encode-json"])
    #expect(
      stream.outputs.map { $0.ports.map(\.name) } == [["detections", "detections", "lines"], ["lines", "lines"]]
    )
    #expect(stream.outputs.map { $0.sinks.map(\.name) } == [["stdout"], ["gzip-file", "webhook"]])
    #expect(stream.isComplete)
  }

  @Test func outputReplacesTheSinksOfEach() throws {
    let outputs = try #require(check("--output there").plan?.streams.first).outputs
    #expect(outputs.map { $0.sinks.map(\.name) } == [["gzip-file"], ["gzip-file"]])
    #expect(
      outputs.map { $0.sinks[0].options.text("path") }
        == ["there/sample-severe-{n}.jsonl.gz", "there/sample-2-{n}.jsonl.gz"]
    )
  }

  @Test func settingsReachOneOutput() throws {
    let plan = check("--set sample.2.encode-json.names=sumo --set level=2").plan
    let outputs = try #require(plan?.streams.first).outputs
    #expect(outputs[1].stages[0].options.text("names") == "sumo")
    #expect(outputs[1].sinks[0].options.integer("level") == 2)
    let (none, diagnostics) = check("--set encode-json.names=sumo")
    #expect(none == nil)
    #expect(
      diagnostics.first?.help == "say sample.severe.encode-json.names or sample.2.encode-json.names"
    )
  }

  @Test func findingsOfTheTrunkStandOnce() {
    let text = Self.text.replacing("add-fields: { Team: a }", with: "rename: { NOTHING: Team }")
    #expect(Plan.check(.forTests(text)).diagnostics.count == 1)
  }

  @Test func sharesTheSinksOfTheFile() throws {
    let text = """
      sinks: [gzip-file: "{stream}-{output}-{n}.gz"]
      streams:
        a:
          source: { files: x }
          stages: [decode-detections, encode-json]
          outputs: [{ name: b }, { stages: [guard-size] }]
      """
    var request = PlanRequest.forTests(text)
    request.settings = [("level", "3")]
    let (plan, diagnostics) = Plan.check(request)
    #expect(diagnostics.isEmpty)
    #expect(plan?.streams.first?.sinks.map { $0.options.integer("level") } == [3, 3])
  }

  @Test func explainsAndDraws() throws {
    let plan = try #require(check().plan)
    #expect(
      plan.explanation().split(separator: "\n").dropFirst(10).dropLast(4).joined(separator: "\n") == """
          add-fields                        line 6
            Team  a                         line 6
              | detections
          output severe                     line 8
            filter                          line 10
              field  DETECTION.SEVERITY     line 10
              at-least  4                   line 10
                | detections
            select                          line 11
              remove  [Team]                line 11
                | detections
            encode-json                     line 12
              names  sumo                   default
                | lines
            sink stdout                     line 13
          output 2                          line 14
            encode-json                     line 14
              names  qualys                 line 14
                | lines
            guard-size                      line 14
              limit  64KiB                  default
              split  true                   default
                | lines
            sink gzip-file                  line 15
        """
    )
    #expect(
      plan.graph.split(separator: "\n").filter { $0.contains("s0b") }.map { $0.trimmingCharacters(in: .whitespaces) }
        == [
          "s0b0n0[filter]", "s0n3 -->|detections| s0b0n0", "s0b0n1[select]", "s0b0n0 -->|detections| s0b0n1",
          "s0b0n2[encode-json]", "s0b0n1 -->|detections| s0b0n2", "s0b0o0[(stdout)]", "s0b0n2 -->|lines| s0b0o0",
          "s0b1n0[encode-json]", "s0n3 -->|detections| s0b1n0", "s0b1n1[guard-size]", "s0b1n0 -->|lines| s0b1n1",
          "s0b1o0[(gzip-file)]", "s0b1n1 -->|lines| s0b1o0", "s0b1o1[(webhook)]", "s0b1n1 -->|lines| s0b1o1",
        ]
    )
  }
}
