internal import Streaming
internal import Synchronization

/// Samples of what passes one place of a running stream, for one reader.
///
/// It takes at most ten records a second, and nothing while its reader has sixteen to read: about 1 MiB. It looks at no
/// more than the first 64 records of a batch, and after a look it rests 49 times as long as that took: a stream loses two
/// percent of its time at most, whatever is looked for.
final class Tap: Sendable {
  private static let samplesInSecond = 10
  private static let looksInBatch = 64
  private static let restFactor = 49
  /// Samples that wait for the reader.
  static let buffered = 16

  private struct Budget {
    var second: Duration
    var samples = 0
    /// When it looks again.
    var next: Duration
  }

  let edge: Edge
  private let filter: TapFilter?
  private let elapsed: @Sendable () -> Duration
  private let writer: AsyncStream<[UInt8]>.Continuation
  private let budget: Mutex<Budget>

  init(
    at edge: Edge,
    _ filter: TapFilter?,
    elapsed: @escaping @Sendable () -> Duration,
    _ writer: AsyncStream<[UInt8]>.Continuation
  ) {
    self.edge = edge
    self.filter = filter
    self.elapsed = elapsed
    self.writer = writer
    let now = elapsed()
    budget = Mutex(Budget(second: now, next: now))
  }

  /// Looks at some records of a batch, unless it has looked enough; never waits.
  func look<R: Record>(at records: ContiguousArray<R>) {
    guard !records.isEmpty, var left = begin() else { return }
    let start = elapsed()
    let before = left
    for record in records.prefix(Self.looksInBatch) where filter?.holds(for: record) ?? true {
      // What the reader has no room for is dropped.
      writer.yield(TapSample.bytes(of: record))
      left -= 1
      if left == 0 { break }
    }
    let now = elapsed()
    budget.withLock { budget in
      budget.samples += before - left
      budget.next = now + (now - start) * Self.restFactor
    }
  }

  /// How many samples may be taken now; nil when none may.
  private func begin() -> Int? {
    let now = elapsed()
    return budget.withLock { budget in
      if now < budget.next { return nil }
      if now - budget.second >= .seconds(1) { (budget.second, budget.samples) = (now, 0) }
      return budget.samples < Self.samplesInSecond ? Self.samplesInSecond - budget.samples : nil
    }
  }

  func end() { writer.finish() }
}
