import Qualys
import Records
import Stages
import Streaming
import Testing

@Suite struct AssetPagesTests {
  private static func answer(_ ids: [Int], hasMore: String?, lastSeen: String? = nil) -> String {
    let assets = ids.map { #"{"assetId":\#($0),"assetName":"a\#($0)"}"# }.joined(separator: ",")
    let more = hasMore.map { #""hasMore":\#($0),"# } ?? ""
    let last = lastSeen.map { #""lastSeenAssetId":\#($0),"# } ?? ""
    return #"{"responseCode":"SUCCESS","count":\#(ids.count),\#(more)\#(last)"assetListData":{"asset":[\#(assets)]}}"#
  }

  private static func assets(_ transport: ScriptedTransport) async throws -> [String] {
    var standing: [String] = []
    var page: [(mark: UInt32, id: String)] = []
    let batches = PagedBatches(AssetsPager(parameters: [], since: nil), .forTests(transport)).through(DecodeAssets())
    for try await batch in batches {
      page += batch.records.map { ($0.fields.mark, $0.value(at: FieldPath("assetId")!) ?? "") }
      guard batch.position.isEnd else { continue }
      standing += page.filter { $0.mark < batch.position.marks }.map(\.id)
      page = []
    }
    return standing
  }

  @Test("pages follow each other by lastSeenAssetId; without it by the last asset")
  func pages() async throws {
    let transport = ScriptedTransport { call, _ in
      switch call {
      case 0: .init(Self.answer([1, 2], hasMore: "1", lastSeen: "2"))
      case 1: .init(Self.answer([3, 4], hasMore: "1", lastSeen: "null"))
      default: .init(Self.answer([5], hasMore: "0", lastSeen: "5"))
      }
    }
    #expect(try await Self.assets(transport) == ["1", "2", "3", "4", "5"])
    #expect(transport.requests.map { $0.value(of: "lastSeenAssetId") } == ["0", "2", "4"])
  }

  @Test("an answer that does not say whether more follows is a page that failed")
  func missingHasMore() async throws {
    let transport = ScriptedTransport { call, request in
      let after = Int(request.value(of: "lastSeenAssetId") ?? "") ?? 0
      let ids = Array([1, 2, 3].filter { $0 > after })
      return .init(Self.answer(ids, hasMore: call == 0 ? nil : "0", lastSeen: "3"))
    }
    #expect(try await Self.assets(transport) == ["1", "2", "3"])
    #expect(transport.requests.count == 2)
  }

  @Test("204 is nothing, not an error")
  func noContent() async throws {
    let transport = ScriptedTransport { _, _ in .init("", status: 204) }
    #expect(try await Self.assets(transport).isEmpty)
    #expect(transport.requests.count == 1)
  }

  @Test("a page cut at any byte is taken up behind its last complete asset")
  func cuts() async throws {
    let text = Self.answer([1, 2, 3], hasMore: "0", lastSeen: "3")
    for cut in 0..<text.utf8.count {
      let transport = ScriptedTransport { call, request in
        let after = Int(request.value(of: "lastSeenAssetId") ?? "") ?? 0
        if call == 0 { return .init(text, cut: cut) }
        return .init(Self.answer([1, 2, 3].filter { $0 > after }, hasMore: "0", lastSeen: "3"))
      }
      #expect(try await Self.assets(transport) == ["1", "2", "3"], "cut at \(cut)")
    }
  }

  @Test("more that lies behind no asset is asked for again, and ends the round at last", arguments: ["0", "1", "null"])
  func circles(lastSeen: String) async throws {
    let transport = ScriptedTransport { _, _ in .init(Self.answer([], hasMore: "1", lastSeen: lastSeen)) }
    await #expect(throws: Exhausted.self) { try await Self.assets(transport) }
    #expect(transport.requests.count <= 31)
  }
}
