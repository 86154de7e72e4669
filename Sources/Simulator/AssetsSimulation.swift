/// Simulated answers of the asset inventory (`/rest/2.0/search/am/asset`), in JSON.
///
/// They have the quirks of real ones: `null` in place of what an asset does not have, list wrappers too; dates as text
/// and as milliseconds, of which 0 is never; ids of 19 digits; text that is no ASCII and text with escapes.
package struct AssetsSimulation: Sendable {
  let options: Options

  /// Prepares a simulation; nothing is generated before it is written.
  package init(_ options: Options = Options()) {
    precondition(options.assets >= 0, "assets must not be negative")
    precondition(options.assetsPerPage > 0, "a page has at least one asset")
    precondition(options.softwarePerAsset ?? 0 >= 0, "softwarePerAsset must not be negative")
    precondition(options.round >= 1, "rounds are counted from 1")
    self.options = options
  }

  /// How many assets there are, with the new one of each round after the first.
  package var assetCount: Int { options.assets > 0 ? options.assets + options.round - 1 : 0 }

  /// How many pages it takes to list all assets, at least 1.
  package var pageCount: Int { max((assetCount + options.assetsPerPage - 1) / options.assetsPerPage, 1) }

  /// Writes page `index` (from 0) of all assets in chunks of about 64 KiB as it is generated.
  ///
  /// The memory this takes does not depend on the page's size.
  package func writePage<Failure: Error>(
    _ index: Int,
    to write: (_ chunk: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    precondition((0..<pageCount).contains(index), "there is no such page")
    var query = Query()
    query.limit = options.assetsPerPage
    query.lastSeenID = SimulatedAsset(index * options.assetsPerPage, options: options).id - 1
    _ = try writeAnswer(to: query, write)
  }

  /// Writes the answer to a question in chunks of about 64 KiB as it is generated.
  ///
  /// The memory this takes does not depend on the sizes of assets.
  /// - Returns: The number of the last asset if more follow it, or `nil`.
  package func writeAnswer<Failure: Error>(
    to query: Query,
    _ write: (_ chunk: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) -> Int? {
    let (assets, hasMore) = find(query)
    var writer = JSONAnswerWriter()
    writer.open("{")
    writer.string("responseMessage", "Valid API Access")
    writer.number("count", assets.count)
    writer.string("responseCode", "SUCCESS")
    if let last = assets.last {
      writer.number("lastSeenAssetId", last.id)
    } else {
      writer.null("lastSeenAssetId")
    }
    if !query.omitsHasMore { writer.number("hasMore", hasMore ? 1 : 0) }
    writer.open("{", "assetListData")
    writer.open("[", "asset")
    for asset in assets { try asset.write(to: &writer, passingOnTo: write) }
    writer.close("]")
    writer.close("}")
    writer.close("}")
    try writer.passOn(to: write)
    return hasMore ? assets.last?.id : nil
  }

  /// How many assets the question asks for, on whichever page.
  package func count(of query: Query) -> Int {
    (0..<assetCount).count { query.matches(SimulatedAsset($0, options: options)) }
  }

  /// Whether there is any.
  func hasAssets(for query: Query) -> Bool {
    var query = query
    query.limit = 1
    return !find(query).assets.isEmpty
  }

  /// The assets of one page, without their lists, and whether others follow.
  private func find(_ query: Query) -> (assets: [SimulatedAsset], hasMore: Bool) {
    var assets: [SimulatedAsset] = []
    let first = SimulatedAsset.firstIndex(ofID: query.lastSeenID)
    for index in first..<max(first, assetCount) {
      let asset = SimulatedAsset(index, options: options)
      guard query.matches(asset) else { continue }
      if assets.count == query.limit { return (assets, true) }
      assets.append(asset)
    }
    return (assets, false)
  }
}
