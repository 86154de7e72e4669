import Synchronization
import Testing

@testable import Qualys

@Suite struct HostRangesTests {
  private static let request = APIRequest(
    .detections,
    path: "/p",
    [
      .init("action", "list"), .init("truncation_limit", "3"), .init("ag_ids", "7"), .init("severities", "5"),
      .init("vm_processed_after", "2026-01-01T00:00:00Z"), .init("id_min", "4"),
    ]
  )

  private static func answer(_ ids: String, next: Int? = nil) -> String {
    let warning = next.map {
      "<WARNING><CODE>1980</CODE><URL>\n <![CDATA[https://x/?id_min=\($0)&a=>]]>\n</URL></WARNING>"
    }
    return "<HOST_LIST_OUTPUT><RESPONSE><ID_SET>\(ids)</ID_SET>\(warning ?? "")</RESPONSE></HOST_LIST_OUTPUT>"
  }

  private static func ranges(_ transport: OpenTransport, size: UInt64 = 3) async throws -> [UInt64]? {
    try await HostRanges.ask(about: request, from: 4, size: size, .forTests(transport))?.starts
  }

  @Test("ids and ranges of ids, over pages cut anywhere, are cut after as many hosts as a page holds")
  func cut() async throws {
    let pages = [
      Self.answer("<ID>5</ID><ID>7</ID><ID_RANGE>9-10</ID_RANGE>", next: 20),
      Self.answer("<ID_RANGE>\n20-27 </ID_RANGE><ID>30</ID><ID>31</ID>"),
    ]
    let transport = OpenTransport { call, _ in
      .test(200, [], CountedBody(chunks: pages[call].utf8.map { [$0] }))
    }
    // 5 7 9 | 10 20 21 | 22 23 24 | 25 26 27 | 30 31
    #expect(try await Self.ranges(transport) == [4, 10, 22, 25, 30])
    #expect(transport.requests.map { $0.value(of: "id_min") } == ["4", "20"])
  }

  @Test("Host List is asked with the same host filters, and no others")
  func filters() async throws {
    let transport = OpenTransport { _, _ in .test(200, [], Self.answer("<ID>5</ID>")) }
    #expect(try await Self.ranges(transport) == nil)
    let names = transport.requests.first?.parameters.map(\.name)
    #expect(names == ["action", "details", "truncation_limit", "ag_ids", "vm_processed_after", "id_min"])
    #expect(transport.requests.first?.path == "/api/5.0/fo/asset/host/")
  }

  @Test(
    "what cannot be trusted gives no ranges",
    arguments: [
      "<ID>9</ID><ID>8</ID><ID>10</ID><ID>11</ID><ID>12</ID><ID>13</ID><ID>14</ID>",
      "<ID>3</ID><ID_RANGE>5-99</ID_RANGE>",
      "<ID>x</ID><ID_RANGE>5-99</ID_RANGE>", "<ID_RANGE>5-</ID_RANGE><ID_RANGE>6-99</ID_RANGE>",
      "<ID_RANGE>9-5</ID_RANGE><ID_RANGE>10-99</ID_RANGE>", "<ID_RANGE>5-18446744073709551615</ID_RANGE>",
      "<ID>99999999999999999999999</ID><ID_RANGE>5-99</ID_RANGE>",
    ]
  )
  func untrusted(ids: String) async throws {
    #expect(try await Self.ranges(OpenTransport { _, _ in .test(200, [], Self.answer(ids)) }) == nil)
  }

  @Test("pages that go back or in circles give no ranges", arguments: [4, 3, 9])
  func circles(next: Int) async throws {
    let transport = OpenTransport { _, _ in .test(200, [], Self.answer("<ID_RANGE>5-9</ID_RANGE>", next: next)) }
    #expect(try await Self.ranges(transport, size: 1) == nil)
    #expect(transport.requests.count == 1)
  }

  @Test("who may not ask for the list goes on without ranges, at once")
  func refused() async throws {
    let transport = OpenTransport { _, _ in .test(403, [], "no") }
    #expect(try await Self.ranges(transport) == nil)
    #expect(transport.requests.count == 1)
  }

  @Test("an answer that is not complete is asked for again, and counts for nothing", arguments: [200, 503])
  func again(status: Int) async throws {
    let whole = Self.answer("<ID_RANGE>5-20</ID_RANGE>")
    let transport = OpenTransport { call, _ in
      if call == 0 { throw BrokenConnection("reset") }
      return call < 3 ? .test(status, [], String(whole.dropLast(30))) : .test(200, [], whole)
    }
    #expect(try await Self.ranges(transport, size: 4) == [4, 9, 13, 17])
    #expect(transport.requests.count == 4)
  }
}
