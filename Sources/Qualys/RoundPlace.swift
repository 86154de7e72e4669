/// How far a round has come that is not finished, out of what the state keeps of it.
package struct RoundPlace: Sendable, Equatable {
  /// Since when it asks; nil for everything.
  package let since: String?
  /// The first id of the next page; nil where the next page has none.
  package let next: UInt64?
  /// Whether all pages are there, and the round has only to be finished.
  package let isComplete: Bool

  /// Reads what ``Page/cursor`` gave; nil when it is something else.
  package init?(_ cursor: [UInt8]) {
    guard let cursor = PageCursor(cursor) else { return nil }
    (since, next, isComplete) = (cursor.since, cursor.next, cursor.isDone)
  }
}
