package import Records
package import Simulator
internal import Stages
package import Streaming

/// Runs an assets answer through the decoder, in chunks of a size.
package struct AssetDecoding {
  package var batches: ContiguousArray<Batch<Asset>> = []
  package var meter = StageMeter("decode-assets")
  package let page: Page

  package init(_ answer: [UInt8], chunk: Int = 64 * 1024, choice: FieldChoice = FieldChoice()) throws {
    try self.init(pieces: answer.pieces(of: chunk), choice: choice)
  }

  /// Reads an answer that comes in pieces.
  package init(pieces: some Sequence<[UInt8]>, choice: FieldChoice = FieldChoice()) throws {
    var decoder = DecodeAssets(choice)
    page = Page(number: 0, origin: "test")
    for piece in pieces {
      let batch = Batch([AssetsAnswer(AnswerBytes(piece))], of: page, at: Position(marks: 0))
      try decoder.decode(batch, into: &batches, meter: meter)
    }
    let end = Batch<AssetsAnswer>([], of: page, at: Position(marks: 0, ending: .complete))
    try decoder.decode(end, into: &batches, meter: meter)
  }

  package init(_ text: String, chunk: Int = 64 * 1024, choice: FieldChoice = FieldChoice()) throws {
    try self.init(Array(text.utf8), chunk: chunk, choice: choice)
  }

  /// One asset in its envelope.
  package init(asset: String, choice: FieldChoice = FieldChoice()) throws {
    try self.init(Self.page(of: [asset]), choice: choice)
  }

  /// A page as the gateway sends it.
  package static func page(of assets: [String], envelope: String? = nil) -> String {
    let envelope = envelope ?? #""count":\#(assets.count),"responseCode":"SUCCESS","lastSeenAssetId":7,"hasMore":0"#
    return
      #"{"responseMessage":"Valid API Access",\#(envelope),"assetListData":{"asset":[\#(assets.joined(separator: ","))]}}"#
  }

  package var assets: [Asset] { batches.flatMap { $0.records } }
  package var failure: AnswerError? { page.report?.failure as? AnswerError }

  /// What the decoder learned.
  package var report: Page.Report {
    get throws {
      guard let report = page.report else { throw ContractViolation("the page was not concluded") }
      return report
    }
  }

  /// The lines of all assets, as texts.
  package func texts(naming: LogFormat.Naming = .sumo) -> [String] { assets.map { $0.line(naming: naming).text } }
}

extension AssetsSimulation {
  /// Some assets.
  package init(assets: Int, seed: UInt64 = 1, assetsPerPage: Int = 300, softwarePerAsset: Int? = nil) {
    var options = Options()
    options.assets = assets
    options.seed = seed
    options.assetsPerPage = assetsPerPage
    options.softwarePerAsset = softwarePerAsset
    self.init(options)
  }

  /// A whole page in memory.
  package func page(_ index: Int = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    writePage(index) { bytes += $0 }
    return bytes
  }
}
