import Foundation
import Simulator
import Testing

/// Simulated assets are what they are whatever the pages, and look like real ones.
@Suite("Simulated assets")
struct AssetsSimulationTests {
  private static func simulation(_ assets: Int, perPage: Int, software: Int? = 2) -> AssetsSimulation {
    var options = AssetsSimulation.Options()
    options.assets = assets
    options.seed = 7
    options.assetsPerPage = perPage
    options.softwarePerAsset = software
    return AssetsSimulation(options)
  }

  private static func pages(_ simulation: AssetsSimulation) throws -> [[String: Any]] {
    try (0..<simulation.pageCount).map { number in
      var bytes: [UInt8] = []
      simulation.writePage(number) { bytes += $0 }
      return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }
  }

  private static func assets(_ page: [String: Any]) throws -> [[String: Any]] {
    try #require((page["assetListData"] as? [String: Any])?["asset"] as? [[String: Any]])
  }

  @Test("Pages are JSON, say whether more follows, and end with the asset to go on from")
  func paging() throws {
    let pages = try Self.pages(Self.simulation(25, perPage: 10))
    #expect(pages.map { $0["count"] as? Int } == [10, 10, 5])
    #expect(pages.map { $0["hasMore"] as? Int } == [1, 1, 0])
    let assets = try pages.flatMap(Self.assets)
    let ids = assets.compactMap { $0["assetId"] as? Int }
    #expect(ids.count == 25 && ids == ids.sorted() && Set(ids).count == 25)
    #expect(try pages.allSatisfy { $0["lastSeenAssetId"] as? Int == (try Self.assets($0).last?["assetId"] as? Int) })
    let whole = try Self.pages(Self.simulation(25, perPage: 300)).flatMap(Self.assets)
    #expect(NSArray(array: assets) == NSArray(array: whole))
  }

  @Test("An asset has 25 to 250 KB when nobody says otherwise")
  func sizes() throws {
    let simulation = Self.simulation(40, perPage: 1, software: nil)
    let sizes = (0..<40).map { number in
      var count = 0
      simulation.writePage(number) { count += $0.count }
      return count
    }
    // One in twelve has no software at all.
    #expect(sizes.allSatisfy { $0 < 260_000 } && sizes.count { $0 > 25_000 } > 30)
  }

  @Test("No assets are an answer, too")
  func nothing() throws {
    let page = try Self.pages(Self.simulation(0, perPage: 300))[0]
    #expect(page["count"] as? Int == 0 && page["hasMore"] as? Int == 0 && page["lastSeenAssetId"] is NSNull)
  }
}
