internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Networking
internal import Synchronization

/// The network: HTTP/1.1 over few connections that are kept, certificates always verified, redirects never followed.
package final class HTTPNetwork: HTTPSending {
  private let connections: Int
  private let timeout: Duration
  /// Made when it is first needed, for a client that is made must be shut down.
  private let client = Mutex<HTTPClient?>(nil)

  /// Bytes of an answer's body that are read.
  private static let longestText = 64 * 1024

  /// Opens nothing yet; `timeout` is for one request, from connecting to the end of its answer.
  package init(connections: Int, timeout: Duration) {
    self.connections = connections
    self.timeout = timeout
  }

  package func post(_ request: HTTPPost) async throws -> HTTPAnswer {
    do {
      // The client's own time limits end with the head of an answer, or begin again with each byte.
      return try await withThrowingTaskGroup(of: HTTPAnswer?.self) { [timeout] group in
        defer { group.cancelAll() }
        group.addTask { try await self.answer(to: request) }
        group.addTask {
          try await Task.sleep(for: timeout)
          return nil
        }
        if let first = try await group.next(), let answer = first { return answer }
        throw HTTPTrouble("there was no whole answer within \(timeout.components.seconds) s")
      }
    } catch {
      try Task.checkCancellation()
      if let trouble = error as? HTTPTrouble { throw trouble }
      let trouble = NetworkTrouble(error)
      throw HTTPTrouble(trouble.description, isConfiguration: trouble.isConfiguration)
    }
  }

  private func answer(to post: HTTPPost) async throws -> HTTPAnswer {
    var request = HTTPClientRequest(url: post.url)
    request.method = .POST
    request.headers = HTTPHeaders(post.headers.map { ($0.name, $0.value) })
    request.body = .bytes(ByteBuffer(bytes: post.body))
    let response = try await opened().execute(request, deadline: .distantFuture)
    var text: [UInt8] = []
    for try await part in response.body {
      text.append(contentsOf: part.readableBytesView.prefix(Self.longestText - text.count))
      if text.count >= Self.longestText { break }
    }
    return HTTPAnswer(
      status: Int(response.status.code),
      headers: response.headers.map { (name: $0.name, value: $0.value) },
      text: text
    )
  }

  private func opened() -> HTTPClient {
    client.withLock { client in
      if let client { return client }
      var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
      configuration.httpVersion = .http1Only
      configuration.timeout.connect = .seconds(10)
      configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
      // Who waits between tries, and how long, is decided in one place.
      configuration.connectionPool.retryConnectionEstablishment = false
      let new = HTTPClient(configuration: configuration)
      client = new
      return new
    }
  }

  package func shutDown() async {
    let last = client.withLock { client in
      defer { client = nil }
      return client
    }
    // Nothing is left to be done when even this fails.
    try? await last?.shutdown()
  }
}
