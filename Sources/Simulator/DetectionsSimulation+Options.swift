extension DetectionsSimulation {
  /// How much is simulated, and from which seed.
  package struct Options: Sendable {
    /// How many hosts there are, 100 if nobody says otherwise.
    package var hosts = 100

    /// What everything else follows from: the same seed gives the same hosts.
    package var seed: UInt64 = 1

    /// How many hosts a page has at most (`truncation_limit`), 1,000 by default; 0 puts all of them on one page.
    package var hostsPerPage = 1_000

    /// How many detections each host has, at least 1, or `nil` for a log-normal number with a mean of about 40.
    package var detectionsPerHost: Int?

    /// How many bytes the first detection of the first host has in RESULTS, or `nil` for a log-normal size.
    ///
    /// All other detections keep their sizes, and their texts.
    package var resultsBytes: Int?

    /// Which day the hosts are asked on, from 1: on each day some were scanned again, and found to have changed.
    package var round = 1

    /// Whether the hosts' numbers follow one on the other, which the Host List tells in ranges.
    package var hasConsecutiveIDs = false

    /// Whether there are hosts without DETECTION_LIST, hosts with elements that nobody knows, and detections without
    /// UNIQUE_VULN_ID.
    package var hasOddHosts = false

    /// The numbers of hosts at which each answer of the server breaks off.
    package var brokenHosts: Set<Int> = []

    /// The numbers of hosts that are no XML.
    package var malformedHosts: Set<Int> = []

    /// What the URL in WARNING begins with: another host than the one that was asked, as at Qualys.
    package var nextOrigin = "https://qualysapi.p01.eng.sjc01.qualys.com"

    /// Creates the options with their defaults.
    package init() {}
  }
}
