import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOPosix
import Testing

@testable import Endpoint

/// A token that is long enough.
let token = "0123456789abcdef"

extension EndpointLimits {
  /// A machine that is busy with all other tests may leave a connection alone for long.
  static var patient: EndpointLimits {
    var limits = EndpointLimits()
    limits.lifetime = .hours(1)
    limits.grace = .hours(1)
    limits.idle = .hours(1)
    return limits
  }
}

/// An endpoint on the loopback interface as long as `body` runs, by its port.
func withListening<Value>(
  _ settings: EndpointSettings = EndpointSettings(port: 0),
  over control: FixedControl = FixedControl(),
  limits: EndpointLimits = .patient,
  _ body: (_ port: Int) async throws -> Value
) async throws -> Value {
  let (ports, port) = AsyncStream<Int>.makeStream()
  var endpoint = try Endpoint(settings, over: control) { port.yield($0) }
  endpoint.limits = limits
  let running = Task { [endpoint] in
    defer { port.finish() }
    try await endpoint.run()
  }
  defer { running.cancel() }
  return try await body(try #require(await ports.first { _ in true }))
}

/// An endpoint as long as `body` runs, and a connection to it.
func withEndpoint<Value>(
  _ settings: EndpointSettings = EndpointSettings(port: 0),
  over control: FixedControl = FixedControl(),
  _ body: (TestClient) async throws -> Value
) async throws -> Value {
  try await withListening(settings, over: control) { port in
    let client = TestClient(host: "127.0.0.1", port: port, configuration: .init(timeout: .seconds(900)))
    client.connect()
    do {
      let value = try await body(client)
      try await client.shutdown()
      return value
    } catch {
      try await client.shutdown()
      throw error
    }
  }
}

/// Sends a text as it is, and waits for all that comes until the endpoint ends the connection.
func converse(_ port: Int, _ text: String) async throws -> String {
  let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .connect(host: "127.0.0.1", port: port) { channel in
      channel.eventLoop.makeCompletedFuture {
        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
      }
    }
  return try await connection.executeThenClose { inbound, outbound in
    try await outbound.write(ByteBuffer(string: text))
    return try await inbound.reduce(into: "") { $0 += String(buffer: $1) }
  }
}

extension TestClient {
  /// Asks as a browser on this machine does, if nothing else is said.
  func ask(_ path: String, host: String = "localhost:8090", _ fields: HTTPFields = [:]) async throws -> Response {
    try await ask(.get, path, host: host, fields)
  }

  func ask(
    _ method: HTTPRequest.Method,
    _ path: String,
    host: String = "localhost:8090",
    _ fields: HTTPFields = [:],
    body: String? = nil
  ) async throws -> Response {
    try await execute(
      Request(path, method: method, authority: host, headers: fields, body: body.map { ByteBuffer(string: $0) })
    )
  }
}

extension TestClient.Response {
  var text: String { body.map { String(buffer: $0) } ?? "" }
}
