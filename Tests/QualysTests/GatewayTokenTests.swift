import Foundation
import Simulator
import Streaming
import Synchronization
import Testing

@testable import Qualys

/// The gateway's token: one sign-in for all, a new one in time, one more when it is refused.
@Suite struct GatewayTokenTests {
  private func token(lasting seconds: Int?) -> String {
    func part(_ text: String) -> String {
      Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
    let claims = seconds.map { #"{"iat":1000,"exp":\#(1000 + $0),"sub":"ü?~"}"# } ?? "{}"
    return "\(part(#"{"alg":"RS256"}"#)).\(part(claims)).signature"
  }

  @Test(
    "A token is used for 80 % of its lifetime",
    arguments: [(1_000, 800), (14_400, 11_520), (nil, 11_520), (0, 11_520)]
  )
  func expiry(lifetime: Int?, used: Int) async throws {
    let time = RacingTime()
    let calls = Mutex(0)
    let text = token(lasting: lifetime)
    let gateway = GatewayToken(pace: time.pace) {
      calls.withLock { $0 += 1 }
      return Secret(text)
    }
    // The clock did not begin with us.
    time.advance(by: .seconds(77))
    let first = try await gateway.current()
    time.advance(by: .seconds(used - 1))
    #expect(try await gateway.current().number == first.number)
    time.advance(by: .seconds(1))
    #expect(try await gateway.current().number == 2 && calls.withLock(\.self) == 2)
  }

  @Test("Twenty who need a token at once sign in once")
  func singleFlight() async throws {
    var options = SimulatedServer.Options()
    options.assets.assets = 2
    let server = SimulatedServer(options)
    let url = "http://127.0.0.1:\(try await server.start())"
    try await withLive(server: url, gateway: url) { live in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 1...20 { group.addTask { try await live.answer(.assets).status } }
        for try await status in group { #expect(status == 200) }
      }
    }
    #expect(server.calls.count { $0.api == .signIn } == 1 && server.calls.count { $0.api == .assets } == 20)
    await server.stop()
  }

  @Test("Who waits with one who was cancelled signs in itself")
  func cancelled() async throws {
    let calls = Mutex(0)
    let gateway = GatewayToken(pace: .system) {
      if calls.withLock({
        $0 += 1; return $0
      }) == 1 {
        try await Task.sleep(for: .seconds(100))
      }
      return Secret("t")
    }
    let first = Task { try await gateway.current() }
    while calls.withLock(\.self) == 0 { try? await Task.sleep(for: .milliseconds(1)) }
    let second = Task { try await gateway.current() }
    try await Task.sleep(for: .milliseconds(20))
    first.cancel()
    await #expect(throws: CancellationError.self) { _ = try await first.value }
    #expect(try await second.value.token.reveal() == "t")
  }

  @Test("Who was refused with an old token does not take the new one from the others")
  func oldToken() async throws {
    let gateway = GatewayToken(pace: .system) { Secret("t") }
    let first = try await gateway.current()
    await gateway.discard(first)
    #expect(try await gateway.current().number == 2)
    await gateway.discard(first)
    #expect(try await gateway.current().number == 2)
  }

  /// Lends a gateway that answers sign-ins and other calls from two lists, again and again from their last.
  private func gateway(
    signIn: [RawServer.Step],
    calls: [RawServer.Step],
    _ body: (LiveTransport, RawServer) async throws -> Void
  ) async throws {
    let counts = Mutex((0, 0))
    try await RawServer.with { _, request in
      counts.withLock { counts in
        if request.hasPrefix("POST /auth") {
          counts.0 += 1
          return [signIn[min(counts.0, signIn.count) - 1]]
        }
        guard !calls.isEmpty else { return [.answer(500, "nobody was to call")] }
        counts.1 += 1
        return [calls[min(counts.1, calls.count) - 1]]
      }
    } _: { server, port in
      let url = "http://127.0.0.1:\(port)"
      try await withLive(server: url, gateway: url) { try await body($0, server) }
    }
  }

  @Test("A token that is refused once is replaced; refused twice, the refusal is handed up")
  func refused() async throws {
    let tokens: [RawServer.Step] = [.answer(201, "one.a.b"), .answer(201, "two.a.b")]
    try await gateway(signIn: tokens, calls: [.answer(401, "JWT expired"), .answer(200, "{}")]) { live, server in
      let answer = try await live.answer(.assets)
      #expect(answer == (200, "{}") && server.requests.count == 4)
      #expect(server.requests[1].contains("Bearer one.a.b") && server.requests[3].contains("Bearer two.a.b"))
      #expect(try await live.answer(.assets).status == 200)
      #expect(server.requests.count == 5)
    }
    try await gateway(signIn: tokens, calls: [.answer(401, "no")]) { live, server in
      let answer = try await live.answer(.assets)
      #expect(answer == (401, "no") && server.requests.count == 4)
    }
  }

  @Test("A sign-in with a wrong password is for a person, and is not tried again")
  func wrongPassword() async throws {
    try await gateway(signIn: [.answer(401, #"{"authentication_exceptions":[]}"#)], calls: []) { live, server in
      let refusal = await #expect(throws: Refusal.self) { _ = try await live.send(.assets) }
      #expect(refusal?.remedy == .person && refusal?.description.hasPrefix("/auth: HTTP 401") == true)
      #expect(server.requests.count == 1)
    }
  }

  @Test("A gateway that is busy, or breaks off, is handed up and asked anew by the next call")
  func busy() async throws {
    let signIn: [RawServer.Step] = [.answer(503, "busy", headers: "Retry-After: 30"), .reset, .answer(201, "a.b.c")]
    try await gateway(signIn: signIn, calls: [.answer(200, "{}")]) { live, _ in
      let response = try await live.send(.assets)
      #expect(response.status == 503 && response.header("Retry-After") == "30")
      #expect(try await response.bytes() == Array("busy".utf8))
      await #expect(throws: BrokenConnection.self) { _ = try await live.send(.assets) }
      #expect(try await live.answer(.assets).status == 200)
    }
  }

  @Test("What is no token is not sent on", arguments: ["", "<html>", "two words", "a\r\nX-Evil: 1", "ü"])
  func noToken(_ text: String) async throws {
    try await gateway(signIn: [.answer(201, text)], calls: []) { live, server in
      let error = await #expect(throws: BrokenConnection.self) { _ = try await live.send(.assets) }
      #expect(error?.description == "/auth: the gateway's answer holds no token" && server.requests.count == 1)
    }
  }
}
