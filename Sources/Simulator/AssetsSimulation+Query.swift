extension AssetsSimulation {
  /// What a call of the API asks for.
  package struct Query: Sendable {
    /// The most assets in the answer (`pageSize`), at least 1.
    package var limit = 300

    /// Only assets with a greater number (`lastSeenAssetId`).
    package var lastSeenID = 0

    /// Only assets that changed later, in seconds since 1970 (`assetLastUpdated`).
    package var updatedAfter: Int?

    /// Whether `hasMore` is left out, as happens now and then.
    package var omitsHasMore = false

    /// Asks for everything.
    package init() {}

    func matches(_ asset: SimulatedAsset) -> Bool {
      asset.id > lastSeenID && asset.modified.seconds >= updatedAfter ?? .min
    }
  }
}
