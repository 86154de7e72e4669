import Gzip
import Qualys
import Streaming
import TestSupport
import Testing

/// What happens to answers on the wire.
@Suite struct LiveWireTests {
  private static let ok = "HTTP/1.1 200 OK\r\n"

  struct Break: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var steps: [RawServer.Step]
    var words: String
  }

  private static let early = "the connection was closed before the whole answer was there"

  static let breaks = [
    Break(
      testDescription: "Content-Length too long",
      steps: [.text(ok + "Content-Length: 100\r\n\r\nhello"), .close],
      words: early
    ),
    Break(
      testDescription: "missing last chunk",
      steps: [.text(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), .close],
      words: early
    ),
    Break(
      testDescription: "bad chunk size",
      steps: [.text(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n")],
      words: "the answer breaks the rules of HTTP"
    ),
    Break(testDescription: "no HTTP", steps: [.text("<html>\r\n\r\n")], words: "the answer breaks the rules of HTTP"),
    Break(testDescription: "reset before the head", steps: [.reset], words: "Connection reset by peer"),
    Break(testDescription: "close before the head", steps: [.close], words: early),
    Break(
      testDescription: "reset in the body",
      steps: [.text(ok + "Content-Length: 100\r\n\r\nhello"), .reset],
      words: "Connection reset by peer"
    ),
    Break(
      testDescription: "close in a chunk",
      steps: [.text(ok + "Transfer-Encoding: chunked\r\n\r\n50\r\nhello"), .close],
      words: early
    ),
  ]

  @Test("An answer that breaks is a broken connection, in words that name no host", arguments: breaks)
  func broken(_ given: Break) async throws {
    try await RawServer.with({ _, _ in given.steps }) { _, port in
      try await withLive(server: "http://127.0.0.1:\(port)") { live in
        let error = await #expect(throws: BrokenConnection.self) { _ = try await live.answer() }
        let text = try #require(error).description
        #expect(text.contains(given.words), "\(text)")
        #expect(!text.contains("127.0.0.1") && !text.contains("\(port)"))
      }
    }
  }

  @Test("What follows an answer whose length is too short is no part of it, nor of the next")
  func tooShort() async throws {
    try await RawServer.with({ number, _ in
      number == 1 ? [.text(Self.ok + "Content-Length: 5\r\n\r\nhello" + Self.ok + "\r\nstale")] : [.answer(200, "next")]
    }) { _, port in
      try await withLive(server: "http://127.0.0.1:\(port)") { live in
        let answer = try await live.answer()
        #expect(answer == (200, "hello"))
        // Whoever gets the connection before it is closed asks again.
        var next = try? await live.answer()
        if next == nil { next = try await live.answer() }
        #expect(try #require(next) == (200, "next"))
      }
    }
  }

  @Test("A body that ends with its connection, and says no length, is read to there")
  func untilClose() async throws {
    try await RawServer.with({ _, _ in [.text(Self.ok + "\r\nhello"), .close] }) { _, port in
      try await withLive(server: "http://127.0.0.1:\(port)") { live in
        let answer = try await live.answer()
        #expect(answer == (200, "hello"))
      }
    }
  }

  @Test("Every status is handed up", arguments: [202, 204, 400, 401, 403, 404, 409, 429, 500, 503])
  func statuses(_ status: Int) async throws {
    try await RawServer.with({ _, _ in
      status == 204 ? [.text("HTTP/1.1 204 X\r\n\r\n")] : [.answer(status, "why", headers: "X-RateLimit-ToWait-Sec: 7")]
    }) { server, port in
      try await withLive(server: "http://127.0.0.1:\(port)") { live in
        let response = try await live.send(.detections)
        #expect(response.status == status && (status == 204 || response.header("x-ratelimit-towait-sec") == "7"))
      }
      #expect(server.requests.count == 1)
    }
  }

  @Test("A server that is away, or whose name nobody knows")
  func away() async throws {
    let port = try await RawServer.with({ _, _ in [] }) { _, port in port }
    try await withLive(server: "http://127.0.0.1:\(port)") { live in
      let error = await #expect(throws: BrokenConnection.self) { _ = try await live.send(.detections) }
      #expect(error?.description.contains("Connection refused") == true)
    }
    // So long a label is no name, which is known without asking anybody on a network.
    try await withLive(server: "https://\(String(repeating: "a", count: 64)).invalid") { live in
      let error = await #expect(throws: BrokenConnection.self) { _ = try await live.send(.detections) }
      #expect(error?.description == "the server's name cannot be looked up")
    }
  }

  @Test("An answer that does not begin is waited for for ten minutes")
  func firstByte() async throws {
    // Of all waits only that one is over at once.
    var pace = Pace.system
    pace.sleep = { try await Task.sleep(for: $0 == .seconds(600) ? .milliseconds(20) : $0) }
    try await RawServer.with({ _, _ in [] }) { [pace] server, port in
      try await withLive(server: "http://127.0.0.1:\(port)", pace: pace) { live in
        let error = await #expect(throws: BrokenConnection.self) { _ = try await live.send(.detections) }
        #expect(error?.description == "no answer began within 600 s")
      }
    }
  }

  @Test("A body that falls silent is given up, and its connection closed")
  func silence() async throws {
    var limits = TransferLimits()
    limits.idle = .milliseconds(100)
    try await RawServer.with({ _, _ in [.text(Self.ok + "Content-Length: 10\r\n\r\nhello")] }) { [limits] _, port in
      try await withLive(server: "http://127.0.0.1:\(port)", limits: limits) { live in
        let error = await #expect(throws: BrokenConnection.self) { _ = try await live.answer() }
        #expect(error?.description == "no byte came for 0.1 s")
      }
    }
  }

  @Test("Cancelling ends a call that nobody answers, and one whose body falls silent", arguments: [false, true])
  func cancelled(begins: Bool) async throws {
    let steps: [RawServer.Step] = begins ? [.text(Self.ok + "Content-Length: 10\r\n\r\nhello")] : []
    try await RawServer.with({ _, _ in steps }) { server, port in
      try await withLive(server: "http://127.0.0.1:\(port)") { live in
        let task = Task { try await live.answer() }
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
      }
    }
  }

  @Test("Who is cancelled before it reads is not told that the body is at its end")
  func cancelledBefore() async throws {
    try await RawServer.with({ _, _ in [.text(Self.ok + "Content-Length: 10\r\n\r\nhello")] }) { _, port in
      try await withLive(server: "http://127.0.0.1:\(port)") { live in
        for _ in 1...20 {
          let response = try await live.send(.detections)
          let task = Task {
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
            return try await response.bytes()
          }
          task.cancel()
          await #expect(throws: CancellationError.self) { _ = try await task.value }
        }
      }
    }
  }

  @Test("Who lets go of a body ends its connection", arguments: [false, true])
  func letGo(isCompressed: Bool) async throws {
    var bytes = [UInt8](repeating: 0x78, count: 50_000)
    if isCompressed {
      let (text, compressor) = (bytes, try GzipCompressor(level: 1))
      bytes = []
      unsafe text.withUnsafeBytes { unsafe compressor.compress($0, into: &bytes) }
      compressor.finishMember(into: &bytes)
    }
    let coding = isCompressed ? "Content-Encoding: gzip\r\n" : ""
    let head = Self.ok + coding + "Content-Length: 1000000\r\n\r\n"
    try await RawServer.with({ [bytes] _, _ in [.text(head), .send(bytes)] }) { server, port in
      try await withLive(server: "http://127.0.0.1:\(port)") { live in
        for try await _ in try await InflatingTransport(live).send(.detections).body { break }
        for _ in 0..<30_000 where server.closed == 0 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(server.closed == 1)
      }
    }
  }

  @Test(
    "A server that does not take the connection, or does not speak TLS, is given up in time",
    arguments: [false, true]
  )
  func connecting(accepts: Bool) async throws {
    var limits = TransferLimits()
    limits.connect = .milliseconds(200)
    try await RawServer.with({ _, _ in [] }) { [limits] _, port in
      let full = try accepts ? nil : FullListener()
      try await withLive(server: "https://127.0.0.1:\(full?.port ?? port)", limits: limits) { live in
        let error = await #expect(throws: BrokenConnection.self) { _ = try await live.send(.detections) }
        // While TLS is agreed on the time for connecting may be over, or the time for that.
        #expect(error?.description.hasSuffix(" in time, which is 0.2 s") == true)
      }
    }
  }

  @Test("Of 200 MB that a server has, it can send hardly more than is asked for")
  func backPressure() async throws {
    let size = 200_000_000
    try await RawServer.with({ _, _ in [.text(Self.ok + "Content-Length: \(size)\r\n\r\n"), .flood(size)] }) {
      server,
      port in
      try await withLive(server: "http://127.0.0.1:\(port)") { live in
        let response = try await InflatingTransport(live).send(.detections)
        var iterator = response.body.makeAsyncIterator()
        var count = 0
        while count < 1_000_000, let chunk = try await iterator.next(isolation: nil) { count += chunk.count }
        var sent = -1
        while sent != server.sent {
          sent = server.sent
          try await Task.sleep(for: .milliseconds(100))
        }
        #expect((1_000_000..<10_000_000).contains(sent), "\(sent)")
        while let chunk = try await iterator.next(isolation: nil) { count += chunk.count }
        #expect(count == size)
      }
    }
  }
}
