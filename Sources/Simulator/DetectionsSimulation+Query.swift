extension DetectionsSimulation {
  /// What a call of the API asks for.
  package struct Query: Sendable {
    /// The most hosts in the answer (`truncation_limit`), or 0 for all.
    package var limit = 1_000

    /// Only hosts with these numbers (`ids`).
    var ids: IDRanges?

    /// The smallest number of a host (`id_min`).
    package var minimumID = 0

    /// The greatest number of a host (`id_max`).
    package var maximumID = Int.max

    /// Only hosts that were processed later, in seconds since 1970 (`vm_processed_after`).
    package var processedAfter: Int?

    /// Only hosts that were processed earlier, in seconds since 1970 (`vm_processed_before`).
    package var processedBefore: Int?

    /// Only detections in these states (`status`).
    package var statuses = Set(DetectionStatus.allCases)

    /// Only detections of these severities (`severities`).
    package var severities: [ClosedRange<Int>]?

    /// Only detections of these QIDs (`qids`).
    package var qids: [ClosedRange<Int>]?

    /// Whether there are detections of information, too (`show_igs`).
    package var showsInformation = true

    /// Whether detections have RESULTS (`show_results`).
    package var showsResults = true

    /// Whether hosts have TAGS (`show_tags`).
    package var showsTags = true

    /// Whether the host before the page's first comes once more.
    package var repeatsHost = false

    /// Whether the page's hosts come last one first.
    package var isReversed = false

    /// The parameters that WARNING repeats, as they stand in its URL; made from the limit when `nil`.
    package var parameters: String?

    /// What WARNING names in place of the next page's first host; there is a WARNING then, even on the last page.
    package var nextID: String?

    /// Asks for everything.
    package init() {}

    func matches(_ host: SimulatedHost) -> Bool {
      let processed = host.lastScan.processed.seconds
      return ids?.contains(host.id) ?? true
        && processed > processedAfter ?? .min && processed < processedBefore ?? .max
    }

    func matches(_ detection: SimulatedDetection) -> Bool {
      (detection.status.map(statuses.contains) ?? showsInformation)
        && severities?.contains { $0.contains(detection.severity) } ?? true
        && qids?.contains { $0.contains(detection.qid) } ?? true
    }
  }
}
