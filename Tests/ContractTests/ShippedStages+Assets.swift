import Records
import Simulator
import Stages
import Streaming
import TestSupport

extension ShippedStages {
  private static let page = AssetsSimulation(assets: 24, seed: 9, softwarePerAsset: 5).page()

  /// The stages that take assets.
  static let ofAssets: [any Contract] = {
    // Options of our own: that they are right is what the tests of each stage show.
    guard let decoding = try? AssetDecoding(page),
      let filter = try? Filter<Asset>(
        .of(Filter<Asset>.component, ["field": .text("riskScore"), "at-least": .text("500")])
      ),
      let select = try? Select<Asset>(
        .of(Select<Asset>.component, ["remove": .texts("softwareListData.software.lifecycle")])
      ),
      let guardSize = try? GuardSize(
        .of(GuardSize.component, ["limit": .integer(4096), "shorten": .texts("softwareListData")])
      )
    else { return [] }
    let chunks = stride(from: 0, to: page.count, by: 1000).map {
      AssetsAnswer(AnswerBytes(Array(page[$0..<min($0 + 1000, page.count)])))
    }
    let assets = [RecordedPage(decoding.assets)]
    let lines = [RecordedPage(decoding.assets.map { $0.line() })]
    return [
      DecoderContract(DecodeAssets(), on: [RecordedPage(chunks, marks: 0)]),
      StageContract("", FlattenSoftware(), on: assets),
      StageContract("on assets", AddEventID<Asset>(platform: "US2"), on: assets),
      StageContract("on assets", filter, on: assets),
      StageContract("on assets", select, on: assets),
      StageContract("on assets", EncodeJSON<Asset>(), on: assets),
      StageContract("", EncodeSumoInventory(), on: assets),
      StageContract("lines of assets", guardSize, on: lines),
    ]
  }()
}
