extension AssetsSimulation {
  /// How much is simulated, and from which seed.
  package struct Options: Sendable {
    /// How many assets there are, 100 if nobody says otherwise.
    package var assets = 100

    /// What everything else follows from: the same seed gives the same assets.
    package var seed: UInt64 = 1

    /// How many assets a page has at most (`pageSize`), 300 by default, which is the most that Qualys gives.
    package var assetsPerPage = 300

    /// How much software each asset has, or `nil` for 20 to 200 entries, which makes an asset of 25 to 250 KB.
    package var softwarePerAsset: Int?

    /// Which day is asked on, from 1: on each day most assets have changed, and there is a new one.
    package var round = 1

    /// Creates the options that hold if nobody says otherwise.
    package init() {}
  }
}
