import Health
import Qualys
import Records
import Stages
import Streaming
import Synchronization
import TestSupport
import Testing

@Suite struct RangedPagesTests {
  /// Throttle, ranges and inflating over a simulated Qualys, as they stand over the network.
  private struct Stack {
    let readAhead: ReadAheadTransport
    let top: InflatingTransport

    init(_ qualys: any Transport, disk: Int = 1 << 30) {
      let throttle = Throttle(leave: 0, hold: .zero)
      readAhead = ReadAheadTransport(ThrottledTransport(qualys, throttle), throttle, disk: disk)
      top = InflatingTransport(readAhead)
    }

    var context: CallContext {
      var context = CallContext.forTests(top)
      context.readAhead = readAhead
      return context
    }
  }

  /// The lines of the detections that stand.
  private static func read<P: Pager>(_ pager: P, _ context: CallContext) async throws -> [String]
  where P.Answer == DetectionsAnswer {
    var standing: [String] = []
    var page: [(mark: UInt32, text: String)] = []
    let lines = PagedBatches(pager, context).through(DecodeDetections()).through(SplitDetections())
      .through(EncodeJSON<Detection>())
    for try await batch in lines {
      page += try batch.records.map { ($0.mark, String(decoding: try $0.bytes, as: UTF8.self)) }
      guard batch.position.isEnd else { continue }
      standing += page.filter { $0.mark < batch.position.marks }.map(\.text)
      page = []
    }
    return standing
  }

  private static func pages(_ limit: Int) -> DetectionsPager {
    DetectionsPager(
      path: "/api/5.0/fo/asset/host/vm/detection/",
      parameters: [.init("truncation_limit", "\(limit)")],
      since: nil
    )
  }

  private static func ranged(_ qualys: SimulatedTransport, limit: Int, disk: Int = 1 << 30) async throws -> [String] {
    let stack = Stack(qualys, disk: disk)
    let hosts = try await read(RangedDetectionsPager(pages(limit), stack.context), stack.context)
    #expect(stack.readAhead.count == 0)
    return hosts
  }

  @Test("several at once give what one gives, byte for byte", arguments: [3, 5, 10], [false, true])
  func same(concurrency: Int, isCompressed: Bool) async throws {
    let one = try SimulatedTransport(hosts: 60, concurrency: 2)
    let expected = try await Self.read(Self.pages(7), .forTests(one))
    let qualys = try SimulatedTransport(hosts: 60, concurrency: concurrency, isCompressed: isCompressed)
    let isSame = try await Self.ranged(qualys, limit: 7) == expected
    #expect(isSame && !expected.isEmpty)
    #expect(qualys.mostRunning > 1 && qualys.mostRunning < concurrency)
    // One for Host List, the others as few as one worker's.
    #expect(qualys.requests.count == one.requests.count + 1)
  }

  @Test("two at once, or two ranges, are not worth it", arguments: [(2, 60, 0), (5, 7, 0), (5, 21, 1), (5, 28, 1)])
  func notWorthIt(concurrency: Int, hosts: Int, lists: Int) async throws {
    let qualys = try SimulatedTransport(hosts: hosts, concurrency: concurrency)
    _ = try await Self.ranged(qualys, limit: 7)
    #expect(qualys.requests.count { $0.api == .hosts } == lists)
    #expect(qualys.requests.contains { $0.value(of: "id_max") != nil } == (hosts == 28))
  }

  @Test("ranges that break off are taken up behind their last host, wherever they break", arguments: 0..<12)
  func broken(place: Int) async throws {
    let expected = try await Self.read(Self.pages(4), .forTests(SimulatedTransport(hosts: 40, concurrency: 2)))
    // Every second answer breaks off, and Host List with it.
    let qualys = try SimulatedTransport(hosts: 40, concurrency: 4, isCompressed: place % 2 == 0) { call, _ in
      call % 2 == 1 ? place * 1997 : nil
    }
    let isSame = try await Self.ranged(qualys, limit: 4) == expected
    #expect(isSame)
  }

  @Test("disk for almost nothing loses nothing", arguments: [1, 20_000, 200_000])
  func smallDisk(disk: Int) async throws {
    let expected = try await Self.read(Self.pages(4), .forTests(SimulatedTransport(hosts: 40, concurrency: 2)))
    let qualys = try SimulatedTransport(hosts: 40, concurrency: 4) { call, _ in call % 5 == 4 ? 30_000 : nil }
    let isSame = try await Self.ranged(qualys, limit: 4, disk: disk) == expected
    #expect(isSame)
  }

  @Test("a cursor goes on behind any page, in ranges again", arguments: 1...10)
  func cursors(pages: Int) async throws {
    func round(_ round: SmallRound, stopAfter pages: Int = .max, from cursor: [UInt8]? = nil) async throws -> [Int] {
      let stack = Stack(try SimulatedTransport(hosts: 40, concurrency: 5))
      return try await round.run(stopAfter: pages) {
        $0.transport = stack.top
        $0.readAhead = stack.readAhead
        $0.cursor = cursor
      }
    }
    func begin() -> SmallRound {
      SmallRound(.detections, options: [("truncation_limit", .integer(4))]) { _, _ in .init("", status: 500) }
    }
    let all = try await round(begin())
    let killed = begin()
    let first = try await round(killed, stopAfter: pages)
    killed.state.abandon("s")
    #expect(first.count == min(4 * pages, 40) && all.count == 40)
    #expect(try await first + round(killed, from: killed.cursor) == all)
  }

  @Test("hosts that never come are left out of their ranges, and the others come", arguments: 2...4)
  func badHosts(concurrency: Int) async throws {
    // Whatever holds the eleventh or the thirtieth host breaks off before its first.
    let ids = try SimulatedTransport(hosts: 40, concurrency: 2).ids
    let qualys = try SimulatedTransport(hosts: 40, concurrency: concurrency + 1) { _, request in
      guard request.api == .detections else { return nil }
      let number = { (name: String, usual: Int) in request.value(of: name).flatMap { Int($0) } ?? usual }
      let asked = ids.filter { (number("id_min", 0)...number("id_max", .max)).contains($0) }
        .prefix(number("truncation_limit", 1000))
      return asked.contains(ids[10]) || asked.contains(ids[29]) ? 100 : nil
    }
    let stack = Stack(qualys)
    let round = SmallRound(.detections, options: [("truncation_limit", .integer(4))]) { _, _ in .init("", status: 500) }
    let came = try await round.run {
      $0.transport = stack.top
      $0.readAhead = stack.readAhead
    }
    #expect(came == ids.enumerated().filter { $0.offset != 10 && $0.offset != 29 }.map(\.element))
  }

  @Test(
    "without Host List one page follows another, nothing is lost, and a person is told once",
    arguments: [(403, 1, "the user may not call this API"), (500, 5, "HTTP 500")]
  )
  func noHostList(status: Int, tries: Int, words: String) async throws {
    let expected = try await Self.read(Self.pages(4), .forTests(SimulatedTransport(hosts: 40, concurrency: 2)))
    let qualys = try SimulatedTransport(hosts: 40, concurrency: 5)
    let transport = OpenTransport { _, request in
      request.api == .hosts ? .test(status, [], "") : try await qualys.send(request)
    }
    let stack = Stack(transport)
    let events = EventList()
    var context = stack.context
    context.events = events
    let isSame = try await Self.read(RangedDetectionsPager(Self.pages(4), context), context) == expected
    #expect(isSame && !expected.isEmpty)
    #expect(transport.requests.count { $0.api == .hosts } == tries)
    #expect(qualys.mostRunning == 1 && qualys.requests.count == 10)
    #expect(events.all.map(\.tracker) == ["HostListRefused"])
    let event = try #require(events.all.first)
    #expect(event.severity == .warning && event.errorClass == nil && event.httpStatus == status && event.stream == "s")
    #expect(event.message.contains(words) && event.message.contains("/fo/asset/host/"), "\(event.message)")
  }

  @Test("hosts that appear while ranges are read come with them, and more than a page of them, too")
  func appearing() async throws {
    // Host List knows every tenth id only; the hosts between appear before their range is asked for.
    let asked = Mutex<[APIRequest]>([])
    let transport = OpenTransport { _, request in
      asked.withLock { $0.append(request) }
      let headers = [("X-Concurrency-Limit-Limit", "5")]
      let from = request.value(of: "id_min").flatMap { Int($0) } ?? 1
      if request.api == .hosts {
        let ids = stride(from: 10, through: 200, by: 10).filter { $0 >= from }.map { "<ID>\($0)</ID>" }.joined()
        return .test(200, headers, "<HOST_LIST_OUTPUT><RESPONSE><ID_SET>\(ids)</ID_SET></RESPONSE></HOST_LIST_OUTPUT>")
      }
      let last = min(request.value(of: "id_max").flatMap { Int($0) } ?? 230, 230)
      let ids = from...max(from, last)
      var page = SmallPage(ids.prefix(5).map { SmallPage.Host(id: $0, detections: ["<QID>1</QID>"]) })
      if ids.count > 5 { page.afterHosts = SmallPage.warning(nextID: UInt64(from + 5)) }
      return .test(200, headers, page.text)
    }
    let stack = Stack(transport)
    var ids: [String] = []
    let pager = RangedDetectionsPager(Self.pages(5), stack.context)
    for try await batch in PagedBatches(pager, stack.context).through(DecodeDetections()) {
      ids += batch.records.map { $0.value(at: FieldPath("ID")!) ?? "" }
    }
    #expect(ids == (1...230).map { "\($0)" })
    #expect(asked.withLock { $0.count { $0.value(of: "id_max") != nil } } > 3)
  }
}
