import Foundation
import NIOHTTP1
import Simulator
import TestSupport
import Testing

/// Lists whose pages do not fit together, and hosts with which something is wrong for good.
@Suite struct ListFaultTests {
  private static let all = [("show_igs", "1"), ("status", "New,Active,Fixed,Re-Opened")]

  private func ids(_ answer: ServerClient.Answer) -> [String] {
    answer.list.contents(of: "HOST").compactMap { $0.content(of: "ID").map(String.init) }
  }

  private func nextID(_ answer: ServerClient.Answer) -> String? {
    answer.list.contents(of: "URL").first?.split(separator: "id_min=").last.map { String($0.prefix { $0.isNumber }) }
  }

  @Test("A WARNING names the page's own first host")
  func repeatedPage() async throws {
    try await withServer {
      $0.faults = try FaultScript("detections 2: next-id first")
    } _: { _, client in
      let first = await client.detections([("truncation_limit", "4")])
      let next = try #require(nextID(first))
      let second = await client.detections([("truncation_limit", "4"), ("id_min", next)])
      #expect(nextID(second) == next && ids(second).first == next)
    }
  }

  @Test("A host comes in two pages, and hosts come last one first")
  func order() async throws {
    try await withServer {
      $0.faults = try FaultScript("detections 3: repeated-host; detections 4: unordered; detections 5: repeated-host")
    } _: { _, client in
      let hosts = ids(await client.detections(Self.all))
      let page = [("truncation_limit", "4"), ("id_min", hosts[4])]
      #expect(ids(await client.detections(Self.all + page)) == Array(hosts[4..<8]))
      #expect(ids(await client.detections(Self.all + page)) == Array(hosts[3..<8]))
      let unordered = await client.detections(Self.all + page)
      #expect(ids(unordered) == hosts[4..<8].reversed() && nextID(unordered) == hosts[8])
      // Before the very first there is none.
      #expect(ids(await client.detections(Self.all)) == [hosts[0]] + hosts)
    }
  }

  @Test("Much changes between two pages")
  func nextRound() async throws {
    try await withServer {
      $0.faults = try FaultScript("detections 2: next-round; knowledge-base 2: next-round")
    } _: { server, client in
      let before = await client.detections(Self.all)
      let after = await client.detections(Self.all)
      #expect(server.round == 2 && ids(before) == ids(after) && before.body != after.body)
      let entries = await client.knowledgeBase()
      let changed = await client.knowledgeBase()
      #expect(server.round == 3 && entries.body != changed.body)
    }
  }

  @Test("The KnowledgeBase lacks QIDs")
  func lacking() async throws {
    try await withServer {
      $0.faults = try FaultScript("knowledge-base 2: lacking 5")
    } _: { _, client in
      let all = await client.knowledgeBase().list.contents(of: "QID").compactMap { Int($0) }
      let some = await client.knowledgeBase().list.contents(of: "QID").compactMap { Int($0) }
      #expect(some.count < all.count && some == all.filter { !$0.isMultiple(of: 5) })
    }
  }

  @Test("A token ends in the middle of a run, and another one holds")
  func expiredToken() async throws {
    try await withServer {
      $0.faults = try FaultScript("assets 2: expire-token; sign-in 2-3: status 503")
    } _: { server, client in
      let token = await client.signIn().text
      #expect(await client.assets(token: token).status == 200)
      for _ in 1...2 { #expect(await client.assets(token: token).json?["message"] as? String == "JWT expired") }
      #expect(await client.signIn().status == 503)
      #expect(await client.signIn().status == 503)
      #expect(await client.assets(token: await client.signIn().text).status == 200)
      let calls = server.calls.filter { $0.api == .assets }
      #expect(calls.map(\.isAuthorized) == [true, true, false, true])
      #expect(calls.map(\.status) == [200, 401, 401, 200])
    }
  }

  @Test("Every answer breaks off at a broken host, and a malformed one is no XML")
  func brokenHosts() async throws {
    var simulated = DetectionsSimulation.Options()
    (simulated.hosts, simulated.seed) = (12, 7)
    let hosts = (0..<12).map { DetectionsSimulation(simulated).hostID(at: $0) }
    try await withServer {
      $0.detections.brokenHosts = [hosts[5]]
      $0.detections.malformedHosts = [hosts[2]]
    } _: { server, client in
      let before = await client.detections(Self.all + [("id_max", "\(hosts[4])")])
      #expect(ids(before) == hosts[...4].map(String.init) && before.failure == nil)
      #expect(before.list.contents(of: "HOST")[2].contains("<NETWORK_NAME>Research & Development</NETWORK_NAME>"))
      #expect(before.text.ranges(of: "Research & Development").count == 1)
      for parameters in [[], [("truncation_limit", "1"), ("id_min", "\(hosts[5])")]] {
        let raw = try await RawAnswer(
          port: client.port,
          parameters: "&" + (Self.all + parameters).map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        )
        let text = String(decoding: raw.unchunked.bytes, as: UTF8.self)
        #expect(raw.unchunked.rest.isEmpty && text.hasSuffix("<DETECTION_LIST>\n"))
        #expect(text.contains("<ID>\(hosts[5])</ID>") && !text.contains("<ID>\(hosts[6])</ID>"))
        #expect(server.calls.last?.outcome == .broken)
      }
      let after = await client.detections(Self.all + [("id_min", "\(hosts[6])")])
      #expect(ids(after) == hosts[6...].map(String.init) && after.failure == nil)
    }
  }

  @Test("Odd hosts are as odd on whichever page, and the others stay as they are")
  func oddHosts() async throws {
    let page = { (odd: Bool, limit: Int) -> [String] in
      var options = DetectionsSimulation.Options()
      (options.hosts, options.seed, options.hostsPerPage, options.hasOddHosts) = (10, 7, limit, odd)
      let simulation = DetectionsSimulation(options)
      return (0..<simulation.pageCount).flatMap { index in
        Answer(page: index, of: simulation).contents(of: "HOST").map(String.init)
      }
    }
    let (odd, usual) = (page(true, 0), page(false, 0))
    #expect(odd == page(true, 3))
    #expect(odd.count == 10 && [0, 4, 5, 9].allSatisfy { odd[$0] == usual[$0] })
    #expect([1, 6].allSatisfy { odd[$0].contains("<A_NEW_LIST>") && odd[$0].contains("<UNIQUE_VULN_ID>") })
    #expect([2, 7].allSatisfy { odd[$0].contains("<QID>") && !odd[$0].contains("<UNIQUE_VULN_ID>") })
    #expect([3, 8].allSatisfy { !odd[$0].contains("<DETECTION_LIST>") && odd[$0].contains("<ID>") })
  }
}
