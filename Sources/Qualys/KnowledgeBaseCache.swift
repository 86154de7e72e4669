internal import Records
internal import Stages
internal import State
internal import Streaming

/// The entries that a join has seen, in memory and on disk; what is missing is asked for in sorted batches.
///
/// Memory: the chosen fields of every entry that was joined in this run.
final class KnowledgeBaseCache {
  private let context: CallContext
  private let join: JoinKnowledgeBase
  private let space: String
  private var known: [String: JoinedEntry] = [:]

  init(_ join: JoinKnowledgeBase, _ context: CallContext) {
    self.join = join
    self.context = context
    // Another choice of fields is another cache: what was left out cannot be put back.
    space = "knowledge-base/" + (join.fields.map { $0.map(\.description).joined(separator: ",") } ?? "*")
  }

  /// The entry of a QID, or nil when Qualys has none, or it was never looked up.
  func entry(_ qid: String) -> JoinedEntry? { known[qid] }

  /// Whether a QID was looked up.
  func isKnown(_ qid: String) -> Bool { known[qid] != nil }

  /// Looks QIDs up, on disk and where need be at Qualys; afterwards each is known, if only as missing.
  func look(up qids: Set<String>) async throws {
    let numbers = qids.compactMap { UInt64($0) }.sorted()
    var fresh: [UInt64] = []
    var stale: [(qid: UInt64, time: Int)] = []
    let values = try context.state.memory(space, of: context.stream).values(for: numbers.map(QIDLedger.key))
    for (qid, value) in zip(numbers, values) {
      guard let value, let (time, entry) = try? Self.read(value) else {
        fresh.append(qid)
        continue
      }
      let age = context.now() - time
      if age >= (entry == nil ? QIDLedger.absence : join.fullRefresh) {
        fresh.append(qid)
        continue
      }
      known[String(qid)] = entry ?? .missing
      if entry != nil, age >= join.refresh { stale.append((qid, time)) }
    }
    try await fetch(fresh, since: nil)
    try await fetch(stale.map(\.qid), since: stale.map(\.time).min().map { ServerTime.text($0 - Windows.overlap) })
    // A QID that is no number has no entry either.
    for qid in qids where known[qid] == nil { known[qid] = .missing }
  }

  /// Asks for entries; of those that were asked for as changed, the others are as they were.
  private func fetch(_ qids: [UInt64], since: String?) async throws {
    if qids.isEmpty { return }
    let pager = KnowledgeBasePager(
      path: "/api/\(context.version(of: .knowledgeBase))/fo/knowledge_base/vuln/",
      parameters: [APIRequest.Parameter("details", "All")],
      calls: KnowledgeBasePager.Call.batches(of: qids, each: join.qidsPerCall, since: since),
      ledger: QIDLedger(context.state),
      now: context.now
    )
    for try await batch in PagedBatches(pager, context).through(DecodeKnowledgeBase()) {
      for entry in batch.records {
        guard let qid = entry.value(at: Self.qid) else { continue }
        known[qid] = JoinedEntry(entry, fields: join.fields)
      }
    }
    let time = Self.bytes(context.now())
    let values = try qids.map { qid in
      (key: QIDLedger.key(qid), value: time + (try known[String(qid)].map { try Self.bytes($0) } ?? []))
    }
    try context.state.store(values, in: space)
  }

  // The path is right by construction.
  private static let qid = FieldPath("QID")!

  // MARK: - As bytes: when it was asked for, then the entry, if there is one

  private static func bytes(_ time: Int) -> [UInt8] { QIDLedger.key(UInt64(clamping: time)) }

  private static func bytes(_ entry: JoinedEntry) throws -> [UInt8] {
    entry === JoinedEntry.missing ? [] : try entry.serialized()
  }

  private static func read(_ value: [UInt8]) throws -> (time: Int, entry: JoinedEntry?) {
    let time = Int(clamping: QIDLedger.qid(Array(value.prefix(8))))
    return (time, value.count > 8 ? try JoinedEntry(serialized: Array(value.dropFirst(8))) : nil)
  }
}
