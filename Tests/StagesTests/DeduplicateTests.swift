import Records
import Stages
import State
import Streaming
import TestSupport
import Testing

/// What `deduplicate` leaves out.
@Suite("deduplicate")
struct DeduplicateTests {
  /// Pages of assets, each with its event id if it has one.
  private static func page(_ ids: [String?], number: Int = 0) throws -> RecordedPage<Asset> {
    let assets = ids.indices.map { #"{"assetId":\#(number * 100 + $0 + 1)}"# }
    let decoding = try AssetDecoding(AssetDecoding.page(of: assets))
    let records = zip(decoding.assets, ids).map { asset, id in
      var asset = asset
      if let id { asset.set(FieldPath("event_id")!, to: id) }
      return asset
    }
    return RecordedPage(records, number: number)
  }

  private static func run(_ page: RecordedPage<Asset>, _ state: MemoryState) throws -> (
    numbers: [Int], dropped: Int, rejected: [String]
  ) {
    var stage = Deduplicate<Asset>()
    var outlet = Outlet<Asset>()
    for batch in page.batches(of: 3) {
      try stage.process(batch, into: &outlet, memory: state.memory("deduplicate", of: "s"))
    }
    let (dropped, rejected) = (outlet.dropped, outlet.rejected.map(\.reason))
    #expect(dropped.allSatisfy { $0.reason == "delivered before" })
    let numbers = outlet.take().map { Int($0.fields.mark) }
    return (numbers, dropped.reduce(0) { $0 + $1.count }, rejected)
  }

  @Test("Within a batch, a page, a round and across rounds an id passes once")
  func once() throws {
    let state = MemoryState()
    let first = try Self.page(["a", "b", "a", "c", "b", "d"])
    let second = try Self.page(["a", "e", "e"], number: 1)
    #expect(try Self.run(first, state).numbers == [0, 1, 3, 5])
    #expect(try Self.run(second, state).numbers == [1])
    try state.commit(first.page, marks: 6, of: "s", progress: StreamProgress(cursor: []))
    state.abandon("s")
    // The second page was not delivered.
    let again = try Self.run(try Self.page(["a", "e", "e"], number: 1), state)
    #expect(again.numbers == [1] && again.dropped == 2)
  }

  @Test("A record without an id is refused, with the reason")
  func withoutID() throws {
    let result = try Self.run(try Self.page([nil, "a", ""]), MemoryState())
    #expect(result.numbers == [1])
    #expect(result.rejected.count == 2 && result.rejected.allSatisfy { $0.contains("it has no 'event_id'") })
  }

  @Test("What is pruned is delivered once more")
  func pruned() throws {
    let state = MemoryState()
    let page = try Self.page(["a"])
    _ = try Self.run(page, state)
    try state.commit(page.page, marks: 1, of: "s", progress: StreamProgress(cursor: [], serverTime: 1000))
    state.prune("deduplicate", olderThan: 60, at: 1060)
    #expect(try Self.run(try Self.page(["a"], number: 1), state).numbers.isEmpty)
    state.prune("deduplicate", olderThan: 60, at: 1061)
    #expect(try Self.run(try Self.page(["a"], number: 2), state).numbers == [0])
  }

  @Test("Ids that are nearly ours are told apart")
  func nearlyOurs() throws {
    let zeros = String(repeating: "0", count: 20)
    let ids = ["\(zeros)0w", "\(zeros)0x", "\(zeros)_w", "\(zeros)-w", "\(zeros)0", "\(zeros)00w", "\(zeros)+w"]
    #expect(try Self.run(try Self.page(ids + ids), MemoryState()).numbers == Array(ids.indices))
  }

  // MARK: Hosts

  private static let event = FieldPath("event_id")!

  /// A page of hosts in an answer of a time, each detection with the number of its event.
  private static func page(
    _ hosts: [(id: Int, events: [Int])],
    at time: String = "2026-11-20T10:00:00Z",
    number: Int = 0
  ) throws -> RecordedPage<Detection> {
    let page = SmallPage(
      hosts.map { host in SmallPage.Host("<ID>\(host.id)</ID>", detections: host.events.map { "<QID>\($0)</QID>" }) },
      time: time
    )
    let records = try Decoding(page).detections().map { record in
      var record = record
      let qid = Int(record.value(at: FieldPath("DETECTION.QID")!) ?? "") ?? 0
      // An id as ours are: 21 characters and one with two bits.
      let digits = String(qid)
      record.set(event, to: String(repeating: "0", count: 21 - digits.count) + digits + "w")
      return record
    }
    return RecordedPage(records, marks: hosts.count, number: number)
  }

  /// The events that pass, in batches of a size; the page is committed up to `marks`.
  private static func pass(
    _ page: RecordedPage<Detection>,
    _ state: any StateStore,
    batch: Int = 256,
    marks: Int? = nil,
    at time: Int = 0
  ) throws -> [Int] {
    var stage = Deduplicate<Detection>(seconds: 60)
    var outlet = Outlet<Detection>()
    let memory = state.memory("s/deduplicate", of: "s")
    for batch in page.batches(of: batch) { try stage.process(batch, into: &outlet, memory: memory) }
    try memory.end(page.page, marks: UInt32(marks ?? page.marks))
    try state.commit(
      page.page,
      marks: UInt32(marks ?? page.marks),
      of: "s",
      progress: StreamProgress(cursor: [], serverTime: time)
    )
    return outlet.take().compactMap { $0.value(at: FieldPath("DETECTION.QID")!).flatMap(Int.init) }
  }

  @Test("The ids of a host take one entry of the state, those of one with very many an entry each from there on")
  func entries() throws {
    let state = MemoryState()
    let page = try Self.page([(7, Array(1...40)), (8, Array(41...43)), (9, Array(1000..<1300))])
    #expect(try Self.pass(page, state).count == 343)
    let entries = state.entries(of: "s/deduplicate", after: nil, limit: 1000)
    #expect(entries.count == 3 + 300 - 256)
    let bytes = entries.map(\.value.count).reduce(0, +)
    #expect(bytes < 299 * 16 + 100)
  }

  @Test(
    "An id passes once, however many a host has, wherever it comes and however it is cut",
    arguments: [1, 7, 256, 5000]
  )
  func manyOfAHost(batch: Int) throws {
    let state = MemoryState()
    let first = try Self.page([(9, Array(1...700)), (7, [1, 701]), (9, [3, 699, 702, 702])])
    // An id is remembered of a host: 1 on another one is another event.
    #expect(try Self.pass(first, state, batch: batch) == Array(1...700) + [1, 701, 702])
    let second = try Self.page([(9, [699, 703, 5, 702]), (7, [701, 704])], number: 1)
    #expect(try Self.pass(second, state, batch: batch) == [703, 704])
  }

  @Test("Of a page that broke off, what stood behind its last mark is not remembered")
  func brokenOff() throws {
    let state = MemoryState()
    #expect(try Self.pass(Self.page([(7, [1, 2])]), state) == [1, 2])
    let hosts = [(id: 7, events: [3]), (id: 8, events: [4]), (id: 7, events: [5])]
    #expect(try Self.pass(Self.page(hosts, number: 1), state, marks: 2) == [3, 4, 5])
    #expect(try Self.pass(Self.page([(7, [1, 2, 3, 5]), (8, [4])], number: 2), state) == [5])
  }

  @Test("Each id of a host is forgotten in its own time, by the clock of the answers", arguments: [3, 300])
  func ages(count: Int) throws {
    let state = MemoryState()
    func pass(_ events: [Int], _ second: Int, _ number: Int) throws -> [Int] {
      let time = "2026-11-20T10:0\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)Z"
      // As at the end of the round before.
      state.prune("s/deduplicate", olderThan: 60, at: 1000 + second)
      return try Self.pass(Self.page([(7, events)], at: time, number: number), state, at: 1000 + second)
    }
    let early = Array(1...count)
    #expect(try pass(early, 0, 0) == early)
    #expect(try pass(early + [1001], 30, 1) == [1001])
    #expect(try pass(early + [1001, 1002], 60, 2) == [1002])
    // What came at first is forgotten, what came later is not, though they are one host's.
    #expect(try Set(pass(early + [1001, 1002], 62, 3)) == Set(early))
    #expect(try pass(early + [1001, 1002], 63, 4).isEmpty)
    #expect(try pass([1001, 1002], 91, 5) == [1001])
  }

  @Test("A host without an ID, or whose ID was taken away, has its ids remembered one by one")
  func withoutHostID() throws {
    let state = MemoryState()
    var page = try Self.page([(7, [1, 2, 1])])
    let records = page.records.map { record in
      var record = record
      record.remove(FieldPath("ID")!)
      return record
    }
    page = RecordedPage(records, marks: 1, number: 0)
    #expect(try Self.pass(page, state) == [1, 2])
    #expect(state.entries(of: "s/deduplicate", after: nil, limit: 10).count == 2)
  }
}
