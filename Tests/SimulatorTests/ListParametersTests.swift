import NIOHTTP1
import Simulator
import Testing

/// What lists can be asked for, what they do not do, and the Host List.
@Suite struct ListParametersTests {
  @Test("Numbers that follow one on the other are a range, on each page")
  func hostRanges() async throws {
    try await withServer {
      $0.detections.hasConsecutiveIDs = true
    } _: { _, client in
      let path = "/api/5.0/fo/asset/host/"
      let list = [("action", "list"), ("details", "None")]
      let all = await client.call(path, list)
      #expect(all.list.contents(of: "ID_RANGE") == ["10000000-10000011"] && all.list.contents(of: "ID").isEmpty)
      let page = await client.call(path, list + [("truncation_limit", "1"), ("id_min", "10000003")])
      #expect(page.list.contents(of: "ID") == ["10000003"] && page.text.contains("<CODE>1980</CODE>"))
      #expect(page.text.contains("&id_min=10000004]]>"))
      let some = await client.call(
        path,
        list + [("ids", "10000001-10000003,10000002,10000005"), ("id_max", "10000009")]
      )
      #expect(
        some.list.contents(of: "ID_RANGE") == ["10000001-10000003"] && some.list.contents(of: "ID") == ["10000005"]
      )
      let hosts = await client.detections([("ids", "10000007-10000030")]).list.contents(of: "ID")
      #expect(hosts == ["10000007", "10000008", "10000009", "10000010", "10000011"])
    }
  }

  @Test("The Host List knows which hosts were processed since")
  func processedHosts() async throws {
    try await withServer { server, client in
      let list = [("action", "list"), ("details", "None")]
      let path = "/api/5.0/fo/asset/host/"
      let since = try #require(await client.call(path, list).list.contents(of: "DATETIME").first).description
      let none = await client.call(path, list + [("vm_processed_after", since)])
      #expect(none.status == 200 && !none.text.contains("ID_SET"))
      server.round = 2
      let some = await client.call(path, list + [("vm_processed_after", since)]).list.contents(of: "ID")
      #expect(some == (await client.detections([("vm_processed_after", since)])).list.contents(of: "ID"))
      #expect((1..<12).contains(some.count))
    }
  }

  @Test("Hosts have tags for whoever asks, and are the same without")
  func tags() async throws {
    try await withServer { _, client in
      let (plain, tagged) = (await client.detections(), await client.detections([("show_tags", "1")]))
      #expect(!plain.text.contains("<TAGS>") && tagged.text.contains("<TAGS>"))
      #expect(plain.list.contents(of: "DETECTION_LIST") == tagged.list.contents(of: "DETECTION_LIST"))
      #expect(plain.list.contents(of: "METADATA") == tagged.list.contents(of: "METADATA"))
    }
  }

  @Test("The WARNING names any origin")
  func nextOrigin() async throws {
    try await withServer {
      $0.detections.nextOrigin = "http://127.0.0.1:9"
    } _: { _, client in
      let page = await client.detections([("truncation_limit", "1")])
      #expect(page.text.contains("<![CDATA[http://127.0.0.1:9/api/5.0/fo/asset/host/vm/detection/?action=list"))
    }
  }

  @Test(
    "What is not simulated is refused, not ignored",
    arguments: [
      ("output_format", "CSV"), ("ips", "10.0.0.1"), ("use_tags", "1"), ("tag_set_include", "a"), ("echo_request", "1"),
      ("show_qds", "0"), ("os_pattern", "x"), ("filter_superseded_qids", "1"), ("max_days_since_last_vm_scan", "3"),
    ]
  )
  func notSimulated(name: String, value: String) async throws {
    try await withServer { server, client in
      let answer = await client.detections([(name, value)])
      #expect(answer.status == 400 && answer.code == 1905, "\(answer.text)")
      #expect(answer.text.contains("parameter \(name) has invalid value: \(value) (the simulator"), "\(answer.text)")
      #expect(server.calls[0].status == 400 && server.calls[0].outcome != .broken)
    }
  }

  @Test("What answers have anyway may be asked for, and what is not asked for need not be there")
  func alwaysShown() async throws {
    try await withServer { _, client in
      let parameters = [
        ("show_asset_id", "1"), ("show_qds", "1"), ("show_qds_factors", "1"), ("output_format", "XML"),
        ("echo_request", "0"), ("use_tags", "0"), ("host_metadata", "all"), ("mitre_attack_details", "1"),
      ]
      #expect(await client.detections(parameters).status == 200)
      let hosts = await client.call("/api/5.0/fo/asset/host/", [("action", "list")])
      #expect(hosts.code == 1905 && hosts.text.contains("details has invalid value: Basic"))
      #expect(await client.knowledgeBase([("details", "None")]).code == 1905)
      let token = await client.signIn().text
      for name in ["includeFields", "excludeFields", "softwareType"] {
        #expect(await client.assets([(name, "tag")], token: token).status == 400)
      }
    }
  }
}
