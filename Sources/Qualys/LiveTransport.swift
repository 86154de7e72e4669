internal import Foundation
package import Streaming

/// Qualys over the network.
///
/// Adds the credentials, and sends them to the configured servers only; gives answers as they are on the wire, whatever
/// their status. To be shut down when it is no longer needed.
package final class LiveTransport: Transport {
  private let server: OriginClient
  private let gateway: Gateway?
  private let credentials: Credentials
  private let limits: TransferLimits
  private let pace: Pace

  private struct Gateway: Sendable {
    let client: OriginClient
    let token: GatewayToken
  }

  /// Opens nothing yet; `environment` is where a proxy is named.
  /// - Throws: `Misconfiguration` about a certificate's file or the proxy's URL.
  package init(
    _ platform: Platform,
    credentials: Credentials,
    tls files: TLSFiles = TLSFiles(),
    environment: [String: String] = [:],
    limits: TransferLimits = TransferLimits(),
    pace: Pace = .system
  ) throws(Misconfiguration) {
    let tls = try files.configuration()
    let proxy = try ProxySettings(environment: environment)
    func client(_ origin: Origin) -> OriginClient {
      OriginClient(origin, tls: tls, proxy: proxy, connect: limits.connect, pace: pace)
    }
    server = client(platform.server)
    gateway = platform.gateway.map { origin in
      let client = client(origin)
      let signIn = GatewaySignIn(gateway: client, credentials: credentials, limits: limits, pace: pace)
      return Gateway(client: client, token: GatewayToken(pace: pace) { try await signIn.token() })
    }
    self.credentials = credentials
    self.limits = limits
    self.pace = pace
  }

  package func wait(for duration: Duration, because reason: String) async throws { try await pace.sleep(duration) }

  /// Sends a request, and for the gateway signs in before, if there is no token.
  /// - Throws: `BrokenConnection`; `Misconfiguration` or `Refusal` when a person must see to it; `CancellationError`.
  package func send(_ request: APIRequest) async throws -> APIResponse {
    let form = FormEncoding.text(request.parameters.map { (name: $0.name, value: $0.value) })
    if request.api.isOnGateway { return try await ask(form.isEmpty ? request.path : "\(request.path)?\(form)") }
    let user = "\(credentials.username.reveal()):\(credentials.password.reveal())"
    return try await server.post(
      request.path,
      headers: [
        ("Authorization", "Basic \(Data(user.utf8).base64EncodedString())"), ("X-Requested-With", "sluice"),
        ("Accept-Encoding", "gzip"),
      ],
      body: form,
      limits: limits.limits(for: request.api)
    )
  }

  /// Asks the gateway; when it refuses the token, once more with a new one.
  private func ask(_ target: String) async throws -> APIResponse {
    guard let gateway else { throw Misconfiguration("assets are asked of the gateway, and 'gateway' is not set") }
    func post(_ held: GatewayToken.Held) async throws -> APIResponse {
      let bearer = "Bearer \(held.token.reveal())"
      return try await gateway.client.post(
        target,
        headers: [("Authorization", bearer), ("Accept-Encoding", "gzip")],
        limits: limits
      )
    }
    do {
      let held = try await gateway.token.current()
      let answer = try await post(held)
      guard answer.status == 401 else { return answer }
      await gateway.token.discard(held)
      return try await post(gateway.token.current())
    } catch let refused as GatewaySignIn.Refused {
      return refused.answer
    }
  }

  /// Closes all connections.
  package func shutDown() async {
    await server.shutDown()
    await gateway?.client.shutDown()
  }
}
