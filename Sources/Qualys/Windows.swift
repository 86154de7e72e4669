package import State

/// Since when each stream asks: kept when a round is finished, from the server's clock at its beginning.
package struct Windows: Sendable {
  /// How far a window reaches back behind the beginning of the round before, in seconds: pages are no snapshot.
  package static let overlap = 600

  /// The state's space that ``entry(_:began:)`` belongs to.
  package static let space = "windows"
  private let state: any StateStore

  package init(_ state: any StateStore) { self.state = state }

  /// The time that a stream asks from, as Qualys writes it; nil for everything.
  package func since(_ stream: String) throws -> String? { try beginning(of: stream)?.text }

  /// Where a stream's next round begins; nil when it has never finished one.
  package func beginning(of stream: String) throws -> Since? { try Self.beginning(of: stream, in: state) }

  /// Where a stream's next round begins, as a state says.
  package static func beginning(of stream: String, in state: any StateReading) throws -> Since? {
    try value(of: key(stream), in: state).map { $0.isEmpty ? .all : .time(String(decoding: $0, as: UTF8.self)) }
  }

  /// What is to be stored in the transaction that ends a round which began at a time of the server's clock: the next
  /// one asks from there on, and a little before.
  package static func entry(_ stream: String, began serverTime: Int) -> (key: [UInt8], value: [UInt8]) {
    (key(stream), Array(ServerTime.text(serverTime - overlap).utf8))
  }

  /// What is to be stored so that the next round asks from a time that a person chose.
  package static func entry(_ stream: String, since: Since) -> (key: [UInt8], value: [UInt8]) {
    (key(stream), Array((since.text ?? "").utf8))
  }

  /// Ends a round outside a transaction of the stream's own.
  package func finish(_ stream: String, began serverTime: Int) throws {
    try state.store([Self.entry(stream, began: serverTime)], in: Self.space)
  }

  /// Makes the stream's next round ask for everything.
  package func clear(_ stream: String) throws { try state.store([(Self.key(stream), [])], in: Self.space) }

  // MARK: What was asked for

  /// What the windows of a stream were finished with, as a fingerprint; nil before its first round.
  func fingerprint(of stream: String) throws -> String? {
    try Self.value(of: Self.fingerprintKey(stream), in: state).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Notes what a stream asks for, before it is asked.
  ///
  /// - Parameter isOther: Whether it is something else than before: then the window goes in the same transaction, so that a
  ///   process that ends now does not take the old window for one of the new options.
  func note(_ fingerprint: String, of stream: String, isOther: Bool) throws {
    let noted = (key: Self.fingerprintKey(stream), value: Array(fingerprint.utf8))
    try state.store(isOther ? [noted, (Self.key(stream), [])] : [noted], in: Self.space)
  }

  private static func key(_ stream: String) -> [UInt8] { Array(stream.utf8) }
  private static func fingerprintKey(_ stream: String) -> [UInt8] { key(stream) + Array("\u{0}options".utf8) }

  private static func value(of key: [UInt8], in state: any StateReading) throws -> [UInt8]? {
    try state.entries(of: space, after: nil, limit: .max).first { $0.key == key }?.value
  }
}
