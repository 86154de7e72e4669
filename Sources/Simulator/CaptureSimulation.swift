/// A capture of a run that never was: its rounds, a day apart, and all their exchanges.
///
/// In the first round everything is asked for. In each later one, detections are those of the hosts that Qualys
/// processed since the round before, the KnowledgeBase is asked for the QIDs that are new among them, and all assets
/// are asked for again. The same options give the same bytes.
package struct CaptureSimulation: Sendable {
  /// What is simulated.
  package struct Options: Sendable {
    /// The hosts and their detections; their round does not matter.
    package var detections = DetectionsSimulation.Options()

    /// The assets, none if nobody says otherwise; their round does not matter.
    package var assets = AssetsSimulation.Options()

    /// How many rounds there are, at least 1.
    package var rounds = 1

    /// Creates the options with their defaults.
    package init() { assets.assets = 0 }
  }

  /// How much a capture holds.
  package struct Summary: Sendable, Equatable {
    package var detectionPages = 0
    package var entries = 0
    package var assetPages = 0
  }

  private let options: Options

  /// Prepares a capture; nothing is generated before it is written.
  package init(_ options: Options) {
    precondition(options.rounds >= 1, "a capture has at least one round")
    self.options = options
  }

  /// Writes the capture into a folder, which is made if it is missing.
  ///
  /// - Throws: What the file system says.
  package func write(to path: String) throws -> Summary {
    var folder = try CaptureFolder(path)
    var summary = Summary()
    var knownQIDs: Set<Int> = []
    for round in 1...options.rounds {
      summary.detectionPages += try writeDetections(round: round, into: &folder)
      summary.entries += try writeKnowledgeBase(round: round, knownQIDs: &knownQIDs, into: &folder)
      if options.assets.assets > 0 { summary.assetPages += try writeAssets(round: round, into: &folder) }
    }
    let rounds = (1...options.rounds).map { CapturedRun.Round(number: $0, time: time(of: $0).text) }
    try folder.write(CapturedRun(rounds: rounds), to: "run.json")
    return summary
  }

  private func time(of round: Int) -> SimulatedInstant { .answer(inRound: round, seed: options.detections.seed) }
}

// MARK: - The APIs

extension CaptureSimulation {
  private func detections(round: Int) -> DetectionsSimulation {
    var options = options.detections
    options.round = round
    return DetectionsSimulation(options)
  }

  private func writeDetections(round: Int, into folder: inout CaptureFolder) throws -> Int {
    let simulation = detections(round: round)
    var query = DetectionsSimulation.Query()
    query.limit = options.detections.hostsPerPage
    var parameters = [
      NamedValue("action", "list"),
      NamedValue("truncation_limit", "\(query.limit)"),
      NamedValue("show_igs", "1"),
      NamedValue("status", "New,Active,Fixed,Re-Opened"),
    ]
    if round > 1 {
      query.processedAfter = time(of: round - 1).seconds
      parameters.append(NamedValue("vm_processed_after", time(of: round - 1).text))
    }
    var pages = 0
    var next: Int?
    repeat {
      if let next { query.minimumID = next }
      let page = next.map { [NamedValue("id_min", "\($0)")] } ?? []
      let exchange = exchange(.detections, round: round, call: pages, at: time(of: round), parameters + page)
      next = try folder.add(exchange) { try simulation.writeAnswer(to: query, $0).nextID }
      pages += 1
    } while next != nil
    return pages
  }

  private func writeKnowledgeBase(
    round: Int,
    knownQIDs: inout Set<Int>,
    into folder: inout CaptureFolder
  ) throws -> Int {
    let newQIDs = detections(round: round).detectedQIDs.subtracting(knownQIDs)
    if newQIDs.isEmpty, round > 1 { return 0 }
    knownQIDs.formUnion(newQIDs)
    let simulation = KnowledgeBaseSimulation(seed: options.detections.seed, qids: newQIDs, round: round)
    let parameters = [
      NamedValue("action", "list"),
      NamedValue("details", "All"),
      NamedValue("ids", newQIDs.sorted().map(String.init).joined(separator: ",")),
    ]
    let exchange = exchange(.knowledgeBase, round: round, call: 0, at: simulation.answered, parameters)
    try folder.add(exchange) { try simulation.writeAnswer(to: $0) }
    return simulation.entryCount
  }

  private func writeAssets(round: Int, into folder: inout CaptureFolder) throws -> Int {
    var options = options.assets
    options.round = round
    let simulation = AssetsSimulation(options)
    var query = AssetsSimulation.Query()
    query.limit = options.assetsPerPage
    var pages = 0
    var next: Int? = 0
    while let last = next {
      query.lastSeenID = last
      let parameters = [NamedValue("lastSeenAssetId", "\(last)"), NamedValue("pageSize", "\(query.limit)")]
      let exchange = exchange(.assets, round: round, call: pages, at: time(of: round), parameters)
      next = try folder.add(exchange) { try simulation.writeAnswer(to: query, $0) }
      pages += 1
    }
    return pages
  }

  /// The head of an exchange; `call` counts the API's calls in the round, from 0.
  private func exchange(
    _ api: SimulatedAPI,
    round: Int,
    call: Int,
    at answered: SimulatedInstant,
    _ parameters: [NamedValue]
  ) -> CapturedExchange {
    let limits = Limits(rest: (remaining: 299 - call % 300, toWait: 0))
    let head = AnswerHead(of: api, at: answered, limits: limits)
    return CapturedExchange(round: round, api: api, parameters: parameters, head: head)
  }
}
