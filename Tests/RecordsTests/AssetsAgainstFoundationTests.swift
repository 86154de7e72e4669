import Foundation
import Records
import Simulator
import TestSupport
import Testing

/// Every value that another JSON reader finds in an answer stands in the logs, and nothing else.
@Suite("Assets, value by value")
struct AssetsAgainstFoundationTests {
  @Test("Simulated pages", arguments: [1, 2, 3] as [UInt64])
  func simulated(seed: UInt64) throws {
    try compare(AssetsSimulation(assets: 30, seed: seed, softwarePerAsset: 4).page())
  }

  @Test("The page that others recorded", .enabled(if: Python.samples != nil, "there is no folder ../shared/samples"))
  func sample() throws {
    let file = try #require(Python.samples).appending(path: "elastic/gav_search_asset_page.json")
    try compare(Array(try Data(contentsOf: file)))
  }

  @Test("Made-up assets", arguments: 1...40)
  func random(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let assets = (0..<20).map { _ in Self.object(&generator, depth: 0) }
    try compare(Array(AssetDecoding.page(of: assets).utf8))
  }

  private func compare(_ page: [UInt8]) throws {
    let root = try #require(try JSONSerialization.jsonObject(with: Data(page)) as? [String: Any])
    let list = try #require((root["assetListData"] as? [String: Any])?["asset"] as? [[String: Any]])
    let decoding = try AssetDecoding(page, chunk: 777)
    #expect(decoding.failure == nil)
    let logs = decoding.texts()
    #expect(logs.count == list.count)
    for (asset, log) in zip(list, logs) {
      var read = try #require(try JSONSerialization.jsonObject(with: Data(log.utf8)) as? [String: Any])
      #expect(read.removeValue(forKey: "LogType") as? String == "assetInventory")
      read["Timestamp"] = nil
      #expect(NSDictionary(dictionary: read) == NSDictionary(dictionary: asset), "\(log)")
    }
  }

  private static func object(_ generator: inout SeededGenerator, depth: Int) -> String {
    let count = Int.random(in: 0...6, using: &generator)
    let members = (0..<count).map { #""m\#($0)":\#(value(&generator, depth: depth + 1))"# }
    return "{\(members.joined(separator: space(&generator)))}"
  }

  private static func space(_ generator: inout SeededGenerator) -> String {
    [",", " ,", ",\n\t", ", "].randomElement(using: &generator) ?? ","
  }

  private static func value(_ generator: inout SeededGenerator, depth: Int) -> String {
    switch Int.random(in: 0...(depth < 6 ? 9 : 7), using: &generator) {
    case 0: "null"
    case 1: "true"
    case 2: "false"
    case 3: "\(Int.random(in: -1_000_000...1_000_000, using: &generator))"
    case 4: "\(Int64.random(in: 1_000_000_000_000_000_000...9_000_000_000_000_000_000, using: &generator))"
    case 5: "\(Int.random(in: 0...99, using: &generator)).25e2"
    case 6:
      [#""""#, #""plain""#, #""\u00e9\n\"""#, #""a text that is longer than one block: é""#].randomElement(
        using: &generator
      )!
    case 7: #""\uD83D\uDE00 😀""#
    case 8: object(&generator, depth: depth)
    default:
      "[\((0..<Int.random(in: 0...4, using: &generator)).map { _ in value(&generator, depth: depth + 1) }.joined(separator: space(&generator)))]"
    }
  }
}
