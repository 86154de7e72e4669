internal import Streaming
internal import Synchronization

/// How much disk the answers take that were read ahead, of how much.
final class ReadAheadRoom: Sendable {
  private let size: Int
  private let used = Mutex(0)
  /// Raised when something changed that a writer or a reader may wait for.
  let changes = ChangeSignal()

  init(_ size: Int) { self.size = size }

  /// The bytes in use.
  var count: Int { used.withLock { $0 } }

  /// Takes bytes, if they are there or must be had.
  func take(_ count: Int, anyway: Bool = false) -> Bool {
    used.withLock { used in
      if !anyway, used + count > size { return false }
      used += count
      return true
    }
  }

  /// Gives bytes back.
  func give(_ count: Int) {
    used.withLock { $0 -= count }
    changes.raise()
  }
}
