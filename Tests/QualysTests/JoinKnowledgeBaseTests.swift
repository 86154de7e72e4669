import Qualys
import Records
import Stages
import Streaming
import TestSupport
import Testing

@Suite struct JoinKnowledgeBaseTests {
  private static let day = 86_400

  private static func options(_ entries: [(key: String, value: OptionValue)] = []) -> Options {
    let standard: [(key: String, value: OptionValue)] = [
      ("qids-per-call", .integer(2)), ("refresh", .integer(day)), ("full-refresh", .integer(30 * day)),
    ]
    return Options(entries + standard, known: ["fields", "qids-per-call", "refresh", "full-refresh"])
  }

  private static func asked(_ request: APIRequest) -> [Int] {
    (request.value(of: "ids") ?? "").split(separator: ",").compactMap { Int($0) }
  }

  /// Qualys with entries of some QIDs; all of them unchanged when changes are asked for.
  private static func qualys(having known: Set<Int>, changed: Set<Int> = [], version: Int = 1) -> ScriptedTransport {
    ScriptedTransport { _, request in
      let isChange = request.value(of: "last_modified_after") != nil
      let qids = asked(request).filter { known.contains($0) && (!isChange || changed.contains($0)) }
      var answer = SmallKnowledgeBase(qids: [])
      answer.entries = qids.map { "<QID>\($0)</QID><TITLE>t\($0) v\(version)</TITLE><SOLUTION>s</SOLUTION>" }
      return .init(answer.text)
    }
  }

  /// The title beside each detection of these QIDs, a batch for each row; nil for none, and what was missing.
  private static func titles(
    _ rows: [[Int]],
    _ transport: ScriptedTransport,
    _ state: DictionaryState = DictionaryState(),
    at time: Int = 1_000_000,
    _ entries: [(key: String, value: OptionValue)] = []
  ) async throws -> [String?] {
    let page = Page(number: 0, origin: "test")
    let batches = try rows.enumerated().map { index, qids in
      let host = SmallPage.Host(id: index + 1, detections: qids.map { "<QID>\($0)</QID>" })
      let detections = try Decoding(SmallPage([host]).bytes).detections()
      let ending: Position.Ending = index == rows.count - 1 ? .complete : .none
      return Batch(ContiguousArray(detections), of: page, at: Position(marks: index + 1, ending: ending))
    }
    var context = CallContext.forTests(transport, state: state)
    context.now = { time }
    let meter = StageMeter("join-knowledge-base")
    let join = try JoinKnowledgeBase(options(entries))
    var titles: [String?] = []
    for try await batch in BatchesThenFailure(batches, failure: nil).joining(join, context, meter: meter) {
      for detection in batch.records {
        #expect(detection.value(at: FieldPath("DETECTION.QID")!) != nil)
        let isMissing = detection.value(at: FieldPath("KNOWLEDGE_BASE.MISSING")!) == "1"
        titles.append(isMissing ? "missing" : detection.value(at: FieldPath("KNOWLEDGE_BASE.TITLE")!))
      }
    }
    #expect(meter.current.missing == 0 && meter.current.entered == rows.joined().count)
    return titles
  }

  @Test("only what was seen is asked for, once, in sorted batches; what has no entry is marked")
  func seen() async throws {
    let transport = Self.qualys(having: [5, 9, 30, 200])
    let titles = try await Self.titles([[30, 5], [200, 5], [7, 9]], transport)
    #expect(titles == ["t30 v1", "t5 v1", "t200 v1", "t5 v1", "missing", "t9 v1"])
    // They wait for each other to the page's end.
    #expect(transport.requests.map(Self.asked) == [[5, 7], [9, 30], [200]])
  }

  @Test("an entry is kept for the next run; after a day only its changes are asked for, after thirty all of it")
  func cache() async throws {
    let state = DictionaryState()
    _ = try await Self.titles([[1, 2]], Self.qualys(having: [1, 2]), state)
    let early = Self.qualys(having: [1, 2])
    #expect(try await Self.titles([[2, 1]], early, state, at: 1_000_000 + Self.day - 1) == ["t2 v1", "t1 v1"])
    #expect(early.requests.isEmpty)
    let later = Self.qualys(having: [1, 2], changed: [2], version: 2)
    #expect(try await Self.titles([[1, 2]], later, state, at: 1_000_000 + Self.day) == ["t1 v1", "t2 v2"])
    #expect(later.requests.map { $0.value(of: "last_modified_after") } == ["1970-01-12T13:36:40Z"])
    // Looked at again a moment later, nothing has to be asked.
    let again = Self.qualys(having: [])
    #expect(try await Self.titles([[1, 2]], again, state, at: 1_000_001 + Self.day) == ["t1 v1", "t2 v2"])
    let old = Self.qualys(having: [1, 2], version: 3)
    #expect(try await Self.titles([[1, 2]], old, state, at: 1_000_000 + 40 * Self.day) == ["t1 v3", "t2 v3"])
  }

  @Test("what was missing is asked for again after a day", arguments: [(-1, 0), (0, 1)])
  func missing(offset: Int, calls: Int) async throws {
    let state = DictionaryState()
    #expect(try await Self.titles([[7]], Self.qualys(having: []), state) == ["missing"])
    let later = Self.qualys(having: [7])
    let titles = try await Self.titles([[7]], later, state, at: 1_000_000 + Self.day + offset)
    #expect(titles == [calls == 0 ? "missing" : "t7 v1"])
    #expect(later.requests.count == calls)
  }

  @Test("other fields are another cache")
  func fields() async throws {
    let state = DictionaryState()
    let solution: [(key: String, value: OptionValue)] = [("fields", .list([.text("SOLUTION")]))]
    #expect(try await Self.titles([[1]], Self.qualys(having: [1]), state, solution) == [nil])
    let whole = Self.qualys(having: [1])
    #expect(try await Self.titles([[1]], whole, state) == ["t1 v1"])
    #expect(whole.requests.count == 1)
  }

  @Test("a long page does not wait as a whole: sixteen batches are asked for together")
  func readAhead() async throws {
    let rows = (0..<40).map { [$0 * 2 + 1] }
    let transport = Self.qualys(having: Set(rows.joined()))
    #expect(try await Self.titles(rows, transport) == rows.joined().map { "t\($0) v1" })
    #expect(transport.requests.count == 8 + 8 + 4)
  }

  @Test("an entry on disk that cannot be read is asked for again")
  func damaged() async throws {
    let state = DictionaryState()
    _ = try await Self.titles([[1]], Self.qualys(having: [1]), state)
    try state.store([(QIDLedger.key(1), QIDLedger.key(1_000_000) + [9, 9, 9])], in: "knowledge-base/*")
    let transport = Self.qualys(having: [1], version: 2)
    #expect(try await Self.titles([[1]], transport, state) == ["t1 v2"])
    #expect(transport.requests.count == 1)
  }
}
