extension KnowledgeBasePager {
  /// QIDs that are asked for together; none for all.
  package struct Call: Sendable, Equatable {
    /// Why they are asked for.
    package enum Phase: String, Sendable {
      /// They did not come in rounds before.
      case quarantined
      /// They were delivered, and may have changed since.
      case changed
      /// They were not delivered yet.
      case new
      /// Everything is asked for again.
      case full
      /// Whatever Qualys has.
      case all
    }

    package var qids: [UInt64]
    /// Only those that changed since; nil for all of them.
    package var since: String?
    package var phase = Phase.new

    package init(qids: [UInt64], since: String?, phase: Phase = .new) {
      self.qids = qids
      self.since = since
      self.phase = phase
    }

    /// QIDs in batches of so many.
    package static func batches(
      of qids: [UInt64],
      each count: Int,
      since: String?,
      _ phase: Phase = .new
    ) -> [Call] {
      stride(from: 0, to: qids.count, by: count).map { start in
        Call(qids: Array(qids[start..<min(start + count, qids.count)]), since: since, phase: phase)
      }
    }

    /// What is left of a round's calls behind a cursor.
    ///
    /// New ones need no place: those that came were noted as delivered with their page.
    static func rest(of calls: [Call], behind cursor: PageCursor, each count: Int) -> [Call] {
      if cursor.isDone { return [] }
      let retried = cursor.isQuarantineAsked ? [] : calls.filter { $0.phase == .quarantined }
      var others = calls.filter { $0.phase != .quarantined }
      guard let phase = cursor.phase.flatMap(Phase.init) else { return retried + others }
      if phase == .new { others.removeAll { $0.phase == .changed } }
      guard let next = cursor.next, phase == .changed || phase == .full else { return retried + others }
      let begun = others.filter { $0.phase == phase }
      let left = batches(of: begun.flatMap(\.qids).filter { $0 >= next }, each: count, since: begun.first?.since, phase)
      return retried + left + others.filter { $0.phase != phase }
    }
  }
}
