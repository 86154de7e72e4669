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
    state.commit(first.page, marks: 6, of: "s", progress: StreamProgress(cursor: []))
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
    state.commit(page.page, marks: 1, of: "s", progress: StreamProgress(cursor: [], serverTime: 1000))
    state.prune("deduplicate", olderThan: 60, at: 1060)
    #expect(try Self.run(try Self.page(["a"], number: 1), state).numbers.isEmpty)
    state.prune("deduplicate", olderThan: 60, at: 1061)
    #expect(try Self.run(try Self.page(["a"], number: 2), state).numbers == [0])
  }
}
