import Pipelines
import Records
import Streaming
import Testing

/// What a checked pipeline holds, and that it runs.
@Suite struct PlanTests {
  private static let text = """
    name: sample
    source: { files: saved/*.xml }
    stages:
      - decode-detections
      - split-detections
      - filter: { field: DETECTION.SEVERITY, at-least: 3 }
      - encode-json
    sinks:
      - gzip-file: { path: "out.gz", level: "${LEVEL}" }
      - stdout
    """

  @Test func runsAsItIsPlanned() async throws {
    let plan = try #require(Plan.check(.forTests(Self.text)).plan)
    let stream = try #require(plan.streams.first)
    #expect(plan.name == "sample" && stream.name == "sample")
    #expect(stream.ports.map(\.name) == ["a detections answer", "hosts", "detections", "detections", "lines"])
    #expect(stream.isComplete)

    var meters: [StageMeter] = []
    let flow = stream.flow(in: StreamContext(pipeline: "sample", stream: "sample")) { _, name in
      meters.append(StageMeter(name))
      return meters[meters.count - 1]
    }
    var lines: [String] = []
    for try await batch in flow.open(as: Line.self) { lines += batch.records.map(\.text) }
    #expect(lines.count == 1)
    #expect(lines.first?.contains(#""Qid":"2""#) == true)
    #expect(meters.map(\.name) == stream.stages.map(\.name))
    #expect(meters.allSatisfy { $0.current.missing == 0 })

    let sinks = try stream.outputs[0].makeSinks(StreamContext(pipeline: plan.name, stream: stream.name))
    let file = try #require(sinks.first as? MemorySink)
    #expect(sinks.count == 2)
    #expect(file.options.integer("level") == 3)
    #expect(file.context.stream == "sample")
  }

  @Test func edgesTakeOperators() async throws {
    let stream = try #require(Plan.check(.forTests(Self.text)).plan?.streams.first)
    var edges: [String] = []
    let flow = stream.flow(in: StreamContext(pipeline: "sample", stream: "sample")) { _, name in
      StageMeter(name)
    } edge: { index, flow in
      edges.append("\(index) \(flow.port.name)")
      return flow.applying(Unchanged())
    }
    for try await _ in flow.open(as: Line.self) {}
    #expect(edges == ["0 a detections answer", "1 hosts", "2 detections", "3 detections", "4 lines"])
  }

  private struct Unchanged: FlowOperator {
    func apply<R: Record>(to flow: Flow<R>) -> Flow<R> { Flow(flow) }
  }

  @Test func readsJSON() throws {
    let json =
      #"{ "source": {"files": ["a", "b"]}, "stages": ["decode-detections", "encode-json"], "sinks": ["stdout"] }"#
    let (plan, diagnostics) = Plan.check(.forTests(json, file: "here/one-file.json"))
    #expect(diagnostics.isEmpty)
    #expect(plan?.streams.first?.source.options.texts("paths") == ["a", "b"])
    #expect(plan?.name == "one-file")
  }

  @Test func firstStageChoosesTheSource() throws {
    let lines = "source: { files: x }\nstages: [guard-size]\nsinks: [stdout]"
    #expect(Plan.check(.forTests(lines)).plan?.streams.first?.ports.map(\.name) == ["lines", "lines"])
    let none = "source: { files: x }\nsinks: [stdout]"
    #expect(Plan.check(.forTests(none)).plan?.streams.first?.ports.map(\.name) == ["lines"])
    let asked = "source: { files: { paths: x, as: lines } }\nstages: [decode-detections, encode-json]\nsinks: [stdout]"
    #expect(Plan.check(.forTests(asked)).diagnostics.first?.message.contains("gives lines") == true)
  }

  @Test func oneOutputIsTheLongFormOfSinks() throws {
    let text = """
      source: { files: x }
      stages: [decode-detections]
      outputs:
        - stages: [encode-json]
          sinks: [stdout]
      """
    #expect(
      Plan.check(.forTests(text)).plan?.streams.first?.stages.map(\.name) == ["decode-detections", "encode-json"]
    )
  }

  @Test func streamsShareSinksAndStandInOrder() throws {
    let text = """
      sinks: [{ gzip-file: "{stream}.gz" }]
      streams:
        b: { every: 90m, source: { files: x }, stages: &stages [decode-detections, encode-json] }
        a: { after: b, source: { files: x }, stages: *stages, sinks: [stdout] }
      """
    let plan = try #require(Plan.check(.forTests(text)).plan)
    #expect(plan.streams.map(\.name) == ["b", "a"])
    #expect(plan.streams.map { $0.sinks.map(\.name) } == [["gzip-file"], ["stdout"]])
    #expect(plan.streams[0].interval == .seconds(5400))
    #expect(plan.streams[1].predecessor == "b")
    var request = PlanRequest.forTests(text)
    request.streams = ["a"]
    #expect(Plan.check(request).plan?.streams.map(\.name) == ["a"])
  }

  @Test func mergeKeysLieUnderOthers() throws {
    let text = """
      streams:
        a: &base { every: 1h, source: { files: x }, stages: [decode-detections, encode-json], sinks: [stdout] }
        b: { <<: *base, every: 2h }
      """
    #expect(Plan.check(.forTests(text)).plan?.streams.map(\.interval) == [.seconds(3600), .seconds(7200)])
  }

  @Test func manyAliasesAreRefused() {
    let levels = (0..<10).map {
      "k\($0): &a\($0) [\(Array(repeating: $0 == 0 ? "x" : "*a\($0 - 1)", count: 9).joined(separator: ", "))]"
    }
    let diagnostics = Plan.check(.forTests(levels.joined(separator: "\n"))).diagnostics
    #expect(diagnostics.map(\.message) == ["the file holds more than 100000 values"])
  }

  @Test func namesAreInherited() throws {
    func names(_ text: String, set: String? = nil) -> [PlannedSetting] {
      var request = PlanRequest.forTests(text)
      if let set { request.settings = [("names", set)] }
      let stages = Plan.check(request).plan?.streams.first?.stages ?? []
      return stages.flatMap(\.settings).filter { $0.name == "names" }
    }
    let file = "source: { files: x }\nstages: [decode-detections, encode-json]\nsinks: [stdout]\n"
    #expect(names(file).map(\.value) == ["sumo"])
    #expect(names(file).map(\.origin.description) == ["default"])
    #expect(names(file + "names: qualys").map(\.value) == ["qualys"])
    #expect(names(file + "names: qualys").map(\.origin.description) == ["names, line 4"])
    #expect(names(file, set: "qualys").map(\.origin.description) == ["names, --set names=qualys"])
    let own = file.replacing("encode-json", with: "encode-json: qualys")
    #expect(names(own).map(\.origin.description) == ["line 2"])
  }
}
