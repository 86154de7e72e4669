import Qualys
import Records
import Stages
import Streaming
import TestSupport
import Testing

@Suite struct DetectionPagesTests {
  /// Nine hosts in three pages, as an `id_min` asks for them.
  private static func answer(from idMin: Int, last: Int = 9, count: Int = 3) -> String {
    let first = max(idMin, 1)
    let ids = first..<min(first + count, last + 1)
    var page = SmallPage(ids.map { SmallPage.Host(id: $0, detections: ["<QID>\($0)</QID>"]) })
    if ids.upperBound <= last {
      page.afterHosts = """
        <WARNING><CODE>1980</CODE><TEXT>3 record limit exceeded.</TEXT><URL><![CDATA[https://elsewhere.example/api/5.0/\
        fo/asset/host/vm/detection/?action=list&id_min=\(ids.upperBound)&foo=bar]]></URL></WARNING>
        """
    }
    return page.text
  }

  private static func idMin(_ request: APIRequest) -> Int { request.value(of: "id_min").flatMap { Int($0) } ?? 0 }

  /// The ids of the hosts that stand: of a page that broke off those before its last mark.
  private static func hosts(_ transport: ScriptedTransport) async throws -> [String] {
    let pager = DetectionsPager(path: "/p", parameters: [], since: nil)
    var standing: [String] = []
    var page: [(mark: UInt32, id: String)] = []
    for try await batch in PagedBatches(pager, .forTests(transport)).through(DecodeDetections()) {
      page += batch.records.map { ($0.fields.mark, $0.value(at: FieldPath("ID")!) ?? "") }
      guard batch.position.isEnd else { continue }
      standing += page.filter { $0.mark < batch.position.marks }.map(\.id)
      page = []
    }
    return standing
  }

  @Test("pages follow each other by id_min, on our own path, whatever address the WARNING gives")
  func pages() async throws {
    let transport = ScriptedTransport { _, request in .init(Self.answer(from: Self.idMin(request))) }
    #expect(try await Self.hosts(transport) == (1...9).map { "\($0)" })
    #expect(transport.requests.map { $0.value(of: "id_min") } == [nil, "4", "7"])
    #expect(transport.requests.allSatisfy { $0.path == "/p" && $0.value(of: "foo") == nil })
  }

  @Test("a page cut at any byte is taken up behind its last complete host, and no host is lost or comes twice")
  func cuts() async throws {
    let length = Self.answer(from: 4).utf8.count
    for cut in 0..<length {
      let transport = ScriptedTransport { call, request in
        .init(Self.answer(from: Self.idMin(request)), cut: call == 1 ? cut : nil)
      }
      #expect(try await Self.hosts(transport) == (1...9).map { "\($0)" }, "cut at \(cut)")
      #expect(transport.requests.count >= 3)
    }
  }

  @Test("a page that ends too early without a broken connection is no complete page")
  func quietCut() async throws {
    let transport = ScriptedTransport { call, request in
      var answer = ScriptedTransport.Answer(Self.answer(from: Self.idMin(request)))
      if call == 1 { answer.body.removeLast(40) }
      return answer
    }
    #expect(try await Self.hosts(transport) == (1...9).map { "\($0)" })
    #expect(transport.waits.count == 1)
  }

  @Test("progress is certain even when no answer ever holds more than one complete host")
  func neverComplete() async throws {
    let transport = ScriptedTransport { _, request in
      let text = Self.answer(from: Self.idMin(request))
      let end = text.firstRange(of: "</HOST>")?.upperBound ?? text.endIndex
      return Self.idMin(request) < 9 ? .init(text, cut: text[..<end].utf8.count) : .init(text)
    }
    #expect(try await Self.hosts(transport) == (1...9).map { "\($0)" })
  }

  @Test("ids that do not ascend: the page is asked for again from its beginning")
  func unordered() async throws {
    let page = SmallPage([5, 3, 8].map { SmallPage.Host(id: $0, detections: ["<QID>1</QID>"]) }).text
    let transport = ScriptedTransport { call, _ in .init(page, cut: call == 0 ? page.utf8.count - 30 : nil) }
    #expect(try await Self.hosts(transport) == ["5", "3", "8"])
    #expect(transport.requests.map { $0.value(of: "id_min") } == [nil, nil])
  }

  @Test("a host that comes twice in a page comes once, unless the second says something else")
  func twice() async throws {
    let same = SmallPage.Host(id: 3, detections: ["<QID>1</QID>", "<QID>2</QID>"])
    let other = SmallPage.Host(id: 3, detections: ["<QID>1</QID>", "<QID>4</QID>"])
    let next = SmallPage.Host(id: 5, detections: ["<QID>1</QID>"])
    let transport = ScriptedTransport { _, _ in .init(SmallPage([same, same, other, other, next]).text) }
    #expect(try await Self.hosts(transport) == ["3", "3", "5"])
  }

  @Test("a server that always breaks off behind the same host does not go on for ever")
  func sameBreak() async throws {
    let text = Self.answer(from: 1)
    let cut = text.firstRange(of: "</HOST>").map { text[..<$0.upperBound].utf8.count }
    let transport = ScriptedTransport { _, _ in .init(text, cut: cut) }
    await #expect(throws: Exhausted.self) { try await Self.hosts(transport) }
    #expect(transport.requests.count == 30)
  }

  @Test("what never gets better ends the round, with the reason")
  func exhausted() async throws {
    let transport = ScriptedTransport { _, _ in .init("<html><title>Maintenance</title></html>", status: 503) }
    let error = await #expect(throws: Exhausted.self) { try await Self.hosts(transport) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("Maintenance"))
    #expect(transport.requests.count == 30)
  }
}
