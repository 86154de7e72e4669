internal import Synchronization

/// What a spool shows of itself: whoever looks reads it, and waits for nobody.
package final class SpoolWatch: Sendable {
  /// A spool at one moment.
  package struct Contents: Sendable, Equatable {
    /// Lines of committed pages that the sink does not have.
    package var lines = 0
    /// Bytes of the spool's files, and how many there may be.
    package var bytes = 0
    package var limit: Int
    /// Whether it is full, so that its stream waits.
    package var isFull = false
    /// Records that the sink has refused for ever since the spool was opened.
    package var refused = 0
    /// Since when the sink takes nothing, seconds since 1970, and why; nil when it does.
    package var failure: (since: Int, message: String)?

    package static func == (left: Self, right: Self) -> Bool {
      left.lines == right.lines && left.bytes == right.bytes && left.limit == right.limit
        && left.isFull == right.isFull && left.refused == right.refused && left.failure?.since == right.failure?.since
        && left.failure?.message == right.failure?.message
    }
  }

  private let contents: Mutex<Contents>

  init(limit: Int) { contents = Mutex(Contents(limit: limit)) }

  package var current: Contents { contents.withLock { $0 } }

  package func change(_ body: (inout Contents) -> Void) { contents.withLock { body(&$0) } }
}
