internal import Records
internal import Stages
internal import State
internal import Streaming

/// The entries that a join has seen, in memory and on disk; what is missing is asked for in sorted batches.
///
/// Memory: the chosen fields of every entry that was joined in this run, up to 32 MiB of them, and some 40 bytes for
/// each QID.
final class KnowledgeBaseCache {
  private let context: CallContext
  private let join: JoinKnowledgeBase
  private let space: String
  private var places: [UInt64: JoinedEntries.Place] = [:]
  private var entries = JoinedEntries(memory: 32 << 20)

  init(_ join: JoinKnowledgeBase, _ context: CallContext) {
    self.join = join
    self.context = context
    // Another choice of fields is another cache: what was left out cannot be put back.
    space = "knowledge-base/" + (join.fields.map { $0.map(\.description).joined(separator: ",") } ?? "*")
  }

  /// Appends the entry of a QID to a tape, or that there is none; says where it stands there.
  func append(_ qid: UInt64?, to tape: inout TapeBuilder) throws -> Range<Int> {
    try entries.copy(qid.flatMap { places[$0] } ?? .missing, to: &tape)
  }

  /// Whether a QID was looked up.
  func isKnown(_ qid: UInt64) -> Bool { places[qid] != nil }

  /// Looks QIDs up, on disk and where need be at Qualys; afterwards each is known, if only as missing.
  func look(up qids: Set<UInt64>) async throws {
    let qids = qids.sorted()
    var fresh: [UInt64] = []
    var stale: [(qid: UInt64, time: Int)] = []
    /// The bytes of stale entries, which stay when Qualys did not change them.
    var kept: [UInt64: [UInt8]] = [:]
    let values = try context.state.memory(space, of: context.stream).values(for: qids.map(QIDLedger.key))
    for (qid, value) in zip(qids, values) {
      guard let value, let (time, entry) = try? Self.read(value) else {
        fresh.append(qid)
        continue
      }
      let age = context.now() - time
      if age >= (entry == nil ? QIDLedger.absence : join.fullRefresh) {
        fresh.append(qid)
        continue
      }
      places[qid] = try entry.map { try entries.append($0) } ?? .missing
      if entry != nil, age >= join.refresh {
        stale.append((qid, time))
        kept[qid] = Array(value.dropFirst(8))
      }
    }
    try await fetch(fresh, since: nil, kept: [:])
    try await fetch(
      stale.map(\.qid),
      since: stale.map(\.time).min().map { ServerTime.text($0 - Windows.overlap) },
      kept: kept
    )
    for qid in qids where places[qid] == nil { places[qid] = .missing }
  }

  /// Asks for entries; of those that were asked for as changed, the others are as they were.
  private func fetch(_ qids: [UInt64], since: String?, kept: [UInt64: [UInt8]]) async throws {
    if qids.isEmpty { return }
    let pager = KnowledgeBasePager(
      path: "/api/\(context.version(of: .knowledgeBase))/fo/knowledge_base/vuln/",
      parameters: [APIRequest.Parameter("details", "All")],
      calls: KnowledgeBasePager.Call.batches(of: qids, each: join.qidsPerCall, since: since),
      ledger: QIDLedger(context.state),
      now: context.now
    )
    var kept = kept
    for try await batch in PagedBatches(pager, context).through(DecodeKnowledgeBase()) {
      for entry in batch.records {
        guard let qid = entry.fields.number(at: Self.qid) else { continue }
        let joined = JoinedEntry(entry, fields: join.fields)
        places[qid] = try entries.append(joined)
        kept[qid] = try joined.serialized()
      }
    }
    let time = Self.bytes(context.now())
    try context.state.store(qids.map { (key: QIDLedger.key($0), value: time + (kept[$0] ?? [])) }, in: space)
  }

  // The path is right by construction.
  private static let qid = FieldPath("QID")!

  // MARK: - As bytes: when it was asked for, then the entry, if there is one

  private static func bytes(_ time: Int) -> [UInt8] { QIDLedger.key(UInt64(clamping: time)) }

  private static func read(_ value: [UInt8]) throws -> (time: Int, entry: JoinedEntry?) {
    let time = Int(clamping: QIDLedger.qid(Array(value.prefix(8))))
    return (time, value.count > 8 ? try JoinedEntry(serialized: Array(value.dropFirst(8))) : nil)
  }
}
