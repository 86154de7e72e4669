import Qualys
import Testing

@Suite struct PlatformTests {
  @Test("Thirteen platforms, each with two servers of its own")
  func names() throws {
    let platforms = try Platform.names.map { try Platform(named: $0) }
    #expect(platforms.count == 13)
    #expect(Set(platforms.flatMap { [$0.server.host, $0.gateway?.host ?? ""] }).count == 26)
    #expect(platforms.allSatisfy { $0.server.scheme == "https" && $0.gateway?.scheme == "https" })
    #expect(try Platform(named: "KSA1").gateway?.host == "gateway.qg1.apps.qualysksa.com")
    let error = #expect(throws: Misconfiguration.self) { _ = try Platform(named: "US9") }
    #expect(error?.description.contains("there are US1, US2") == true)
  }

  @Test(
    "Servers of one's own",
    arguments: [
      ("https://qualysapi.example", "qualysapi.example", nil), ("HTTPS://Q.Example:8443/", "q.example", 8443),
      ("http://127.0.0.1:80", "127.0.0.1", 80), ("http://localhost:1", "localhost", 1), ("http://[::1]:2", "::1", 2),
      ("https://[2001:db8::1]", "2001:db8::1", nil),
    ] as [(String, String, Int?)]
  )
  func urls(text: String, host: String, port: Int?) throws {
    let server = try Platform(server: text, gateway: nil).server
    #expect(server.host == host && server.port == port)
  }

  @Test(
    "What is not a server is told without it",
    arguments: [
      "canary.example", "ftp://canary.example", "http://canary.example", "https://u:canary@h", "https://canary/api/2.0",
      "https://canary?x", "https://canary:0", "https://canary:70000", "https://", "https://can ary", "https://[canary]",
      "https://[::1", "http://127.0.0.1.canary.example", "http://1270.0.0.1", "https://canary\r\nx",
    ]
  )
  func bad(text: String) {
    let error = #expect(throws: Misconfiguration.self) { _ = try Platform(server: text, gateway: nil) }
    #expect(error?.description.hasPrefix("'server' ") == true && error?.description.contains("canary") == false)
    let other = #expect(throws: Misconfiguration.self) { _ = try Platform(server: "https://h", gateway: text) }
    #expect(other?.description.hasPrefix("'gateway' ") == true)
  }
}

@Suite struct SecretTests {
  @Test("A secret is not read, however it is printed")
  func secret() {
    let secret = Secret("canary")
    let credentials = Credentials(username: secret, password: secret)
    var dumped = ""
    dump(credentials, to: &dumped)
    dump([secret], to: &dumped)
    for text in [
      "\(secret)", String(describing: secret), String(reflecting: secret), "\(credentials)",
      String(reflecting: credentials), "\([secret] as [Any])", "\(Optional(secret) as Any)", dumped,
    ] {
      #expect(!text.contains("canary") && !text.isEmpty)
    }
    #expect("\(secret)" == "***" && secret.reveal() == "canary")
  }
}

@Suite struct EndpointSupportTests {
  @Test(
    "A version is warned of from 90 days before its end on",
    arguments: [
      (API.detections, "5.0", "2026-11-22", nil), (.knowledgeBase, "4.0", "2030-01-01", nil),
      (.detections, "4.0", "2025-09-01", nil), (.assets, "2.0", "2026-11-22", nil),
      (.detections, "4.0", "2025-12-31", "Qualys supports version 4.0 of 'detections' until 2025-12-31"),
      (.hosts, "2.0", "2026-01-01", "Qualys has not supported version 2.0 of 'hosts' since 2025-12-31"),
      (.knowledgeBase, "2.0", "2026-08-01", "Qualys supports version 2.0 of 'knowledge-base' until 2026-09-30"),
      (
        .knowledgeBase, "2.0", "2026-11-22", "Qualys has not supported version 2.0 of 'knowledge-base' since 2026-09-30"
      ),
    ] as [(API, String, String, String?)]
  )
  func warnings(api: API, version: String, day: String, expected: String?) throws {
    let today = try #require(ServerTime.seconds("\(day)T12:00:00Z"))
    let warning = EndpointSupport.warning(api, version: version, today: today)
    #expect(warning.map { String($0.prefix { $0 != ";" }) } == expected)
  }
}
