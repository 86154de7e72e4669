import Foundation
import HTTPTypes
import HummingbirdCore
import HummingbirdTesting
import Testing

@testable import Endpoint

@Suite struct AccessTests {
  @Test(arguments: [
    "localhost", "LOCALHOST:8090", "127.0.0.1", "127.0.0.1:1", "127.8.8.8", "[::1]", "[::1]:8090",
    "[0:0:0:0:0:0:0:1]:9",
  ])
  func thisMachineIsAnsweredByAnyPort(_ host: String) async throws {
    let answer = try await withEndpoint { try await $0.ask("/status", host: host) }
    #expect(answer.status == .ok)
  }

  @Test(arguments: [
    "example.com", "example.com:8090", "localhost.example.com", "127.0.0.1.example.com", "127.example.com", "10.0.0.1",
    "[fe80::1]", "0.0.0.0", "127.1", "2130706433", "localhost.",
  ])
  func aNameThatIsMadeToLeadHereIsRefused(_ host: String) async throws {
    try await withEndpoint { client in
      for path in ["/status", "/health/live", "/", "/none"] {
        let answer = try await client.ask(path, host: host)
        #expect(answer.status == .misdirectedRequest)
        #expect(answer.text == "That host is not this service. Ask by its address, or send the token.\n")
      }
    }
  }

  @Test(arguments: [
    "", "local host", "localhost:", "localhost:x", "localhost:70000", "[::1", "[]", "::1", "a@localhost",
  ])
  func aHostThatIsNoneIsRefused(_ host: String) async throws {
    let answer = try await withEndpoint { try await $0.ask("/status", host: host) }
    #expect(answer.status == .badRequest)
  }

  @Test func twoHostsAreRefused() async throws {
    let name = try #require(HTTPField.Name("Host"))
    let answer = try await withEndpoint { try await $0.ask("/status", host: "localhost", [name: "example.com"]) }
    #expect(answer.status == .badRequest)
  }

  @Test(arguments: [
    ("localhost:8090", "http://localhost:8090"), ("127.0.0.1:8090", "http://127.0.0.1:8090"),
    ("[::1]:8090", "http://[::1]:8090"), ("localhost", "https://LOCALHOST"),
  ])
  func itsOwnPageMayAsk(_ host: String, _ origin: String) async throws {
    let answer = try await withEndpoint { try await $0.ask("/status", host: host, [.origin: origin]) }
    #expect(answer.status == .ok)
  }

  @Test(arguments: [
    "null", "", "http://example.com", "http://localhost", "http://localhost:8091", "http://127.0.0.1:8090",
    "localhost:8090", "file://localhost:8090", "http://localhost:8090.example.com", "http://localhost:8090/",
  ])
  func aPageOfAnotherSiteMayNot(_ origin: String) async throws {
    let control = FixedControl()
    try await withEndpoint(EndpointSettings(port: 0, token: token), over: control) { client in
      let read = try await client.ask("/status", [.origin: origin])
      #expect(read.status == .forbidden)
      #expect(read.text == "A page of another site may not ask here.\n")
      let restart = try await client.ask(
        .post,
        "/streams/qualys/detections/restart",
        [.origin: origin, .authorization: "Bearer \(token)"]
      )
      #expect(restart.status == .forbidden)
    }
    #expect(control.restarts.isEmpty)
  }

  @Test func nothingIsChangedWithoutATokenThatIsSet() async throws {
    let control = FixedControl()
    let answer = try await withEndpoint(over: control) { client in
      try await client.ask(.post, "/streams/qualys/detections/restart", [.authorization: "Bearer "])
    }
    #expect(answer.status == .forbidden)
    #expect(
      answer.text == "Nothing can be changed here as long as the service has no token. "
        + "Set SLUICE_TOKEN (a variable, SLUICE_TOKEN_FILE or a systemd credential) and start the service again.\n"
    )
    #expect(control.restarts.isEmpty)
  }

  @Test(arguments: [
    nil, "", "Bearer", "Bearer ", "Bearer 0123456789abcdeF", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0",
    "Bearer  0123456789abcdef", "Basic 0123456789abcdef", "0123456789abcdef",
    // A browser sends this of its own accord, so it is not enough.
    basic("any:\(token)"),
  ])
  func aRestartNeedsTheTokenItself(_ authorization: String?) async throws {
    let control = FixedControl()
    let answer = try await withEndpoint(EndpointSettings(port: 0, token: token), over: control) { client in
      try await client.ask(
        .post,
        "/streams/qualys/detections/restart",
        authorization.map { [.authorization: $0] } ?? [:]
      )
    }
    #expect(answer.status == .unauthorized)
    #expect(answer.headers[.wwwAuthenticate] == "Bearer")
    #expect(!answer.text.contains(token))
    #expect(control.restarts.isEmpty)
  }

  @Test func theTokenAllowsAnyName() async throws {
    let answer = try await withEndpoint(EndpointSettings(port: 0, token: token)) { client in
      try await client.ask("/status", host: "sluice.example.com", [.authorization: "bearer \(token)"])
    }
    #expect(answer.status == .ok)
  }

  static let everything = ["/", "/page.js", "/page.css", "/status", "/events", "/metrics", "/none"]

  @Test(arguments: ["192.0.2.1", "0.0.0.0", "::", "sluice.example.com"], everything)
  func offLoopbackEverythingNeedsTheToken(_ address: String, _ path: String) throws {
    let rules = AccessRules(EndpointSettings(address: address, token: token))
    let authority = address == "::" ? "[2001:db8::1]:8090" : "\(address):8090"
    func refusal(_ fields: HTTPFields) -> HTTPResponse.Status? {
      let request = HTTPRequest(
        method: .get,
        scheme: "http",
        authority: authority,
        path: path,
        headerFields: fields
      )
      return rules.refusal(of: request, for: Route(path: path))?.status
    }
    #expect(refusal([:]) == .unauthorized)
    #expect(refusal([.authorization: basic("any:wrong")]) == .unauthorized)
    #expect(refusal([.authorization: "Basic \(token)"]) == .unauthorized)
    #expect(refusal([.authorization: "Bearer \(token)"]) == nil)
    #expect(refusal([.authorization: basic("any:\(token)")]) == nil)
  }

  @Test(arguments: ["/health/live", "/health/ready"])
  func offLoopbackHealthNeedsNone(_ path: String) {
    let rules = AccessRules(EndpointSettings(address: "0.0.0.0", token: token))
    func refusal(_ host: String) -> HTTPResponse.Status? {
      rules.refusal(
        of: HTTPRequest(method: .get, scheme: "http", authority: host, path: path),
        for: Route(path: path)
      )?.status
    }
    #expect(refusal("192.0.2.1:8090") == nil)
    #expect(refusal("example.com:8090") == .misdirectedRequest)
  }

  @Test(arguments: [
    (
      EndpointSettings(address: "0.0.0.0"),
      "the endpoint would be open to the network: set SLUICE_TOKEN, or let it listen on 127.0.0.1"
    ),
    (
      EndpointSettings(address: "192.0.2.1"),
      "the endpoint would be open to the network: set SLUICE_TOKEN, or let it listen on 127.0.0.1"
    ),
    (
      EndpointSettings(address: "example.com"),
      "the endpoint would be open to the network: set SLUICE_TOKEN, or let it listen on 127.0.0.1"
    ),
    (EndpointSettings(token: "short"), "SLUICE_TOKEN has fewer than 16 characters and could be guessed"),
    (EndpointSettings(token: ""), "SLUICE_TOKEN has fewer than 16 characters and could be guessed"),
    (
      EndpointSettings(token: "0123456789 abcdef"),
      "SLUICE_TOKEN may hold letters, digits and signs of ASCII only, and no spaces"
    ),
    (EndpointSettings(port: 65_536), "the endpoint's port is not within 0 to 65535"),
    (EndpointSettings(port: -1), "the endpoint's port is not within 0 to 65535"),
  ])
  func settingsThatWouldHarmAreRefused(_ settings: EndpointSettings, _ words: String) {
    #expect(throws: EndpointError(words)) { try Endpoint(settings, over: FixedControl()) }
  }

  @Test(arguments: ["127.0.0.1", "127.0.0.2", "::1", "localhost", "LOCALHOST"])
  func loopbackNeedsNoToken(_ address: String) throws {
    _ = try Endpoint(EndpointSettings(address: address), over: FixedControl())
  }

  @Test func settingsDoNotShowTheToken() {
    let settings = EndpointSettings(token: token)
    var dumped = ""
    dump(settings, to: &dumped)
    #expect(!"\(settings) \(String(reflecting: settings)) \(dumped)".contains(token))
  }
}

/// The header of a browser that was given a user and a password.
func basic(_ credentials: String) -> String { "Basic \(Data(credentials.utf8).base64EncodedString())" }
