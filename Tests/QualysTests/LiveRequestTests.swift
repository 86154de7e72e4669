import Qualys
import Simulator
import Streaming
import Testing

/// What is sent, and to whom.
@Suite struct LiveRequestTests {
  private let odd = [
    APIRequest.Parameter("action", "list"), APIRequest.Parameter("ids", "1,5-9"),
    APIRequest.Parameter("ag_titles", "A+B & C%D=ü/#?"),
  ]

  @Test("Detections are posted with a password, and odd characters arrive as they are")
  func detections() async throws {
    try await RawServer.with({ _, _ in [.answer(200, "ok")] }) { server, port in
      try await withLive(server: "http://127.0.0.1:\(port)", user: "quays_ab1", password: "pä:ss+w%rd") { live in
        let answer = try await live.answer(APIRequest(.detections, path: "/api/5.0/fo/x/", odd))
        #expect(answer == (200, "ok"))
      }
      let request = try #require(server.requests.first)
      #expect(request.hasPrefix("POST /api/5.0/fo/x/ HTTP/1.1\r\n"))
      #expect(request.hasSuffix("\r\n\r\naction=list&ids=1,5-9&ag_titles=A%2BB%20%26%20C%25D%3D%C3%BC%2F%23%3F"))
      let head = request.lowercased()
      #expect(head.contains("\r\nx-requested-with: sluice\r\n") && head.contains("\r\naccept-encoding: gzip\r\n"))
      #expect(head.contains("\r\nuser-agent: sluice/0.1.0\r\n"))
      #expect(head.contains("\r\ncontent-type: application/x-www-form-urlencoded\r\n"))
      #expect(request.contains("Basic cXVheXNfYWIxOnDDpDpzcyt3JXJk\r\n"))
    }
  }

  @Test("Assets are asked for in the query, with the token of a sign-in whose password is encoded")
  func assets() async throws {
    try await RawServer.with({ number, _ in number == 1 ? [.answer(201, "a.b.c\n")] : [.answer(200, "{}")] }) {
      server,
      port in
      let url = "http://127.0.0.1:\(port)"
      try await withLive(server: "https://qualys.invalid", gateway: url, password: "a+b&c%ü") { live in
        let parameters = [APIRequest.Parameter("excludeFields", "processor,tagList")] + odd.suffix(1)
        let answer = try await live.answer(APIRequest(.assets, path: "/rest/2.0/s", parameters))
        #expect(answer == (200, "{}"))
      }
      let (signIn, request) = (try #require(server.requests.first), try #require(server.requests.last))
      #expect(signIn.hasPrefix("POST /auth HTTP/1.1\r\n"))
      let form = "\r\n\r\nusername=simulator&password=a%2Bb%26c%25%C3%BC&token=true&permissions=true"
      #expect(signIn.hasSuffix(form))
      #expect(!signIn.contains("Authorization"))
      let title = "A%2BB%20%26%20C%25D%3D%C3%BC%2F%23%3F"
      #expect(request.hasPrefix("POST /rest/2.0/s?excludeFields=processor,tagList&ag_titles=\(title) HTTP/1.1\r\n"))
      #expect(request.contains("Authorization: Bearer a.b.c\r\n") && request.hasSuffix("\r\n\r\n"))
      #expect(request.lowercased().contains("\r\ncontent-length: 0\r\n"))
    }
  }

  @Test("A redirect is handed up, and nothing goes where it points", arguments: [301, 302, 307, 308])
  func redirects(status: Int) async throws {
    try await RawServer.with({ _, _ in [.answer(200, "stolen")] }) { other, elsewhere in
      let location = "Location: http://127.0.0.1:\(elsewhere)/"
      try await RawServer.with({ number, request in
        request.hasPrefix("POST /auth") && number > 1
          ? [.answer(201, "a.b.c")] : [.answer(status, "moved", headers: location)]
      }) { server, port in
        let url = "http://127.0.0.1:\(port)"
        try await withLive(server: url, gateway: url) { live in
          let answer = try await live.answer()
          #expect(answer == (status, "moved"))
          #expect(try await live.answer(.assets) == (status, "moved"))
        }
      }
      // The sign-in itself is redirected.
      try await RawServer.with({ _, _ in [.answer(status, "moved", headers: location)] }) { _, port in
        let url = "http://127.0.0.1:\(port)"
        try await withLive(server: url, gateway: url) { live in
          let refusal = await #expect(throws: Refusal.self) { _ = try await live.send(.assets) }
          #expect(refusal?.status == status && refusal?.remedy == .person)
        }
      }
      #expect(other.connections == 0)
    }
  }

  @Test("All APIs of a simulated Qualys, plain and compressed, are the same", arguments: [false, true])
  func simulator(compresses: Bool) async throws {
    var options = SimulatedServer.Options()
    options.detections.hosts = 6
    options.assets.assets = 4
    options.compresses = compresses
    let server = SimulatedServer(options)
    let url = "http://127.0.0.1:\(try await server.start())"
    try await withLive(server: url, gateway: url) { live in
      let raw = try await live.send(.detections)
      #expect((raw.header("Content-Encoding") == "gzip") == compresses)
      let bytes = try await raw.bytes()
      #expect(bytes.starts(with: [0x1F, 0x8B]) == compresses)
      let transport = InflatingTransport(live)
      let response = try await transport.send(.detections)
      #expect(response.status == 200 && response.header("Content-Encoding") == nil)
      let text = String(decoding: try await response.bytes(), as: UTF8.self)
      #expect(text.contains("</HOST_LIST_VM_DETECTION_OUTPUT>"))
      let list = [APIRequest.Parameter("action", "list")]
      let hosts = APIRequest(.hosts, path: "/api/5.0/fo/asset/host/", list + [APIRequest.Parameter("details", "None")])
      #expect(try await transport.send(hosts).bytes().count > 100)
      let ids = [APIRequest.Parameter("ids", "38170")]
      let entries = APIRequest(.knowledgeBase, path: "/api/4.0/fo/knowledge_base/vuln/", list + ids)
      #expect(try await transport.send(entries).status == 200)
      let assets = try await transport.send(.assets)
      #expect(String(decoding: try await assets.bytes(), as: UTF8.self).contains("lastSeenAssetId"))
    }
    await server.stop()
  }

  @Test("Without a gateway assets cannot be asked for, and that is said")
  func noGateway() async throws {
    try await withLive(server: "http://127.0.0.1:1") { live in
      let error = await #expect(throws: Misconfiguration.self) { _ = try await live.send(.assets) }
      #expect(error?.description == "assets are asked of the gateway, and 'gateway' is not set")
    }
  }
}
