/// From when on a round asks.
package enum Since: Sendable, Equatable {
  /// For everything there is.
  case all
  /// For what is newer than a time, as Qualys writes it: `2026-03-01T09:30:00Z`.
  case time(String)

  /// The time; nil for everything.
  package var text: String? { if case .time(let text) = self { text } else { nil } }
}

/// A stream has never finished a round, and nobody said where it begins.
package struct FirstRound: Error, Sendable, CustomStringConvertible {
  package let stream: String

  package var description: String {
    "stream '\(stream)' has not finished a round yet, and nothing says where it begins: write 'start: all' for "
      + "everything that Qualys has, or a time such as 'start: 2026-03-01T00:00:00Z', or give '--since TIME' once"
  }
}
