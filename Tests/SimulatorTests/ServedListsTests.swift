import Foundation
import NIOHTTP1
import Simulator
import Testing

/// The detections, hosts and KnowledgeBase entries that the server lists.
@Suite struct ServedListsTests {
  @Test("An answer has Qualys' header fields and frame")
  func frame() async throws {
    try await withServer { _, client in
      let answer = await client.detections()
      #expect(answer.status == 200)
      let fields = [
        "Server": "Qualys", "X-RateLimit-Limit": "300", "X-RateLimit-Window-Sec": "3600",
        "X-Concurrency-Limit-Limit": "2", "X-Concurrency-Limit-Running": "0", "X-RateLimit-ToWait-Sec": "0",
        "X-RateLimit-Remaining": "299", "Keep-Alive": "timeout=300, max=211", "Connection": "Keep-Alive",
        "Transfer-Encoding": "chunked", "Content-Type": "application/xml",
      ]
      for (name, value) in fields { #expect(answer.headers[name] == [value], "\(name)") }
      #expect(answer.headers["X-Powered-By"].first?.hasPrefix("Qualys:USPOD3:") == true)
      #expect(answer.headers["Date"].first?.hasSuffix(" Nov 2026 00:00:00 GMT") == true)
      #expect(!answer.headers.contains(name: "Content-Length"))
      #expect(
        answer.text.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<!DOCTYPE HOST_LIST_VM_DETECTION_OUTPUT")
      )
      let parts = answer.text.split(separator: "HOST_LIST_VM_DETECTION_OUTPUT>")
      #expect(parts.count == 3 && parts[0].contains("<!-- ") && parts[2].contains("<!-- CONFIDENTIAL"))
      #expect(TagBalance(of: answer.text).complaint == nil)
      #expect(await client.detections().headers["X-RateLimit-Remaining"] == ["298"])
    }
  }

  @Test("Pages taken by GET or POST are the hosts of one", arguments: [HTTPMethod.GET, .POST])
  func pages(method: HTTPMethod) async throws {
    try await withServer { server, client in
      let all = [("show_tags", "1"), ("show_igs", "1"), ("status", "New,Active,Fixed,Re-Opened")]
      var hosts: [String] = []
      var next: String?
      var pages = 0
      repeat {
        let page = await client.detections(
          all + [("truncation_limit", "5")] + (next.map { [("id_min", $0)] } ?? []),
          method: method
        )
        hosts += page.list.contents(of: "HOST").map(String.init)
        pages += 1
        let address = page.list.contents(of: "URL").first
        #expect(address?.contains("qualysapi.p01.eng.sjc01.qualys.com") ?? (pages == 3))
        #expect(address?.contains("status=New,Active,Fixed,Re-Opened&truncation_limit=5&cloud_agent_act") ?? true)
        next = address?.split(separator: "id_min=").last.map { String($0.prefix { $0.isNumber }) }
      } while next != nil && pages < 9
      #expect(pages == 3)
      var options = DetectionsSimulation.Options()
      (options.hosts, options.seed) = (12, 7)
      #expect(hosts == Answer(of: DetectionsSimulation(options)).contents(of: "HOST").map(String.init))
      #expect(server.calls.map(\.api) == [.detections, .detections, .detections])
      #expect(server.calls.map(\.number) == [1, 2, 3])
      #expect(server.calls.map(\.method) == [String](repeating: method.rawValue, count: 3))
      #expect(
        server.calls[1].value(of: "id_min") == hosts[5].split(separator: "<ID>")[1].prefix { $0.isNumber }.description
      )
    }
  }

  @Test("A call gets what it asks for, and by default what Qualys gives")
  func filters() async throws {
    try await withServer { _, client in
      let usual = await client.detections().list
      #expect(Set(usual.contents(of: "STATUS")) == ["New", "Active", "Re-Opened"])
      #expect(!usual.text.contains("<TYPE>Info</TYPE>") && usual.text.contains("<RESULTS>"))

      #expect(Set(await client.detections([("status", "Fixed")]).list.contents(of: "STATUS")) == ["Fixed"])
      #expect(Set(await client.detections([("severities", "1,4-5")]).list.contents(of: "SEVERITY")) == ["1", "4", "5"])
      #expect(await client.detections([("show_igs", "1")]).text.contains("<TYPE>Info</TYPE>"))
      #expect(await client.detections([("show_results", "0")]).text.contains("<RESULTS>") == false)
      let qid = try #require(usual.contents(of: "QID").first)
      #expect(Set(await client.detections([("qids", String(qid))]).list.contents(of: "QID")) == [qid])

      let ids = usual.contents(of: "ID").map(String.init)
      #expect(
        await client.detections([("ids", "\(ids[1]),\(ids[4])-\(ids[6])")]).list.contents(of: "ID").map(String.init)
          == [ids[1], ids[4], ids[5], ids[6]]
      )
      #expect(
        await client.detections([("id_min", ids[2]), ("id_max", ids[3])]).list.contents(of: "ID").map(String.init)
          == [ids[2], ids[3]]
      )
      // A later repetition holds.
      #expect(
        await client.detections([("ids", ids[1]), ("ids", ids[2])]).list.contents(of: "ID").map(String.init) == [ids[2]]
      )

      let processed = usual.contents(of: "LAST_SCAN_DATETIME").sorted()
      let later = await client.detections([("vm_processed_after", String(processed[5]))]).list
      #expect(later.contents(of: "LAST_SCAN_DATETIME").sorted() == Array(processed[6...]))
      let none = await client.detections([("vm_processed_after", "2026-12-01")])
      #expect(none.status == 200 && !none.text.contains("HOST_LIST>") && none.text.contains("<DATETIME>"))
    }
  }

  @Test("A day later hosts that were scanned are listed as processed since")
  func rounds() async throws {
    try await withServer { server, client in
      let since = try #require(await client.detections().list.contents(of: "DATETIME").first).description
      #expect(await client.detections([("vm_processed_after", since)]).list.contents(of: "HOST").isEmpty)
      server.round = 2
      let later = await client.detections([("vm_processed_after", since)]).list
      #expect((1..<12).contains(later.contents(of: "HOST").count))
      #expect(try #require(later.contents(of: "DATETIME").first) > since)
    }
  }

  @Test("Host List gives the numbers of hosts")
  func hosts() async throws {
    try await withServer { _, client in
      let path = "/api/5.0/fo/asset/host/"
      let all = await client.call(path, [("action", "list"), ("details", "None"), ("truncation_limit", "0")])
      let ids = all.list.contents(of: "ID")
      #expect(ids == (await client.detections()).list.contents(of: "ID") && all.text.contains("<ID_SET>"))
      let page = await client.call(path, [("action", "list"), ("details", "None"), ("truncation_limit", "5")])
      #expect(page.list.contents(of: "ID") == Array(ids.prefix(5)))
      #expect(page.text.contains("&id_min=\(ids[5])]]>"))
    }
  }

  @Test("The KnowledgeBase lists the QIDs asked for, with comments while it works and after its end")
  func knowledgeBase() async throws {
    try await withServer { _, client in
      let all = await client.knowledgeBase()
      let qids = all.list.contents(of: "QID")
      #expect(qids.count == 2_000)
      #expect(all.text.ranges(of: "<!-- keep-alive for KNOWLEDGE_BASE_VULN_LIST_OUTPUT  -->").count == 2)
      #expect(all.text.hasSuffix("<!-- keep-alive for KNOWLEDGE_BASE_VULN_LIST_OUTPUT  -->\n"))
      let some = await client.knowledgeBase([("ids", "\(qids[3]),\(qids[7])-\(qids[9])")])
      #expect(some.list.contents(of: "QID") == [qids[3], qids[7], qids[8], qids[9]])
      let old = await client.knowledgeBase([("last_modified_after", "2026-11-20T00:00:00Z")])
      #expect(old.status == 200 && !old.text.contains("VULN_LIST>"))
    }
  }

  @Test("The KnowledgeBase lists what was modified since")
  func modifiedEntries() async throws {
    try await withServer { server, client in
      server.round = 3
      let entries = await client.knowledgeBase([("last_modified_after", "2026-11-20T00:00:00Z")]).list.contents(
        of: "VULN"
      )
      #expect((10..<200).contains(entries.count))
    }
  }

  /// A call, and what it is refused with.
  struct Refusal: CustomTestStringConvertible {
    var parameters: [(String, String)]
    var code: Int
    var text: String
    var isKnowledgeBase = false
    var testDescription: String { "\(code) \(text)" }
  }

  static let refusals = [
    Refusal(parameters: [], code: 1903, text: "action"),
    Refusal(parameters: [("Action", "list")], code: 1903, text: "action"),
    Refusal(parameters: [("action", "lists")], code: 1905, text: "action has invalid value: lists"),
    Refusal(
      parameters: [("action", "list"), ("show_asset_ids", "1")],
      code: 1901,
      text: "Unrecognized parameter(s): show_asset_ids (action=list allows: action, echo_request, ips, "
    ),
    Refusal(
      parameters: [("action", "list"), ("ids", "abc123")],
      code: 1905,
      text: "parameter ids has invalid value: abc123 (neither a positive integer nor a range: abc123)"
    ),
    Refusal(parameters: [("action", "list"), ("ids", "5-1")], code: 1905, text: "nor a range: 5-1"),
    Refusal(parameters: [("action", "list"), ("ids", "<&>")], code: 1905, text: "nor a range: &lt;&amp;>"),
    Refusal(parameters: [("action", "list"), ("truncation_limit", "-1")], code: 1905, text: "truncation_limit"),
    Refusal(parameters: [("action", "list"), ("status", "Gone")], code: 1905, text: "status has invalid value: Gone"),
    Refusal(parameters: [("action", "list"), ("show_igs", "yes")], code: 1905, text: "show_igs"),
    Refusal(parameters: [("action", "list"), ("vm_processed_after", "yesterday")], code: 1905, text: "not a date"),
    Refusal(
      parameters: [("action", "list"), ("ag_ids", "1"), ("ag_titles", "x")],
      code: 1904,
      text: "ag_ids, ag_titles"
    ),
    Refusal(parameters: [("action", "list"), ("qds_min", "1")], code: 1907, text: "show_qds"),
    Refusal(
      parameters: [("action", "list"), ("truncation_limit", "1000")],
      code: 1901,
      text: "Unrecognized parameter(s): truncation_limit",
      isKnowledgeBase: true
    ),
    Refusal(parameters: [("action", "list"), ("ids", "1,")], code: 1905, text: "ids", isKnowledgeBase: true),
  ]

  @Test("A wrong call is refused as Qualys refuses it", arguments: refusals)
  func refuses(_ refusal: Refusal) async throws {
    try await withServer { _, client in
      let path = refusal.isKnowledgeBase ? "/api/4.0/fo/knowledge_base/vuln/" : "/api/5.0/fo/asset/host/vm/detection/"
      for method in [HTTPMethod.GET, .POST] {
        let answer = await client.call(path, refusal.parameters, method: method)
        #expect(answer.status == 400 && answer.code == refusal.code)
        #expect(answer.text.contains(refusal.text), "\(answer.text)")
        #expect(answer.text.hasPrefix("<!DOCTYPE SIMPLE_RETURN"))
        #expect(answer.headers["Connection"] == ["close"] && !answer.headers.contains(name: "Keep-Alive"))
      }
    }
  }

  @Test("Nobody is let in without user name, password and X-Requested-With")
  func authentication() async throws {
    try await withServer { _, client in
      let path = "/api/5.0/fo/asset/host/vm/detection/"
      for proof in [ServerClient.Proof.none, .basic("simulator", "wrong"), .basic("", ""), .bearer("simulator")] {
        let answer = await client.call(path, [("action", "list")], proof: proof)
        #expect(answer.status == 401 && answer.code == 2000)
      }
      let answer = await client.call(path, [("action", "list")], headers: [])
      #expect(answer.status == 400 && answer.text.contains("X-Requested-With"))
      #expect(await client.call(path, [("action", "list")], method: .PUT).code == 1908)
    }
  }

  @Test("A long query is too long for a GET, not for a POST; other paths are not found")
  func longQueries() async throws {
    try await withServer { _, client in
      let ids = (1...2_000).map(String.init).joined(separator: ",")
      let answer = await client.detections([("ids", ids)])
      #expect(answer.status == 414 && answer.text.contains("<title>414 Request-URI Too Long</title>"))
      #expect(answer.headers["Content-Type"].first?.hasPrefix("text/html") == true)
      #expect(await client.detections([("ids", ids)], method: .POST).status == 200)
      #expect(await client.call("/api/9.0/fo/asset/host/").status == 404)
    }
  }

  @Test("Bodies are gzip for whoever accepts it, if that is wanted")
  func compressed() async throws {
    try await withServer {
      $0.compresses = true
    } _: { _, client in
      let path = "/api/5.0/fo/asset/host/vm/detection/"
      let plain = await client.detections()
      let packed = await client.call(
        path,
        [("action", "list")],
        headers: [("X-Requested-With", "tests"), ("Accept-Encoding", "gzip")]
      )
      #expect(packed.headers["Content-Encoding"] == ["gzip"] && !plain.headers.contains(name: "Content-Encoding"))
      let inflated = try inflate(packed.body)
      #expect(inflated == plain.body)
    }
  }
}
