import Pipelines
import Testing

@Suite struct DetectedQIDsTests {
  private static func messages(_ first: String, _ second: String) -> [String] {
    let streams = [
      "knowledge-base": "{ source: knowledge-base, stages: [decode-knowledge-base, encode-json], sinks: [stdout] }",
      "detections": "{ source: detections, stages: [decode-detections, encode-json], sinks: [stdout] }",
      "assets": "{ source: assets, stages: [decode-assets, encode-json], sinks: [stdout] }",
    ]
    let lines = [first, second].map { "  \($0): \(streams[$0] ?? "")\n" }.joined()
    var request = PlanRequest(text: "replay: saved\nstreams:\n\(lines)", file: "p.yaml", registry: .standard)
    request.checksEnvironment = false
    return Plan.check(request).diagnostics.map { "\($0.message)|\($0.help ?? "")" }
  }

  @Test("entries of what was detected need a stream that detects, and before them")
  func order() {
    let message = "'knowledge-base' asks for the QIDs that were detected, and no stream before it collects detections"
    #expect(Self.messages("detections", "knowledge-base") == [])
    #expect(Self.messages("knowledge-base", "detections") == ["\(message)|move it behind 'detections'"])
    #expect(
      Self.messages("knowledge-base", "assets") == ["\(message)|say 'qids: all', give a list, or add such a stream"]
    )
  }
}
