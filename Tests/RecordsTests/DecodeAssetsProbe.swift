import Records
import Stages
import Streaming

/// Feeds a decoder of assets and counts what came out so far.
struct DecodeAssetsProbe {
  private var decoder = DecodeAssets()
  private let page = Page(number: 0, origin: "test")

  /// Assets that are out after these bytes, with no word that the page has ended.
  mutating func assets(after bytes: [UInt8]) throws -> Int {
    var batches: ContiguousArray<Batch<Asset>> = []
    let batch = Batch([AssetsAnswer(AnswerBytes(bytes))], of: page, at: Position(marks: 0))
    try decoder.decode(batch, into: &batches, meter: StageMeter("decode-assets"))
    return batches.reduce(0) { $0 + $1.records.count }
  }
}
