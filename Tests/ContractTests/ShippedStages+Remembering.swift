import Records
import Stages
import Streaming
import TestSupport

extension ShippedStages {
  /// The stages that remember.
  static let remembering: [any Contract] = portDiffing + deduplication

  /// Three pages of assets: each comes in three versions, its ports come and go, and one comes twice in a page.
  private static let versions: [RecordedPage<Asset>] = (0..<3).compactMap { number in
    var assets = (0..<24).map { asset($0, version: number) }
    assets.insert(asset(3, version: number + 1), at: 17)
    guard let decoding = try? AssetDecoding(AssetDecoding.page(of: assets)) else { return nil }
    return RecordedPage(decoding.assets, number: number)
  }

  private static func asset(_ id: Int, version: Int) -> String {
    let ports = [22, 80, 443, 8080].filter { ($0 + id + version) % 3 != 0 }
    let list = ports.map { port in
      let seen = port % 2 == 0 ? #""2026-11-1\#(version)T0\#(id % 10):30:00Z""# : "null"
      return #"{"port":\#(port),"protocol":"TCP","lastUpdated":\#(seen)}"#
    }
    return """
      {"assetId":\(100 + id),"lastModifiedDate":"2026-11-1\(version)T05:00:00.000Z",\
      "openPortListData":{"openPort":[\(list.joined(separator: ","))]}}
      """
  }

  private static let portDiffing: [any Contract] = {
    let settings: [(String, KeyValuePairs<String, OptionValue>)] = [
      ("", [:]), ("opened", ["mode": .text("opened")]),
      ("closed", ["mode": .text("opened"), "closed": .boolean(true)]),
    ]
    return settings.compactMap { name, options in
      guard let stage = try? DiffPorts(.of(DiffPorts.component, options)) else { return nil }
      return RememberingContract(name, stage, on: versions)
    }
  }()

  private static let deduplication: [any Contract] = [
    RememberingContract("on detections", Deduplicate<Detection>(), on: repeating(SimulatedRecords.detections)),
    RememberingContract("on entries", Deduplicate<KnowledgeBaseEntry>(), on: repeating(SimulatedEntries.entries)),
    RememberingContract("on assets", Deduplicate<Asset>(), on: repeating(versions)),
  ]

  /// Pages in which some ids come again, within a mark, a page and in the next page; one record has none.
  private static func repeating<R: LogRecord>(_ pages: [RecordedPage<R>]) -> [RecordedPage<R>] {
    pages.enumerated().map { number, page in
      let records = page.records.enumerated().map { index, record in
        var record = record
        if index != 2 { record.set(FieldPath("event_id")!, to: "event \((index * 7 + number * 5) % 23)") }
        return record
      }
      return RecordedPage(records, marks: page.marks, number: number)
    }
  }
}
