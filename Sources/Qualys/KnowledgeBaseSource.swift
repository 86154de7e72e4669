package import Records
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
    Option("show_pci_reasons", .boolean, "Includes why an entry fails PCI."),
    Option("show_supported_modules_info", .boolean, "Includes which modules detect it."),
    Option("show_disabled_flag", .boolean, "Includes whether it is disabled."),
    Option("show_qid_change_log", .boolean, "Includes its history."),
  ])

  /// The word for the QIDs that were detected.
  package static let detectedWord = "detected"

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
    case ["all"]: selection = .all
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
    qidsPerCall = options.integer("qids-per-call") ?? 500
    parameters = Self.parameters.values(of: options)
  }

  package func pager(_ context: CallContext) throws -> KnowledgeBasePager {
    let ledger = QIDLedger(context.state)
    let since = try Windows(context.state).since(context.stream)
    let path = "/api/\(context.version(of: .knowledgeBase))/fo/knowledge_base/vuln/"
    var calls: [KnowledgeBasePager.Call] = []
    switch selection {
    case .all:
      calls = [KnowledgeBasePager.Call(qids: [], since: since)]
    case .detected, .listed:
      var wanted: [UInt64]
      if case .listed(let qids) = selection { wanted = qids } else { wanted = try ledger.detected() }
      let delivered = try ledger.delivered(to: context.stream)
      let absent = try ledger.absent(at: context.now())
      let known = wanted.filter { delivered.contains($0) }
      wanted.removeAll { delivered.contains($0) || absent.contains($0) }
      calls = KnowledgeBasePager.Call.batches(of: wanted, each: qidsPerCall, since: nil)
      if let since { calls += KnowledgeBasePager.Call.batches(of: known, each: qidsPerCall, since: since) }
    }
    return KnowledgeBasePager(path: path, parameters: parameters, calls: calls, ledger: ledger, now: context.now)
  }
}

/// Batches of QIDs, one page each.
package struct KnowledgeBasePager: Pager {
  package typealias Answer = KnowledgeBaseAnswer

  /// QIDs that are asked for together; none for all.
  package struct Call: Sendable, Equatable {
    package var qids: [UInt64]
    /// Only those that changed since; nil for all of them.
    package var since: String?

    package init(qids: [UInt64], since: String?) {
      self.qids = qids
      self.since = since
    }

    /// QIDs in batches of so many.
    package static func batches(of qids: [UInt64], each count: Int, since: String?) -> [Call] {
      stride(from: 0, to: qids.count, by: count).map { start in
        Call(qids: Array(qids[start..<min(start + count, qids.count)]), since: since)
      }
    }
  }

  private let path: String
  private let parameters: [APIRequest.Parameter]
  private var calls: ArraySlice<Call>
  private var idMin: UInt64?
  private let ledger: QIDLedger
  private let now: @Sendable () -> Int
  /// The QIDs of the call at hand that came before it broke off.
  private var answered: Set<UInt64> = []

  package init(
    path: String,
    parameters: [APIRequest.Parameter],
    calls: [Call],
    ledger: QIDLedger,
    now: @escaping @Sendable () -> Int
  ) {
    self.path = path
    self.parameters = parameters
    self.calls = calls[...]
    self.ledger = ledger
    self.now = now
  }

  package mutating func request() async throws -> APIRequest? {
    guard let call = calls.first else { return nil }
    var all = [APIRequest.Parameter("action", "list")] + parameters
    if !call.qids.isEmpty {
      all.append(APIRequest.Parameter("ids", call.qids.map { String($0) }.joined(separator: ",")))
    }
    if let since = call.since { all.append(APIRequest.Parameter("last_modified_after", since)) }
    if let idMin { all.append(APIRequest.Parameter("id_min", String(idMin))) }
    return APIRequest(.knowledgeBase, path: path, all)
  }

  package mutating func finish(_ page: Page.Report) async throws {
    guard let call = calls.first else { return }
    answered.formUnion(page.ids)
    if let next = page.nextID {
      if next <= idMin ?? 0 || next <= page.lastID ?? 0 {
        throw PagingError(
          description: "\(path): the next page begins at QID \(next), which is not behind this one; "
            + "nothing of it is asked for again and again"
        )
      }
      idMin = next
      return
    }
    // Of those that were asked for as changed, the others are as they were.
    if call.since == nil { try ledger.note(absent: call.qids.filter { !answered.contains($0) }, at: now()) }
    calls.removeFirst()
    idMin = nil
    answered = []
  }

  package mutating func resume(after id: UInt64, of page: Page.Report) {
    answered.formUnion(page.ids)
    idMin = id + 1
  }
}
