import NIOHTTP1
import Records
import Sinks
import Streaming
import TestSupport
import Testing

/// The way over a real connection, to a server on loopback that stores and misbehaves.
@Suite("http: on the wire", .timeLimit(.minutes(10)))
struct HTTPNetworkTests {
  private let letters = Letters()
  private let time = VirtualTime(chance: 0)

  /// Sends a page, in requests of three records.
  private func send(
    _ page: RecordedPage<Line>,
    to url: String,
    timeout: Duration = .seconds(30),
    connections: Int = 1,
    giveUpAfter: Duration = .seconds(600),
    pace: Pace? = nil
  ) async throws -> SinkCounts {
    var settings = try HTTPSink.Settings(url: url)
    settings.headers = [("X-Sumo-Category", "qualys/vmdr"), ("X-Sumo-Fields", "team=secops")]
    settings.records = 3
    settings.connections = connections
    settings.giveUpAfter = giveUpAfter
    let network = HTTPNetwork(connections: connections, timeout: timeout)
    let sink = letters.sink(settings, scope: "p/s", sending: network, pace: pace ?? time.pace)
    do {
      for batch in page.batches(of: 4) { try await sink.write(batch) }
      try await sink.finish()
    } catch {
      await sink.discard()
      throw error
    }
    return sink.counts
  }

  private func text(_ requests: some Sequence<RecordingServer.Request>) -> [UInt8] { requests.flatMap(\.text) }

  @Test("A page in requests over one connection: path, headers, bodies")
  func plain() async throws {
    try await RecordingServer.with { server, url in
      let page = try TestLines.page([3, 4])
      let counts = try await send(page, to: url)
      #expect(counts.acknowledged == 7 && counts.missing == 0)
      #expect(try text(server.stored) == TestLines.text(page.records))
      #expect(server.connections == 1 && server.stored.count == 3)
      let head = try #require(server.stored.first).head
      #expect(head.method == .POST && head.uri == "/receiver/v1/http/ZaVnC4dhaV3==")
      #expect(head.headers["X-Sumo-Category"] == ["qualys/vmdr"] && head.headers["X-Sumo-Fields"] == ["team=secops"])
      #expect(head.headers["Content-Encoding"] == ["gzip"])
      #expect(head.headers["Content-Type"] == ["text/plain; charset=utf-8"])
      #expect(head.headers["Content-Length"] == ["\(server.stored[0].body.count)"])
      #expect(Set(server.stored.map(\.key.count)) == [64])
    }
  }

  @Test(
    "Whichever request breaks and however, all lines arrive; what arrives again is the same request, byte for byte",
    arguments: [
      .reset, .storeAndClose, .storeAndReset, .storeAndBreak, .storeAndWait, .answer(503), .answer(429),
    ] as [RecordingServer.Behaviour],
    1...3
  )
  func breaks(_ behaviour: RecordingServer.Behaviour, at number: Int) async throws {
    try await RecordingServer.with {
      $0 == number ? behaviour : .answer(200)
    } _: { server, url in
      let page = try TestLines.page([3, 4])
      // Only where nothing is answered the limit is waited for; elsewhere a busy machine must not reach it.
      var isSilent = false
      if case .storeAndWait = behaviour { isSilent = true }
      let counts = try await send(page, to: url, timeout: .seconds(isSilent ? 4 : 60))
      #expect(counts.acknowledged == 7 && counts.missing == 0 && time.waited.count == 1)
      var stores = true
      if case .reset = behaviour { stores = false }
      let stored = server.stored
      try #require(stored.count == (stores ? 4 : 3))
      let keys = stored.map(\.key)
      if stores {
        #expect(keys[number - 1] == keys[number], "the retry has another key")
        #expect(stored[number - 1].body == stored[number].body, "the retry has other bytes")
      }
      #expect(Set(keys).count == 3)
      let once = stored.indices.filter { keys.firstIndex(of: keys[$0]) == $0 }.map { stored[$0] }
      #expect(try text(once) == TestLines.text(page.records))
    }
  }

  @Test("A server that is away: tried again, in words that name no host")
  func away() async throws {
    let url = try await RecordingServer.with { _, url in url }
    let error = await #expect(throws: HTTPSink.Failure.self) {
      _ = try await send(TestLines.page([1]), to: url, giveUpAfter: .zero)
    }
    #expect(error?.kind == .unavailable)
    let words = "the connection broke: Connection refused; given up after 0 s"
    #expect(error?.description == "http: \(try HTTPSink.Settings(url: url).address): \(words)")
    let nowhere = await #expect(throws: HTTPSink.Failure.self) {
      _ = try await send(TestLines.page([1]), to: "http://nowhere.invalid/x", giveUpAfter: .zero)
    }
    #expect(nowhere?.kind == .unavailable)
    let nameless = "the server's name cannot be looked up; given up after 0 s"
    #expect(nowhere?.description == "http: http://nowhere.invalid/…: \(nameless)")
  }

  @Test("A redirect is not followed, and the answer's first line is shown", arguments: [301, 307, 308])
  func redirect(status: Int) async throws {
    try await RecordingServer.with { other, elsewhere in
      try await RecordingServer.with({ _ in .answer(status, headers: [("Location", elsewhere)], text: "Moved\nx") }) {
        server,
        url in
        let error = await #expect(throws: HTTPSink.Failure.self) { _ = try await send(TestLines.page([1]), to: url) }
        #expect(error?.kind == .configuration && error?.description.contains("status \(status): Moved;") == true)
        #expect(server.stored.count == 1 && other.connections == 0)
      }
    }
  }

  @Test("One record that is refused is found over the wire")
  func refused() async throws {
    let page = try TestLines.page([3, 4])
    // Of the first request's three lines the halves are 1 and 2; the second of those is refused.
    try await RecordingServer.with {
      [1, 3, 5].contains($0) ? .answer(413, text: "too large") : .answer(200)
    } _: {
      server,
      url in
      let counts = try await send(page, to: url)
      #expect(counts.acknowledged == 6 && counts.rejected == 1 && counts.missing == 0)
      #expect(letters.texts == [page.records[2].text] && letters.reasons == ["status 413: too large"])
    }
  }

  @Test("An answer of any length is read to 64 KiB, and the connection's next request is not harmed")
  func longAnswer() async throws {
    let text = String(repeating: "x", count: 1_000_000)
    try await RecordingServer.with({ _ in .answer(200, text: text) }) { server, url in
      let counts = try await send(TestLines.page([7]), to: url)
      #expect(counts.acknowledged == 7 && server.stored.count == 3)
    }
  }

  @Test("Several connections")
  func connections() async throws {
    try await RecordingServer.with { server, url in
      let page = try TestLines.page([20, 20])
      let counts = try await send(page, to: url, connections: 3)
      #expect(counts.acknowledged == 40)
      #expect((1...3).contains(server.connections) && server.stored.count == 14)
      #expect(Set(server.stored.flatMap { $0.text.split(separator: 10) }).count == 40)
    }
  }

  @Test("Cancelling ends a request that nobody answers")
  func cancelled() async throws {
    try await RecordingServer.with({ _ in .storeAndWait }) { server, url in
      let task = Task { try await self.send(TestLines.page([1]), to: url) }
      while server.stored.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      task.cancel()
      await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
  }
}
