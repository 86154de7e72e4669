import Qualys
import Testing

/// Which connections go through a proxy.
@Suite struct LiveProxyTests {
  /// Asks a server that does not exist; gives what the proxy saw, and the error.
  private func ask(
    _ server: String,
    answer: RawServer.Step = .answer(407),
    _ environment: (_ port: Int) -> [String: String]
  ) async throws -> (requests: [String], error: String) {
    try await RawServer.with { _, _ in
      [answer]
    } _: { proxy, port in
      try await withLive(server: server, environment: environment(port)) { live in
        do {
          return (proxy.requests, try await live.answer().text)
        } catch {
          return (proxy.requests, "\(type(of: error)): \(error)")
        }
      }
    }
  }

  @Test("An https server is reached by CONNECT, with the proxy's own password and nobody else's")
  func connect() async throws {
    let (requests, error) = try await ask("https://qualys.invalid:8443") {
      ["HTTPS_PROXY": "http://us%2Fer:p%40ss@127.0.0.1:\($0)/"]
    }
    let request = try #require(requests.first)
    #expect(requests.count == 1 && request.hasPrefix("CONNECT qualys.invalid:8443 HTTP/1.1\r\n"))
    #expect(request.lowercased().contains("\r\nproxy-authorization: basic dxmvzxi6cebzcw=="), "\(request)")
    #expect(!request.lowercased().contains("\r\nauthorization:"))
    #expect(error.hasPrefix("Misconfiguration: the proxy refuses the user's name or password"), "\(error)")
    #expect(!error.contains("p@ss") && !error.contains("invalid"))
  }

  @Test("A proxy that cannot reach the server may do so later")
  func unavailable() async throws {
    let (requests, error) = try await ask("https://qualys.invalid", answer: .answer(503)) {
      ["https_proxy": "127.0.0.1:\($0)"]
    }
    #expect(requests.count == 1 && error == "BrokenConnection: the proxy did not let the connection through")
  }

  @Test(
    "Hosts in no_proxy are asked directly",
    arguments: ["*", "qualys.invalid", ".invalid", "a.example, INVALID", "*.invalid", "qualys.invalid:443"]
  )
  func exceptions(_ exceptions: String) async throws {
    let (requests, error) = try await ask("https://qualys.invalid") {
      ["https_proxy": "http://127.0.0.1:\($0)", "NO_PROXY": exceptions]
    }
    #expect(requests.isEmpty && error == "BrokenConnection: the server's name cannot be looked up")
  }

  @Test("Other hosts and other ports are not", arguments: ["ys.invalid", "qualys.invalid:8443", "example"])
  func others(_ exceptions: String) async throws {
    let (requests, _) = try await ask("https://qualys.invalid") {
      ["https_proxy": "http://127.0.0.1:\($0)", "no_proxy": exceptions]
    }
    #expect(requests.count == 1)
  }

  @Test("This machine is never asked through a proxy")
  func loopback() async throws {
    try await RawServer.with({ _, _ in [.answer(200, "ok")] }) { _, port in
      let (requests, text) = try await ask("http://127.0.0.1:\(port)") { ["https_proxy": "http://127.0.0.1:\($0)"] }
      #expect(requests.isEmpty && text == "ok")
    }
  }

  @Test(
    "A proxy's URL that makes no sense is told without it",
    arguments: ["socks5://u:canary@h:1", "http://u:canary@"]
  )
  func nonsense(_ url: String) {
    let error = #expect(throws: Misconfiguration.self) { _ = try ProxySettings(environment: ["https_proxy": url]) }
    #expect(error?.description.hasPrefix("'https_proxy' ") == true && error?.description.contains("canary") == false)
  }
}
