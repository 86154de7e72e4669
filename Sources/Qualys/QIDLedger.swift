package import State
package import Streaming

/// Which QIDs were detected, which entries were delivered, and which Qualys does not have.
package struct QIDLedger: Sendable {
  /// How long a QID without an entry is not asked for again, in seconds: a day.
  package static let absence = 86_400

  private static let detectedSpace = "detected-qids"
  private static let absentSpace = "absent-qids"
  private let state: any StateStore

  package init(_ state: any StateStore) { self.state = state }

  /// A QID as the state's key: in this form keys are in the order of the numbers.
  package static func key(_ qid: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: qid >> (56 - 8 * $0)) }
  }

  static func qid(_ key: [UInt8]) -> UInt64 { key.reduce(0) { $0 << 8 | UInt64($1) } }

  // MARK: Detected

  /// Where a stream notes the QIDs that it sees.
  package func detections(of stream: String) -> any Memory { state.memory(Self.detectedSpace, of: stream) }

  /// The QIDs that were detected, ascending.
  func detected() throws -> [UInt64] { try all(of: Self.detectedSpace).map { Self.qid($0.key) } }

  // MARK: Delivered

  private static func space(of stream: String) -> String { "\(stream)/delivered-qids" }

  /// The QIDs whose entries a stream has delivered.
  func delivered(to stream: String) throws -> Set<UInt64> {
    Set(try all(of: Self.space(of: stream)).map { Self.qid($0.key) })
  }

  /// Notes the entries of a page as delivered, as soon as it is committed.
  package func note(delivered page: Page, to stream: String) throws {
    let memory = state.memory(Self.space(of: stream), of: stream)
    for (mark, qid) in (page.report?.ids ?? []).enumerated() {
      try memory.set([], for: Self.key(qid), at: UInt32(mark), of: page)
    }
  }

  // MARK: Absent

  /// QIDs that had no entry within the last day.
  func absent(at time: Int) throws -> Set<UInt64> {
    Set(
      try all(of: Self.absentSpace).filter { entry in
        guard let asked = Int(String(decoding: entry.value, as: UTF8.self)) else { return false }
        return time - asked < Self.absence
      }.map { Self.qid($0.key) }
    )
  }

  /// Notes QIDs that were asked for and did not come.
  func note(absent qids: [UInt64], at time: Int) throws {
    if qids.isEmpty { return }
    try state.store(qids.map { (Self.key($0), Array(String(time).utf8)) }, in: Self.absentSpace)
  }

  private func all(of space: String) throws -> [(key: [UInt8], value: [UInt8])] {
    var all: [(key: [UInt8], value: [UInt8])] = []
    while true {
      let some = try state.entries(of: space, after: all.last?.key, limit: 10_000)
      all += some
      if some.count < 10_000 { return all }
    }
  }
}
