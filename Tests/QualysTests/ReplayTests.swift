import Foundation
import Qualys
import Records
import Stages
import Streaming
import TestSupport
import Testing

@Suite struct ReplayTests {
  /// A capture of two rounds: two pages of detections, then one; KnowledgeBase entries in each.
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }
    func exchange(
      _ name: String,
      round: Int,
      _ api: String,
      _ parameters: [(String, String)],
      body: String,
      status: Int = 200,
      failure: String? = nil
    ) throws {
      try write("\(name).xml", body)
      let list = parameters.map { #"{"name":"\#($0.0)","value":"\#($0.1)"}"# }.joined(separator: ",")
      let ending = failure.map { #","failure":"\#($0)""# } ?? ""
      try write(
        "\(name).exchange.json",
        #"""
        {"round":\#(round),"api":"\#(api)","request":{"path":"/p","parameters":[\#(list)]},
        "response":{"status":\#(status),"headers":[]},"body":"\#(name).xml"\#(ending)}
        """#
      )
    }
    try write(
      "run.json",
      #"""
      {"format":1,"rounds":[{"number":1,"time":"2026-03-01T00:00:00Z"},{"number":2,"time":"2026-03-02T00:00:00Z"}]}
      """#
    )
    var first = SmallPage([SmallPage.Host(id: 1, detections: ["<QID>1</QID>"])])
    first.afterHosts = SmallPage.warning(nextID: 2)
    try exchange("detections-0001", round: 1, "detections", [], body: first.text)
    let second = SmallPage([SmallPage.Host(id: 2, detections: ["<QID>2</QID>"])])
    try exchange("detections-0002", round: 1, "detections", [("id_min", "2")], body: second.text)
    try exchange("detections-0003", round: 2, "detections", [], body: SmallPage().text)
    try exchange(
      "knowledge-base-0001",
      round: 1,
      "knowledge-base",
      [("ids", "1,2,3")],
      body: SmallKnowledgeBase("<QID>1</QID><TITLE>a</TITLE>", "<QID>2</QID><TITLE>b</TITLE>").text
    )
    try exchange(
      "knowledge-base-0002",
      round: 2,
      "knowledge-base",
      [("ids", "2")],
      body: SmallKnowledgeBase("<QID>2</QID><TITLE>changed</TITLE>").text
    )
    return folder
  }

  private static func transport(_ capture: Capture, round: Int) -> ReplayTransport {
    ReplayTransport(capture, round: capture.rounds[round - 1], archive: KnowledgeBaseArchive(capture))
  }

  private static func titles(_ transport: ReplayTransport, ids: String, since: String? = nil) async throws -> [String] {
    let qids = ids.split(separator: ",").compactMap { UInt64($0) }
    let state = DictionaryState()
    let pager = KnowledgeBasePager(
      path: "/p",
      parameters: [],
      calls: [KnowledgeBasePager.Call(qids: qids, since: since)],
      ledger: QIDLedger(state),
      now: { 0 }
    )
    var titles: [String] = []
    let batches = PagedBatches(pager, .forTests(transport, state: state)).through(DecodeKnowledgeBase())
    for try await batch in batches { titles += batch.records.compactMap { $0.value(at: FieldPath("TITLE")!) } }
    return titles
  }

  @Test("the rounds of a capture are answered as they were received")
  func detections() async throws {
    let folder = try Self.folder()
    let capture = try Capture(folder.url.path)
    #expect(capture.rounds.map(\.seconds) == [1_772_323_200, 1_772_409_600])
    for (round, expected) in [(1, ["1", "2"]), (2, [])] {
      let pager = DetectionsPager(path: "/p", parameters: [], since: nil)
      var ids: [String] = []
      let batches = PagedBatches(pager, .forTests(Self.transport(capture, round: round))).through(DecodeDetections())
      for try await batch in batches { ids += batch.records.compactMap { $0.value(at: FieldPath("ID")!) } }
      #expect(ids == expected)
    }
  }

  @Test("KnowledgeBase answers match by QID, whichever are asked for together")
  func knowledgeBase() async throws {
    let folder = try Self.folder()
    let capture = try Capture(folder.url.path)
    let first = Self.transport(capture, round: 1)
    #expect(try await Self.titles(first, ids: "1,2,3") == ["a", "b"])
    #expect(try await Self.titles(first, ids: "2,3") == ["b"])
    #expect(try await Self.titles(first, ids: "3") == [])
    let second = Self.transport(capture, round: 2)
    #expect(try await Self.titles(second, ids: "1,2") == ["a", "changed"])
    #expect(try await Self.titles(second, ids: "1,2", since: "2026-03-01T00:00:00Z") == ["changed"])
  }

  @Test("what the capture does not have is an error that says so")
  func tooMuch() async throws {
    let folder = try Self.folder()
    let transport = Self.transport(try Capture(folder.url.path), round: 2)
    let request = APIRequest(.detections, path: "/p", [])
    _ = try await transport.send(request)
    let error = await #expect(throws: CaptureError.self) { _ = try await transport.send(request) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("round 2 has 1 answers of detections"))
    let wrong = APIRequest(.detections, path: "/p", [APIRequest.Parameter("id_min", "7")])
    await #expect(throws: CaptureError.self) {
      _ = try await Self.transport(try Capture(folder.url.path), round: 1).send(wrong)
    }
  }

  @Test("a folder that is no capture is refused, with what is wrong with it")
  func noCapture() throws {
    let folder = try TemporaryFolder()
    #expect(throws: CaptureError.self) { try Capture(folder.url.path) }
    try #"{"format":2,"rounds":[]}"#.write(toFile: folder.path("run.json"), atomically: true, encoding: .utf8)
    let error = #expect(throws: CaptureError.self) { try Capture(folder.url.path) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("newer"))
  }
}
