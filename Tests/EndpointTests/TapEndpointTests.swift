import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOPosix
import Pipelines
import Testing

@testable import Endpoint

/// Taps over the endpoint: who may, what comes, and how they end.
@Suite(.timeLimit(.minutes(1))) struct TapEndpointTests {
  private static let settings = EndpointSettings(port: 0, token: token)
  private static let request =
    "GET /tap/qualys/detections HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n"

  @Test(arguments: [nil, "", "Bearer", "Bearer 0123456789abcdeF", basic("any:\(token)")])
  func aTapNeedsTheTokenItself(_ authorization: String?) async throws {
    let control = FixedControl()
    let answer = try await withEndpoint(Self.settings, over: control) { client in
      try await client.ask("/tap/qualys/detections", authorization.map { [.authorization: $0] } ?? [:])
    }
    #expect(answer.status == .unauthorized && control.taps.isEmpty)
  }

  @Test func whereThereIsNoTokenNothingIsTapped() async throws {
    let control = FixedControl()
    let answer = try await withEndpoint(over: control) { try await $0.ask("/tap/qualys/detections") }
    #expect(answer.status == .forbidden && answer.text.hasPrefix("Nothing can be tapped here"))
    #expect(control.taps.isEmpty)
  }

  @Test(arguments: [
    (TapRefusal.Reason.nothingThere, HTTPResponse.Status.notFound), (.wrong, .badRequest), (.full, .tooManyRequests),
  ])
  func aRefusalSaysWhatToDo(_ reason: TapRefusal.Reason, _ status: HTTPResponse.Status) async throws {
    let control = FixedControl { (_) throws(TapRefusal) in throw TapRefusal(reason, "say which") }
    let answer = try await withEndpoint(Self.settings, over: control) { client in
      try await client.ask(
        "/tap/qualys/knowledge%20base?after=few%2Fencode-json&where=%7B%20field%3A%20QID%20%7D",
        [.authorization: "Bearer \(token)"]
      )
    }
    #expect(answer.status == status && answer.text == "say which\n")
    #expect(control.taps == ["qualys|knowledge base|few/encode-json|{ field: QID }"])
  }

  @Test func onlyGetIsATap() async throws {
    try await withEndpoint(Self.settings) { client in
      for method in [HTTPRequest.Method.post, .head] {
        let answer = try await client.ask(method, "/tap/qualys/detections", [.authorization: "Bearer \(token)"])
        #expect(answer.status == .methodNotAllowed)
      }
    }
  }

  @Test func samplesAreLinesAndTheConnectionEndsWithThem() async throws {
    let control = FixedControl { writer in
      writer.yield(Array(#"{"a":1}"#.utf8))
      writer.yield(Array(#"{"a":2}"#.utf8))
      writer.finish()
    }
    let answer = try await withListening(Self.settings, over: control) { try await converse($0, Self.request) }
    #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("application/x-ndjson"))
    #expect(answer.contains("{\"a\":1}\n") && answer.contains("{\"a\":2}\n"))
    // What is sent in chunks is whole.
    #expect(answer.hasSuffix("0\r\n\r\n"))
  }

  @Test func aTapOutlastsOtherAnswers() async throws {
    let control = FixedControl { writer in
      Task {
        try await Task.sleep(for: .milliseconds(500))
        writer.yield(Array("late".utf8))
        writer.finish()
      }
    }
    let answer = try await withListening(Self.settings, over: control, limits: ConnectionTests.brief) { port in
      try await converse(port, Self.request)
    }
    #expect(answer.contains("late\n") && answer.hasSuffix("0\r\n\r\n"))
  }

  @Test func tapsEndWithTheEndpoint() async throws {
    let (opened, writer) = AsyncStream<Void>.makeStream()
    let control = FixedControl { _ in writer.yield() }
    let conversation = try await withListening(Self.settings, over: control) { port in
      let conversation = Task { try await converse(port, Self.request) }
      _ = await opened.first { true }
      return conversation
    }
    let answer = try await withTaskCancellationHandler {
      try await conversation.value
    } onCancel: {
      conversation.cancel()
    }
    #expect(answer.hasSuffix("0\r\n\r\n"))
  }

  @Test func whoeverGoesAwayClosesTheTap() async throws {
    let (closed, writer) = AsyncStream<Void>.makeStream()
    let control = FixedControl { tap in tap.onTermination = { _ in writer.yield() } }
    var limits = EndpointLimits()
    limits.beat = .milliseconds(20)
    try await withListening(Self.settings, over: control, limits: limits) { port in
      let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port).get()
      try await connection.writeAndFlush(ByteBuffer(string: Self.request))
      while control.taps.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      try await connection.close()
      _ = await closed.first { true }
    }
  }

  @Test func whoeverDoesNotReadIsCutOff() async throws {
    let (closed, writer) = AsyncStream<Void>.makeStream()
    let control = FixedControl { tap in
      tap.onTermination = { _ in writer.yield() }
      // More than what lies between the two ends holds.
      let sample = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
      for _ in 0..<64 { tap.yield(sample) }
    }
    var limits = EndpointLimits()
    limits.reading = .milliseconds(200)
    try await withListening(Self.settings, over: control, limits: limits) { port in
      let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.autoRead, value: false)
        .connect(host: "127.0.0.1", port: port).get()
      try await connection.writeAndFlush(ByteBuffer(string: Self.request))
      _ = await closed.first { true }
      try? await connection.close()
    }
  }
}
