/// Simulated answers of the asset inventory (`/rest/2.0/search/am/asset`), in JSON.
///
/// They have the quirks of real ones: `null` in place of what an asset does not have, list wrappers too; dates as text
/// and as milliseconds, of which 0 is never; ids of 19 digits; text that is no ASCII and text with escapes.
package struct AssetsSimulation: Sendable {
  private let options: Options

  /// Prepares a simulation; nothing is generated before it is written.
  package init(_ options: Options = Options()) {
    precondition(options.assets >= 0, "assets must not be negative")
    precondition(options.assetsPerPage > 0, "a page has at least one asset")
    precondition(options.softwarePerAsset ?? 0 >= 0, "softwarePerAsset must not be negative")
    self.options = options
  }

  /// How many pages it takes to list all assets, at least 1.
  package var pageCount: Int { max((options.assets + options.assetsPerPage - 1) / options.assetsPerPage, 1) }

  /// Writes page `index` (from 0) in chunks of about 64 KiB as it is generated.
  ///
  /// The memory this takes does not depend on the page's size.
  package func writePage<Failure: Error>(
    _ index: Int,
    to write: (_ chunk: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    precondition((0..<pageCount).contains(index), "there is no such page")
    let first = index * options.assetsPerPage
    let next = min(first + options.assetsPerPage, options.assets)
    var writer = JSONAnswerWriter()
    writer.open("{")
    writer.string("responseMessage", "Valid API Access")
    writer.number("count", next - first)
    writer.string("responseCode", "SUCCESS")
    if next > first {
      writer.number("lastSeenAssetId", SimulatedAsset(next - 1, options: options).id)
    } else {
      writer.null("lastSeenAssetId")
    }
    writer.number("hasMore", next < options.assets ? 1 : 0)
    writer.open("{", "assetListData")
    writer.open("[", "asset")
    for number in first..<next {
      try SimulatedAsset(number, options: options).write(to: &writer, passingOnTo: write)
    }
    writer.close("]")
    writer.close("}")
    writer.close("}")
    try writer.passOn(to: write)
  }
}
