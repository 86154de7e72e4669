import Endpoint
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// A token that is long enough.
let token = "0123456789abcdef"

/// An endpoint on the loopback interface as long as `body` runs, and a connection to it.
func withEndpoint<Value>(
  _ settings: EndpointSettings = EndpointSettings(port: 0),
  over control: FixedControl = FixedControl(),
  _ body: (TestClient) async throws -> Value
) async throws -> Value {
  let (ports, port) = AsyncStream<Int>.makeStream()
  let endpoint = try Endpoint(settings, over: control) { port.yield($0) }
  let running = Task {
    defer { port.finish() }
    try await endpoint.run()
  }
  defer { running.cancel() }
  let client = TestClient(
    host: "127.0.0.1",
    port: try #require(await ports.first { _ in true }),
    configuration: .init(timeout: .seconds(20))
  )
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
