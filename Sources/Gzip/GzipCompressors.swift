internal import Synchronization

/// Compressors of one level, each lent to one task at a time and used again.
///
/// Memory: as many compressors as were lent at once.
package final class GzipCompressors: Sendable {
  private let level: Int
  private let idle = Mutex<[Idle]>([])

  /// A compressor that nobody uses.
  private struct Idle: @unchecked Sendable {
    // Sendable: it is in the list only while no task has it, and the list is behind a lock.
    let compressor: GzipCompressor
  }

  /// Creates none yet.
  package init(level: Int) { self.level = level }

  /// Lends a compressor that is at a member's beginning; `body` ends the member that it begins, or throws.
  /// - Throws: `GzipError.outOfMemory`, and what `body` throws.
  package func withCompressor<Result>(_ body: (GzipCompressor) throws -> Result) throws -> Result {
    let compressor = try idle.withLock { $0.popLast() }?.compressor ?? GzipCompressor(level: level)
    // One that stopped within a member is not used again.
    let result = try body(compressor)
    let idle = Idle(compressor: compressor)
    self.idle.withLock { $0.append(idle) }
    return result
  }
}
