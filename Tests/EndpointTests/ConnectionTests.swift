import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import Endpoint

/// What is sent by who is no browser, or means harm.
@Suite struct ConnectionTests {
  /// Limits under which a connection ends soon.
  static let brief = {
    var limits = EndpointLimits()
    limits.lifetime = .milliseconds(100)
    limits.grace = .milliseconds(100)
    limits.idle = .hours(1)
    return limits
  }()

  @Test(arguments: [
    ("GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200),
    ("GET /status HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    ("GET /status HTTP/1.0\r\nConnection: close\r\n\r\n", 400),
    ("GET /status HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n", 421),
    ("GET http://localhost/status HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n", 421),
    ("GET /status HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
    (
      "GET /status HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nOrigin: http://localhost\r\nConnection: close\r\n\r\n",
      403
    ),
    ("nonsense\r\n\r\n", 400),
    ("GET /\(String(repeating: "x", count: 90_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
  ])
  func whatIsSentIsTakenAtItsWord(_ text: String, _ status: Int) async throws {
    let answer = try await withListening { try await converse($0, text) }
    #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
  }

  @Test(
    .timeLimit(.minutes(10)),
    arguments: [
      "", "GET /sta", "GET /status HTTP/1.1\r\nHost: localhost\r\n",
      "POST /status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345",
    ]
  )
  func whoDoesNotFinishIsCutOff(_ text: String) async throws {
    // It returns when the connection has ended.
    _ = try await withListening(limits: Self.brief) { try await converse($0, text) }
  }

  @Test func aConnectionThatIsKeptEnds() async throws {
    var limits = EndpointLimits.patient
    limits.lifetime = .milliseconds(500)
    let answer = try await withListening(limits: limits) { port in
      try await converse(port, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    }
    #expect(answer.hasSuffix("\r\n\r\nThe service runs.\n"))
  }

  @Test func whoComesWhenAllConnectionsAreTakenIsAnsweredLater() async throws {
    var limits = EndpointLimits.patient
    limits.connections = 1
    try await withListening(limits: limits) { port in
      let first = TestClient(host: "127.0.0.1", port: port, configuration: .init(timeout: .seconds(900)))
      first.connect()
      #expect(try await first.ask("/health/live").status == .ok)
      let isAnswered = Mutex(false)
      async let later = {
        let answer = try await converse(port, "GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        isAnswered.withLock { $0 = true }
        return answer
      }()
      for _ in 0..<50 { #expect(try await first.ask("/health/live").status == .ok) }
      let isEarly = isAnswered.withLock { $0 }
      #expect(!isEarly)
      try await first.shutdown()
      #expect(try await later.hasPrefix("HTTP/1.1 200 "))
    }
  }

  @Test func aLongConnectionIsAskedToEndAndThenCutOff() throws {
    let witness = Witness()
    let channel = EmbeddedChannel(
      handlers: [ConnectionLifetime(lifetime: .seconds(20), grace: .seconds(10)), witness])
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    channel.embeddedEventLoop.advanceTime(by: .seconds(19))
    #expect(!witness.isQuiesced)
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(witness.isQuiesced)
    channel.embeddedEventLoop.advanceTime(by: .seconds(9))
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }

  /// Notes that the connection is asked to end.
  private final class Witness: ChannelInboundHandler {
    typealias InboundIn = NIOAny
    var isQuiesced = false
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      isQuiesced = isQuiesced || event is ChannelShouldQuiesceEvent
    }
  }
}
