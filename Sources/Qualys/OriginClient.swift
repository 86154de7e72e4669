internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Networking
internal import Streaming
internal import Synchronization

/// The connections to one origin: HTTP/1.1, redirects never followed, bodies as they are on the wire.
///
/// What is posted through it reaches this origin and no other.
final class OriginClient: Sendable {
  private let origin: Origin
  private let configuration: HTTPClient.Configuration
  private let pace: Pace
  /// Made when it is first needed, for a client that is made must be shut down.
  private let client = Mutex<HTTPClient?>(nil)

  init(_ origin: Origin, tls: TLSConfiguration, proxy: ProxySettings, connect: Duration, pace: Pace) {
    self.origin = origin
    self.pace = pace
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls,
      redirectConfiguration: .disallow,
      proxy: proxy.proxy(for: origin),
      decompression: .disabled
    )
    configuration.httpVersion = .http1Only
    configuration.timeout.connect = TimeAmount(connect)
    // Who asks at once, and who waits between tries, is decided elsewhere.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
    configuration.connectionPool.retryConnectionEstablishment = false
    self.configuration = configuration
  }

  /// Posts, and waits for the head of the answer.
  /// - Throws: `BrokenConnection`, `Misconfiguration` when a person must change something, `CancellationError`.
  func post(
    _ target: String,
    headers: [(name: String, value: String)],
    body: String = "",
    limits: TransferLimits
  ) async throws -> APIResponse {
    var request = HTTPClientRequest(url: origin.text + target)
    request.method = .POST
    request.headers = HTTPHeaders(headers.map { ($0.name, $0.value) })
    request.headers.add(name: "User-Agent", value: "sluice/0.1.0")
    if !body.isEmpty {
      request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
      request.body = .bytes(ByteBuffer(string: body))
    }
    do {
      let late = "no answer began within \(limits.firstByte.inSeconds)"
      let response = try await pace.run(within: limits.firstByte, late: late) { [self, request] in
        try await opened().execute(request, deadline: .distantFuture)
      }
      return APIResponse(
        status: Int(response.status.code),
        headers: response.headers.map { (name: $0.name, value: $0.value) },
        body: LimitedBody(body: WireBody(body: response.body), limits: limits, pace: pace)
      )
    } catch let error as BrokenConnection {
      throw error
    } catch {
      try Task.checkCancellation()
      let trouble = NetworkTrouble(error)
      if trouble.isLate { throw BrokenConnection("\(trouble), which is \(limits.connect.inSeconds)") }
      guard trouble.isConfiguration else { throw BrokenConnection(trouble.description) }
      throw Misconfiguration("\(trouble); \(Self.help)")
    }
  }

  private static let help =
    "if your own authority signs for this server or a proxy, name its file in 'ca-file'; "
    + "if one asks who you are, see to 'client-certificate' or https_proxy"

  private func opened() -> HTTPClient {
    client.withLock { client in
      if let client { return client }
      let new = HTTPClient(configuration: configuration)
      client = new
      return new
    }
  }

  /// Closes all connections; who posts afterwards opens them again.
  func shutDown() async {
    let last = client.withLock { client in
      defer { client = nil }
      return client
    }
    // Nothing is left to be done when even this fails.
    try? await last?.shutdown()
  }
}
