import HTTPTypes
import HummingbirdTesting
import Logging
import NIOCore
import ServiceLifecycle
import Testing

@testable import Endpoint

@Suite struct EndpointTests {
  @Test func itAnswersUntilItIsShutDown() async throws {
    let (ports, port) = AsyncStream<Int>.makeStream()
    var endpoint = try Endpoint(EndpointSettings(port: 0), over: FixedControl()) { port.yield($0) }
    endpoint.limits = .patient
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: endpoint, successTerminationBehavior: .gracefullyShutdownGroup)],
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      )
    )
    async let ended: Void = group.run()
    let client = TestClient(
      host: "127.0.0.1",
      port: try #require(await ports.first { _ in true }),
      configuration: .init(timeout: .seconds(900))
    )
    client.connect()
    #expect(try await client.ask("/health/live").status == .ok)
    // The connection that is kept does not hold it up.
    await group.triggerGracefulShutdown()
    try await ended
    try await client.shutdown()
  }

  @Test func connectionsThatComeAtItsEndDoItNoHarm() async throws {
    for _ in 0..<20 {
      try await withEndpoint { client in
        _ = try await client.getChannel()  // It is open, and perhaps not yet served.
      }
    }
  }

  @Test func anEndThatComesBeforeTheStartIsKept() async throws {
    let endpoint = try Endpoint(EndpointSettings(port: 0), over: FixedControl())
    let running = Task { try await endpoint.run() }
    running.cancel()
    try await running.value
  }

  @Test func aPortThatIsTakenIsSaid() async throws {
    try await withEndpoint { client in
      let port = try #require(try await client.getChannel().remoteAddress?.port)
      let second = try Endpoint(EndpointSettings(port: port), over: FixedControl())
      let error = EndpointError(
        "the endpoint cannot listen on port \(port): another program listens there; stop it, or choose another port"
      )
      await #expect(throws: error) { try await second.run() }
    }
  }

  @Test func anAddressThatLeadsNowhereIsSaid() async throws {
    // Too long for a name: no name server is asked.
    let settings = EndpointSettings(address: String(repeating: "x", count: 300), port: 0, token: token)
    let endpoint = try Endpoint(settings, over: FixedControl())
    let error = EndpointError("the endpoint's address leads nowhere; write one of this machine's own")
    await #expect(throws: error) { try await endpoint.run() }
  }

  @Test func headersThatAreTooLargeAreRefused() async throws {
    let answer = try await withEndpoint { client in
      try await client.ask("/status", [.userAgent: String(repeating: "x", count: 9 << 10)])
    }
    #expect(answer.status == .badRequest)
  }

  @Test(arguments: [
    (EndpointSettings(), "http://127.0.0.1:9/"), (EndpointSettings(address: "::1"), "http://[::1]:9/"),
    (EndpointSettings(address: "0.0.0.0"), "http://localhost:9/"),
    (EndpointSettings(address: "::"), "http://localhost:9/"),
  ])
  func theURLIsOneThatCanBeOpened(_ settings: EndpointSettings, _ url: String) {
    #expect(settings.url(port: 9) == url)
  }
}
