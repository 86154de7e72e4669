internal import State
package import Streaming

/// Asks for entries of the KnowledgeBase: those of the QIDs that were detected, of some, or all.
package struct KnowledgeBaseSource: APISource {
  package static let api = API.knowledgeBase

  package static let component = Component(
    "knowledge-base",
    summary: "Asks Qualys for KnowledgeBase entries: of the QIDs that were detected, of some, or all.",
    discussion: """
      Calls /api/4.0/fo/knowledge_base/vuln/ (version: `qualys.versions`). With `qids: detected`, or a list, each entry \
      comes once, in ascending order, and again when Qualys has changed it. QIDs are asked for in sorted batches. One \
      that has no entry is asked for again after 24 hours. With `qids: all` the first round asks for everything, in one \
      answer, and later ones for what has changed.
      """,
    form: .options(
      [
        Option("qids", .list(.text), default: detectedWord, "`detected`, `all`, or a list of QIDs."),
        Option("qids-per-call", .integer(1...10_000), default: "500", "QIDs that are asked for together."),
      ] + parameters.options
    ),
    principal: "qids",
    example: "source: { knowledge-base: { qids: detected } }"
  )

  private static let parameters = APIParameters([
    Option("details", .choice(["Basic", "All"]), default: "All", "How much of each entry."),
    Option("is_patchable", .boolean, "Only those that have a patch, or have none."),
    Option("published_after", .text, "Only those published after this time (UTC)."),
    Option("published_before", .text, "Only those published before this time (UTC)."),
    Option("last_modified_before", .text, "Only those last changed before this time (UTC)."),
    Option("last_modified_by_user_after", .text, "Only those that a user changed after this time (UTC)."),
    Option("last_modified_by_user_before", .text, "Only those that a user changed before this time (UTC)."),
    Option("last_modified_by_service_after", .text, "Only those that Qualys changed after this time (UTC)."),
    Option("last_modified_by_service_before", .text, "Only those that Qualys changed before this time (UTC)."),
    Option("discovery_method", .text, "Only those discovered in this way, in Qualys' words."),
    Option("discovery_auth_types", .list(.text), "Only those discovered by these kinds of authentication."),
    Option("show_pci_reasons", .boolean, "Includes why an entry fails PCI."),
    Option("show_supported_modules_info", .boolean, "Includes which modules detect it."),
    Option("show_disabled_flag", .boolean, "Includes whether it is disabled."),
    Option("show_qid_change_log", .boolean, "Includes its history."),
  ])

  /// The word for the QIDs that were detected.
  package static let detectedWord = "detected"

  /// The word for all entries.
  package static let everyWord = "all"

  /// Which entries are asked for.
  package enum Selection: Sendable, Equatable {
    case detected
    case all
    case listed([UInt64])
  }

  package let selection: Selection
  private let qidsPerCall: Int
  private let parameters: [APIRequest.Parameter]

  package init(_ options: Options) throws(OptionError) {
    let words = options.texts("qids") ?? [Self.detectedWord]
    switch words {
    case [Self.detectedWord]: selection = .detected
    case [Self.everyWord]: selection = .all
    default:
      var qids: Set<UInt64> = []
      for word in words {
        guard let qid = UInt64(word) else {
          throw OptionError("qids", "'\(word)' is no QID", help: "say 'detected', 'all', or give a list of numbers")
        }
        qids.insert(qid)
      }
      selection = .listed(qids.sorted())
    }
    for name in Self.times { try RequestTime.check(name, of: options) }
    qidsPerCall = options.integer("qids-per-call") ?? 500
    parameters = Self.parameters.values(of: options)
  }

  /// The options that take a time.
  private static let times = [
    "published_after", "published_before", "last_modified_before", "last_modified_by_user_after",
    "last_modified_by_user_before", "last_modified_by_service_after", "last_modified_by_service_before",
  ]

  package func pager(_ context: CallContext) throws -> KnowledgeBasePager {
    let ledger = QIDLedger(context.state)
    let quarantine = Quarantine(context.state, of: context.stream, context.notices)
    let path = "/api/\(context.version(of: .knowledgeBase))/fo/knowledge_base/vuln/"
    // Which QIDs are chosen is no part of it: the ledger knows which of them were delivered.
    let all = selection == .all ? [APIRequest.Parameter("qids", "all")] : []
    let beginning = try context.beginning(asking: OptionsFingerprint.text(path, parameters + all))
    let entries = try quarantine.entries()
    return KnowledgeBasePager(
      path: path,
      parameters: parameters,
      calls: try calls(of: beginning, leavingOut: entries, ledger, context),
      ledger: ledger,
      now: context.now,
      beginning,
      quarantine,
      context.notices
    )
  }

  /// What a round calls, in order: those in quarantine alone, changed entries, new ones.
  ///
  /// Changed ones come before new ones: what was delivered when a round begins is known, without a list, as long as
  /// none of the new ones has come. So a round that was interrupted goes on with the same calls.
  private func calls(
    of beginning: RoundBeginning,
    leavingOut entries: [Quarantine.Entry],
    _ ledger: QIDLedger,
    _ context: CallContext
  ) throws -> [KnowledgeBasePager.Call] {
    let bad = Set(entries.map(\.id))
    var calls = entries.map { KnowledgeBasePager.Call(qids: [$0.id], since: $0.since, phase: .quarantined) }
    if selection == .all {
      calls.append(KnowledgeBasePager.Call(qids: [], since: beginning.since, phase: .all))
    } else {
      var wanted: [UInt64]
      if case .listed(let qids) = selection { wanted = qids } else { wanted = try ledger.detected() }
      let delivered = try ledger.delivered(to: context.stream)
      let absent = try ledger.absent(at: context.now())
      wanted.removeAll { bad.contains($0) }
      let known = wanted.filter { delivered.contains($0) }
      if beginning.isFull {
        calls += batches(of: wanted.filter { !absent.contains($0) || delivered.contains($0) }, since: nil, .full)
      } else {
        if let since = beginning.since { calls += batches(of: known, since: since, .changed) }
        calls += batches(of: wanted.filter { !delivered.contains($0) && !absent.contains($0) }, since: nil, .new)
      }
    }
    return beginning.cursor.map { KnowledgeBasePager.Call.rest(of: calls, behind: $0, each: qidsPerCall) } ?? calls
  }

  private func batches(
    of qids: [UInt64],
    since: String?,
    _ phase: KnowledgeBasePager.Call.Phase
  ) -> [KnowledgeBasePager.Call] {
    KnowledgeBasePager.Call.batches(of: qids, each: qidsPerCall, since: since, phase)
  }
}
