package import State

/// Since when each stream asks: kept when a round is finished, from the server's clock at its beginning.
package struct Windows: Sendable {
  /// How far a window reaches back behind the beginning of the round before, in seconds: pages are no snapshot.
  package static let overlap = 600

  private static let space = "windows"
  private let state: any StateStore

  package init(_ state: any StateStore) { self.state = state }

  /// The time that a stream asks from, as Qualys writes it; nil for everything.
  package func since(_ stream: String) throws -> String? {
    let found = try state.entries(of: Self.space, after: nil, limit: .max).first { $0.key == Array(stream.utf8) }
    return found.map { String(decoding: $0.value, as: UTF8.self) }
  }

  /// Ends a round that began at a time of the server's clock: the next one asks from there on, and a little before.
  package func finish(_ stream: String, began serverTime: Int) throws {
    let since = ServerTime.text(serverTime - Self.overlap)
    try state.store([(Array(stream.utf8), Array(since.utf8))], in: Self.space)
  }
}
