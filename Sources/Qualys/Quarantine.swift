internal import Health
package import State
internal import Streaming

/// Hosts (assets, QIDs) that never come whole, however little is asked for: left out, and asked for again in each round.
///
/// A round that leaves some out is finished all the same, and its window advances: held back by one host that Qualys
/// cannot give, the window would grow for ever, and every round would ask for everything again. Each entry keeps the
/// window that it was left out of, so that nothing of it is lost when it comes at last. Memory: the entries.
package struct Quarantine: Sendable {
  /// Something left out, and since when it was asked for then; nil for everything.
  package struct Entry: Sendable, Equatable {
    package var id: UInt64
    package var since: String?
  }

  /// The longest row of items that may be left out without one that comes: longer, it is not the items that are bad.
  static let longestRow = 10

  package static let space = "quarantine"
  private static let released = Array("released".utf8)
  private let state: any StateStore
  private let stream: String
  private let notices: StreamNotices

  package init(_ state: any StateStore, of stream: String, _ notices: StreamNotices? = nil) {
    self.state = state
    self.stream = stream
    self.notices = notices ?? StreamNotices(stream)
  }

  /// What a stream leaves out, ascending.
  package func entries() throws -> [Entry] { try Self.entries(of: stream, in: state) }

  /// What a stream leaves out, ascending, as a state says.
  package static func entries(of stream: String, in state: any StateReading) throws -> [Entry] {
    let prefix = key(nil, of: stream)
    var found: [Entry] = []
    var last = prefix
    while true {
      let some = try state.entries(of: space, after: last, limit: 1000)
      for (key, value) in some {
        guard key.starts(with: prefix), key.count == prefix.count + 8 else { return found }
        if value == released { continue }
        let since = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        found.append(Entry(id: QIDLedger.qid(Array(key.suffix(8))), since: since))
      }
      guard let end = some.last?.key, some.count == 1000 else { return found }
      last = end
    }
  }

  /// Leaves an item out from now on, and says so.
  func add(_ entry: Entry, _ kind: String, tries: Int) throws {
    try state.store([(Self.key(entry.id, of: stream), Array((entry.since ?? "").utf8))], in: Self.space)
    let count = try entries().count
    notices.notice(
      "HostQuarantined",
      .warning,
      "\(kind) \(entry.id) did not come whole in \(tries) calls that asked for it alone: it is left out, all others go "
        + "on; it is asked for again in each round. If it never comes, tell Qualys' support its id"
    ) { $0.counts = ["id": Int(clamping: entry.id), "quarantined": count] }
  }

  /// Lets an item go once a page that holds it is committed.
  ///
  /// Called before the page is read, for then it is known to be in time; if the page breaks off, it is forgotten.
  func release(_ id: UInt64, with page: Page) throws {
    try state.memory(Self.space, of: stream).set(Self.released, for: Self.key(id, of: stream), at: 0, of: page)
  }

  /// Says that an item came.
  ///
  /// - Parameter isGone: Whether nothing of it came, since Qualys has it no more: there is no mark to let it go with.
  func tellReleased(_ id: UInt64, _ kind: String, isGone: Bool) throws {
    if isGone { try state.store([(Self.key(id, of: stream), Self.released)], in: Self.space) }
    notices.notice("HostQuarantined", .info, "\(kind) \(id) came: it is no longer left out") {
      $0.isRecovery = true
      $0.counts = ["id": Int(clamping: id)]
    }
  }

  /// Keys of a stream stand together, in the order of the ids.
  private static func key(_ id: UInt64?, of stream: String) -> [UInt8] {
    Array(stream.utf8) + [0] + (id.map(QIDLedger.key) ?? [])
  }
}
