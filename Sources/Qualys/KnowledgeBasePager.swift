package import Records
package import Streaming

/// Batches of QIDs, one page each.
package struct KnowledgeBasePager: Pager {
  package typealias Answer = KnowledgeBaseAnswer

  private let path: String
  private let parameters: [APIRequest.Parameter]
  private let beginning: RoundBeginning
  private let quarantine: Quarantine?
  private let notices: StreamNotices
  private var calls: ArraySlice<Call>
  private var idMin: UInt64?
  private let ledger: QIDLedger
  private let now: @Sendable () -> Int
  /// The QIDs of the call at hand that came before it broke off.
  private var answered: Set<UInt64> = []
  /// QIDs in quarantine that are passed over where they stand in the way.
  private var known: Set<UInt64>

  /// Calls, without a round.
  package init(
    path: String,
    parameters: [APIRequest.Parameter],
    calls: [Call],
    ledger: QIDLedger,
    now: @escaping @Sendable () -> Int
  ) {
    self.init(
      path: path,
      parameters: parameters,
      calls: calls,
      ledger: ledger,
      now: now,
      RoundBeginning(options: ""),
      nil,
      StreamNotices("")
    )
  }

  /// The calls of a round.
  init(
    path: String,
    parameters: [APIRequest.Parameter],
    calls: [Call],
    ledger: QIDLedger,
    now: @escaping @Sendable () -> Int,
    _ beginning: RoundBeginning,
    _ quarantine: Quarantine?,
    _ notices: StreamNotices
  ) {
    self.path = path
    self.parameters = parameters
    self.calls = calls[...]
    self.ledger = ledger
    self.now = now
    self.beginning = beginning
    self.quarantine = quarantine
    self.notices = notices
    known = Set(calls.filter { $0.phase == .quarantined }.flatMap(\.qids))
    if calls.first?.phase == .all { idMin = beginning.cursor?.next }
  }

  package var after: UInt64 { max(idMin ?? 0, 1) - 1 }

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

  package func begin(_ page: Page) throws {
    if let call = calls.first, call.phase == .quarantined {
      for qid in call.qids { try quarantine?.release(qid, with: page) }
    }
  }

  package mutating func finish(_ page: Page.Report) async throws {
    guard let call = calls.first else { return }
    if call.phase == .quarantined {
      for qid in call.qids { try quarantine?.tellReleased(qid, "QID", isGone: page.marks == 0) }
      known.subtract(call.qids)
    }
    let before = answered.union(page.ids)
    let count = calls.count
    if let doubt = try advance(behind: page) { notices.oddity(doubt) }
    // Of those that were asked for as changed, the others are as they were.
    if calls.count < count, call.since == nil {
      try ledger.note(absent: call.qids.filter { !before.contains($0) }, at: now())
    }
  }

  /// Moves on behind a complete page, and does nothing else; what was odd about the page's own words.
  private mutating func advance(behind page: Page.Report) throws(PagingError) -> String? {
    let step = try NextPage.byWarning(page, from: idMin ?? 0, path: path)
    answered.formUnion(page.ids)
    if let first = step.first { idMin = first } else { endCall() }
    return step.doubt
  }

  private mutating func endCall() {
    calls.removeFirst()
    idMin = nil
    answered = []
  }

  package mutating func resume(after id: UInt64, of page: Page.Report) {
    answered.formUnion(page.ids)
    if id < .max { idMin = id + 1 }
  }

  /// The QIDs of the call at hand that are still to come.
  private var rest: [UInt64] { calls.first?.qids.filter { $0 > after } ?? [] }

  /// Asks for the first half of the rest now and for the second in a call of its own.
  package mutating func shrink() -> Bool {
    guard let call = calls.first, rest.count > 1 else { return false }
    let second = Array(rest[(rest.count / 2)...])
    var first = call
    first.qids.removeAll { $0 >= second[0] }
    calls = [first, Call(qids: second, since: call.since, phase: call.phase)] + calls.dropFirst()
    return true
  }

  package func suspect(_ page: Page.Report) throws -> Suspect {
    guard let call = calls.first, quarantine != nil else { return .unknown }
    if call.phase == .quarantined, let qid = call.qids.first { return .known(qid) }
    if rest.count == 1 { return .item(rest[0]) }
    guard let qid = page.openID, page.idsAscend, qid > after else { return .unknown }
    return known.contains(qid) ? .known(qid) : .item(qid)
  }

  package mutating func leaveOut(_ id: UInt64, tries: Int) throws -> Bool {
    guard let quarantine, let call = calls.first else { return false }
    if call.phase == .quarantined {
      endCall()
      return true
    }
    guard id > after, id < .max, call.qids.isEmpty || call.qids.contains(id) else { return false }
    if known.insert(id).inserted {
      try quarantine.add(Quarantine.Entry(id: id, since: call.since), "QID", tries: tries)
    }
    if call.qids.isEmpty || rest.count > 1 {
      calls[calls.startIndex].qids.removeAll { $0 == id }
      idMin = id + 1
    } else {
      if call.since == nil {
        try ledger.note(absent: call.qids.filter { $0 < id && !answered.contains($0) }, at: now())
      }
      endCall()
    }
    return true
  }

  package func cursor(behind page: Page.Report) -> [UInt8]? {
    var next = self
    if page.failure == nil { _ = try? next.advance(behind: page) } else { _ = next.takeUp(page) }
    var cursor = PageCursor(options: beginning.options, since: beginning.since)
    if let call = next.calls.first {
      cursor.isQuarantineAsked = call.phase != .quarantined
      cursor.phase = (next.calls.first { $0.phase != .quarantined } ?? call).phase.rawValue
      if call.phase != .quarantined { cursor.next = next.idMin ?? call.qids.first }
    } else {
      cursor.isQuarantineAsked = true
      cursor.isDone = true
    }
    return cursor.bytes
  }
}
