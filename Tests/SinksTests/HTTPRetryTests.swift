import Records
import Sinks
import Streaming
import TestSupport
import Testing

/// What an answer means: sent again, halved, refused for ever, or the end of the run.
@Suite("http: answers")
struct HTTPRetryTests {
  private let letters = Letters()

  private func sink(
    _ server: ScriptedServer,
    _ time: VirtualTime = VirtualTime(),
    giveUpAfter: Int = 86_400 * 2
  ) throws -> HTTPSink {
    var settings = try HTTPSink.Settings(url: "https://sumo.example/receiver/v1/http/ZaVnC4dhaV3==")
    settings.headers = [("X-Sumo-Token", "hunter-token")]
    settings.giveUpAfter = .seconds(giveUpAfter)
    return letters.sink(settings, scope: "p/s", sending: server, pace: time.pace)
  }

  private func write(_ page: RecordedPage<Line>, to sink: HTTPSink) async throws {
    for batch in page.batches(of: 1000) { try await sink.write(batch) }
  }

  @Test(
    "Sent again with full jitter until it is taken",
    arguments: [408, 429, 500, 502, 503, 504, 599, 0],
    [0, 0.5, 1]
  )
  func sentAgain(status: Int, chance: Double) async throws {
    let time = VirtualTime(chance: chance)
    let server = ScriptedServer { number, _ in
      if number > 12 { return HTTPAnswer(status: 204) }
      if status == 0 { throw HTTPTrouble("planted") }
      return HTTPAnswer(status: status)
    }
    let page = try TestLines.page([3])
    try await write(page, to: sink(server, time))
    let bounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    #expect(time.waited == bounds.map { .seconds(Double($0) * chance) })
    #expect(Set(server.requests.map(\.key)).count == 1 && server.requests.count == 13)
    #expect(letters.texts.isEmpty)
  }

  @Test(
    "Retry-After holds, in seconds or as a date",
    arguments: [
      ("7", nil, 7), ("86399", nil, 86_399), ("1000000", nil, 86_400), ("0", nil, nil), ("-5", nil, nil),
      ("soon", nil, nil), ("", nil, nil), ("99999999999999999999", nil, nil),
      // Ours is 784111777, Sun, 06 Nov 1994 08:49:37 GMT.
      ("Sun, 06 Nov 1994 08:50:37 GMT", nil, 60), ("Sun, 06 Nov 1994 08:49:00 GMT", nil, nil),
      ("Mon, 07 Nov 1994 08:49:36 GMT", nil, 86_399),
      ("Thu, 29 Feb 2024 00:00:01 GMT", "Wed, 28 Feb 2024 23:59:59 GMT", 2),
      ("Wed, 01 Jan 2025 00:00:30 GMT", "Tue, 31 Dec 2024 23:59:59 GMT", 31),
      ("Sun, 06 Foo 1994 08:50:37 GMT", nil, nil),
    ] as [(String, String?, Int?)]
  )
  func retryAfter(text: String, date: String?, expected: Int?) async throws {
    for chance in [0.0, 1.0] {
      let time = VirtualTime(chance: chance)
      let server = ScriptedServer { number, _ in
        let headers = [("retry-after", text)] + (date.map { [("date", $0)] } ?? [])
        return HTTPAnswer(status: number == 1 ? 429 : 200, headers: headers.map { (name: $0.0, value: $0.1) })
      }
      try await write(TestLines.page([1]), to: sink(server, time))
      // Up to 5 % later than asked, never earlier.
      let asked = expected.map { Duration.seconds($0) * (1 + 0.05 * chance) }
      #expect(time.waited == [asked ?? .seconds(chance)])
    }
  }

  @Test("Given up after a time, with the last trouble; no wait goes beyond it")
  func givesUp() async throws {
    let time = VirtualTime()
    let server = ScriptedServer { _, _ in HTTPAnswer(status: 503, text: Array("Service Unavailable\nmore".utf8)) }
    let sink = try sink(server, time, giveUpAfter: 100)
    let error = await #expect(throws: HTTPSink.Failure.self) { try await write(TestLines.page([1]), to: sink) }
    #expect(time.waited == [1, 2, 4, 8, 16, 32, 37].map { .seconds($0) })
    #expect(error?.kind == .unavailable)
    #expect(
      error?.description
        == "http: https://sumo.example/…: status 503: Service Unavailable; given up after 100 s"
    )
    await sink.discard()
    #expect(sink.counts.acknowledged == 0 && letters.texts.isEmpty)
  }

  @Test("A server that asks for more time than there is ends it at once")
  func asksTooMuch() async throws {
    let time = VirtualTime()
    let server = ScriptedServer { _, _ in HTTPAnswer(status: 429, headers: [("Retry-After", "3600")]) }
    let sink = try sink(server, time, giveUpAfter: 600)
    let error = await #expect(throws: HTTPSink.Failure.self) { try await write(TestLines.page([1]), to: sink) }
    #expect(time.waited.isEmpty && server.requests.count == 1)
    #expect(error?.description.contains("it asks to wait 3600 s") == true)
  }

  @Test("Refused records are found by halving; all others arrive, in order", arguments: [400, 413, 422], 0..<16)
  func halves(status: Int, bad: Int) async throws {
    let page = try TestLines.page([5, 6, 5])
    // The second is refused as well, wherever the first is.
    let refused = Set([bad, 13].map { page.records[$0].text })
    func server() -> ScriptedServer {
      ScriptedServer { _, lines in
        let text = Array("\u{7}no ZaVnC4dhaV3==, hunter-token\r\nmore".utf8)
        return lines.contains(where: refused.contains)
          ? HTTPAnswer(status: status, text: text) : HTTPAnswer(status: 200)
      }
    }
    let (first, second) = (server(), server())
    let sink = try sink(first)
    try await write(page, to: sink)
    #expect(first.taken == page.records.map(\.text).filter { !refused.contains($0) })
    #expect(letters.texts == page.records.map(\.text).filter(refused.contains))
    #expect(Set(letters.reasons) == ["status \(status): no …, …"])
    #expect(sink.counts.rejected == refused.count && sink.counts.missing == 0)
    try await write(page, to: self.sink(second))
    #expect(second.requests.map(\.key) == first.requests.map(\.key), "halves are the same again")
  }

  @Test("A refused record that nobody can keep ends it before anything is acknowledged")
  func nobodyKeeps() async throws {
    struct Full: Error {}
    let server = ScriptedServer { _, _ in HTTPAnswer(status: 400) }
    let sink = HTTPSink(
      try HTTPSink.Settings(url: "https://sumo.example/x"),
      scope: "p/s",
      sending: server,
      pace: VirtualTime().pace
    ) { _, _, _ in throw Full() }
    await #expect(throws: Full.self) { try await write(TestLines.page([1]), to: sink) }
    await sink.discard()
  }

  @Test(
    "Its configuration: said at once, nothing acknowledged, nothing refused, nothing secret shown",
    arguments: [301, 302, 307, 308, 304, 401, 403, 404, 405, 410, 415]
  )
  func configuration(status: Int) async throws {
    let server = ScriptedServer { _, _ in
      HTTPAnswer(
        status: status,
        headers: [("Location", "https://elsewhere.example/hunter-place")],
        text: Array("Cannot POST /receiver/v1/http/ZaVnC4dhaV3== with hunter-token".utf8)
      )
    }
    let sink = try sink(server)
    let error = await #expect(throws: HTTPSink.Failure.self) { try await write(TestLines.page([3]), to: sink) }
    await sink.discard()
    #expect(error?.kind == .configuration)
    let text = error?.description ?? ""
    #expect(text.hasPrefix("http: https://sumo.example/…: status \(status): Cannot POST … with …; "))
    #expect(text.contains("'url'") && !text.contains("hunter") && !text.contains("ZaV"))
    #expect(server.requests.count == 1 && sink.counts.acknowledged == 0 && letters.texts.isEmpty)
  }

  @Test("A certificate that cannot be trusted is its configuration")
  func certificate() async throws {
    let server = ScriptedServer { _, _ in throw HTTPTrouble("its certificate", isConfiguration: true) }
    let error = await #expect(throws: HTTPSink.Failure.self) { try await write(TestLines.page([3]), to: sink(server)) }
    #expect(error?.kind == .configuration && server.requests.count == 1)
  }
}
