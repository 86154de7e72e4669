/// Inflates what another transport gives compressed, so that those behind it see text.
package struct InflatingTransport: Transport {
  private let transport: any Transport
  private let limits: InflatedBody.Limits

  package init(_ transport: any Transport) { self.init(transport, limits: InflatedBody.Limits()) }

  init(_ transport: any Transport, limits: InflatedBody.Limits) {
    self.transport = transport
    self.limits = limits
  }

  package func wait(for duration: Duration, because reason: String) async throws {
    try await transport.wait(for: duration, because: reason)
  }

  /// Sends a request; the answer's head loses what it says of the body's coding and length.
  package func send(_ request: APIRequest) async throws -> APIResponse {
    var response = try await transport.send(request)
    let coding = response.header("Content-Encoding")?.lowercased() ?? "identity"
    switch coding {
    case "identity", "": return response
    case "gzip", "x-gzip": response.body = InflatedBody(response.body, limits: limits)
    // A status is heeded even so, which is why the body fails and not the call.
    default: response.body = UnreadableBody()
    }
    response.headers.removeAll { ["content-encoding", "content-length"].contains($0.name.lowercased()) }
    return response
  }
}

/// A body in a coding that was not asked for.
private struct UnreadableBody: AsyncSequence, Sendable {
  struct Iterator: AsyncIteratorProtocol {
    mutating func next() async throws -> [UInt8]? {
      throw BrokenConnection("the answer is compressed in a way that was not asked for; only gzip is understood")
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator() }
}
