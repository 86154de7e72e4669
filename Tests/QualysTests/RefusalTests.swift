import Qualys
import Records
import Stages
import Streaming
import Testing

@Suite struct RefusalTests {
  private static func simple(_ code: String?, _ text: String = "t", items: String = "") -> String {
    "<SIMPLE_RETURN><RESPONSE><DATETIME>2020-09-27T01:23:36Z</DATETIME>"
      + (code.map { "<CODE>\($0)</CODE>" } ?? "") + "<TEXT>\(text)</TEXT>\(items)</RESPONSE></SIMPLE_RETURN>"
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var answer: ScriptedTransport.Answer
    /// Seconds waited; nil when a person must see to it.
    var wait: Double?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "400/1901", answer: .init(simple("1901"), status: 400)),
    Case(name: "400/1905", answer: .init(simple("1905"), status: 400)),
    Case(name: "401/2000", answer: .init(simple("2000"), status: 401)),
    Case(name: "403", answer: .init("<html><title>Forbidden</title></html>", status: 403)),
    Case(name: "404", answer: .init("", status: 404)),
    Case(name: "409/2003", answer: .init(simple("2003"), status: 409)),
    Case(name: "414 html", answer: .init("<html><title>414 Request-URI Too Long</title></html>", status: 414)),
    Case(name: "302", answer: .init("", status: 302, headers: [("Location", "https://elsewhere.example/")])),
    Case(name: "200/2001", answer: .init(simple("2001"))),
    Case(name: "403/2014", answer: .init(simple("2014"), status: 403), wait: 10),
    Case(name: "409 without a word", answer: .init("", status: 409), wait: 10),
    Case(name: "409/1960", answer: .init(simple("1960"), status: 409), wait: 10),
    Case(
      name: "409/1965 header",
      answer: .init(simple("1965"), status: 409, headers: [("X-RateLimit-ToWait-Sec", "181")]),
      wait: 181
    ),
    Case(
      name: "409/1965 item",
      answer: .init(
        simple("1965", items: "<ITEM_LIST><ITEM><KEY>SECONDS_TO_WAIT</KEY><VALUE>68928</VALUE></ITEM></ITEM_LIST>"),
        status: 409
      ),
      wait: 68_928
    ),
    Case(name: "409/1965 no hint", answer: .init(simple("1965"), status: 409), wait: 10),
    Case(
      name: "409/1965 blank header",
      answer: .init(simple("1965"), status: 409, headers: [("X-RateLimit-ToWait-Sec", "")]),
      wait: 10
    ),
    Case(
      name: "409/1965 negative",
      answer: .init(simple("1965"), status: 409, headers: [("X-RateLimit-ToWait-Sec", "-5")]),
      wait: 10
    ),
    Case(
      name: "409/1965 absurd",
      answer: .init(simple("1965"), status: 409, headers: [("X-RateLimit-ToWait-Sec", "1000000000000")]),
      wait: 10
    ),
    Case(name: "429", answer: .init("", status: 429, headers: [("retry-after", "7")]), wait: 7),
    Case(name: "202", answer: .init(simple(nil), status: 202), wait: 10),
    Case(name: "500", answer: .init("", status: 500), wait: 0),
    Case(name: "503 html", answer: .init("<html></html>", status: 503), wait: 0),
    Case(name: "200 html", answer: .init("<html><title>Down</title></html>"), wait: 0),
    Case(name: "200 empty", answer: .init(""), wait: 0),
    Case(name: "200/999", answer: .init("<GENERIC_RETURN><RETURN>Internal error</RETURN></GENERIC_RETURN>"), wait: 0),
  ]

  /// Whether an answer of each kind is waited out, for how long, or ends the round.
  @Test("each refusal has its remedy", arguments: cases)
  func remedy(_ refused: Case) async throws {
    let transport = ScriptedTransport { call, _ in
      call == 0
        ? refused.answer
        : .init("<HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE></RESPONSE></HOST_LIST_VM_DETECTION_OUTPUT>")
    }
    let batches = PagedBatches(DetectionsPager(path: "/p", parameters: [], since: nil), .forTests(transport))
      .through(DecodeDetections())
    do {
      for try await _ in batches {}
      #expect(refused.wait != nil)
      #expect(transport.requests.count == 2)
      #expect(transport.waits.map(\.duration) == [.seconds(refused.wait ?? -1)])
    } catch let error as Refusal {
      #expect(refused.wait == nil, "\(error)")
      #expect(transport.requests.count == 1)
      #expect(error.description.contains("/p"))
    }
  }
}
