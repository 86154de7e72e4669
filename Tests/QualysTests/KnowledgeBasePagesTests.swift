import Qualys
import Records
import Stages
import Streaming
import TestSupport
import Testing

@Suite struct KnowledgeBasePagesTests {
  private static func asked(_ request: APIRequest) -> [Int] {
    (request.value(of: "ids") ?? "").split(separator: ",").compactMap { Int($0) }
  }

  private static func source(_ entries: [(key: String, value: OptionValue)]) throws -> KnowledgeBaseSource {
    try KnowledgeBaseSource(SmallRound.options(KnowledgeBaseSource.component, entries))
  }

  /// The QIDs of one round; commits each page when it is complete.
  private static func round(
    _ source: KnowledgeBaseSource,
    _ transport: ScriptedTransport,
    _ state: DictionaryState
  ) async throws -> [String] {
    let context = CallContext.forTests(transport, state: state)
    var qids: [String] = []
    for try await batch in PagedBatches(try source.pager(context), context).through(DecodeKnowledgeBase()) {
      qids += batch.records.compactMap { $0.value(at: FieldPath("QID")!) }
      if batch.position.isEnd { try QIDLedger(state).note(delivered: batch.page, to: "s") }
    }
    return qids
  }

  private static func detect(_ qids: [UInt64], in state: DictionaryState) throws {
    let page = Page(number: 0, origin: "")
    for qid in qids { try QIDLedger(state).detections(of: "d").set([], for: QIDLedger.key(qid), at: 0, of: page) }
  }

  @Test("the QIDs detected are asked for in ascending batches, and each is delivered once")
  func detected() async throws {
    let state = DictionaryState()
    try Self.detect([300_000_000, 70, 5, 1_000, 9], in: state)
    let source = try Self.source([("qids", .list([.text("detected")])), ("qids-per-call", .integer(2))])
    let transport = ScriptedTransport { _, request in .init(SmallKnowledgeBase(qids: Self.asked(request)).text) }
    #expect(try await Self.round(source, transport, state) == ["5", "9", "70", "1000", "300000000"])
    #expect(transport.requests.map(Self.asked) == [[5, 9], [70, 1000], [300_000_000]])
    #expect(try await Self.round(source, transport, state) == [])
    try Self.detect([7], in: state)
    #expect(try await Self.round(source, transport, state) == ["7"])
    #expect(transport.requests.count == 4)
  }

  @Test("an entry that was delivered comes again when Qualys changed it")
  func changed() async throws {
    let state = DictionaryState()
    try Self.detect([1, 2, 3], in: state)
    let source = try Self.source([("qids", .list([.text("detected")]))])
    let transport = ScriptedTransport { call, request in
      .init(SmallKnowledgeBase(qids: call == 0 ? Self.asked(request) : [2]).text)
    }
    #expect(try await Self.round(source, transport, state) == ["1", "2", "3"])
    try Windows(state).finish("s", began: 1_000_600)
    #expect(try await Self.round(source, transport, state) == ["2"])
    #expect(transport.requests[1].value(of: "last_modified_after") == "1970-01-12T13:46:40Z")
    #expect(Self.asked(transport.requests[1]) == [1, 2, 3])
  }

  @Test("a QID without an entry is not asked for again within a day", arguments: [(86_399, 1), (86_400, 2)])
  func absent(later: Int, calls: Int) async throws {
    let state = DictionaryState()
    try Self.detect([1, 2], in: state)
    let source = try Self.source([("qids", .list([.text("detected")]))])
    let transport = ScriptedTransport { _, _ in .init(SmallKnowledgeBase(qids: [1]).text) }
    #expect(try await Self.round(source, transport, state) == ["1"])
    var context = CallContext.forTests(transport, state: state)
    context.now = { 1_000_000 + later }
    for try await _ in PagedBatches(try source.pager(context), context).through(DecodeKnowledgeBase()) {}
    #expect(transport.requests.count == calls)
    if calls == 2 { #expect(Self.asked(transport.requests[1]) == [2]) }
  }

  @Test("a list is asked for sorted and without repeats; all is one call without QIDs")
  func selections() async throws {
    let listed = try Self.source([("qids", .list([.text("30"), .text("4"), .text("30")]))])
    let transport = ScriptedTransport { _, request in
      .init(SmallKnowledgeBase(qids: request.value(of: "ids") == nil ? [1, 2] : Self.asked(request)).text)
    }
    #expect(try await Self.round(listed, transport, DictionaryState()) == ["4", "30"])
    let all = try Self.source([("qids", .list([.text("all")]))])
    #expect(try await Self.round(all, transport, DictionaryState()) == ["1", "2"])
    #expect(transport.requests[1].value(of: "ids") == nil)
    #expect(throws: OptionError.self) { try Self.source([("qids", .list([.text("al")]))]) }
  }

  @Test("a batch cut at any byte is taken up behind its last complete entry")
  func cuts() async throws {
    let text = SmallKnowledgeBase(qids: [1, 2, 3]).text
    let source = try Self.source([("qids", .list([.text("1"), .text("2"), .text("3")]))])
    for cut in 0..<text.utf8.count {
      let transport = ScriptedTransport { call, request in
        if call == 0 { return .init(text, cut: cut) }
        let from = request.value(of: "id_min").flatMap { Int($0) } ?? 0
        return .init(SmallKnowledgeBase(qids: Self.asked(request).filter { $0 >= from }).text)
      }
      let state = DictionaryState()
      #expect(try await Self.round(source, transport, state) == ["1", "2", "3"], "cut at \(cut)")
      // None of them is absent: each came, before the cut or behind it.
      #expect(try state.entries(of: "absent-qids", after: nil, limit: 9).isEmpty, "cut at \(cut)")
    }
  }
}
