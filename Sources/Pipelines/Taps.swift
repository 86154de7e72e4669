internal import Streaming
internal import Synchronization

/// The taps of a pipeline's running streams.
///
/// Where nobody taps, an edge costs one load for each batch. Memory: about 1 MiB for each of at most four taps.
package final class Taps: Sendable {
  /// How many may be open at once.
  package static let most = 4

  /// What a tap gives: lines of JSON without newlines, until it is ended.
  ///
  /// Dropped, or not read any more, the tap closes.
  package struct Reader: Sendable {
    package let samples: AsyncStream<[UInt8]>
    private let writer: AsyncStream<[UInt8]>.Continuation

    package init(_ samples: AsyncStream<[UInt8]>, _ writer: AsyncStream<[UInt8]>.Continuation) {
      self.samples = samples
      self.writer = writer
    }

    /// Lets whoever reads find an empty line, so that it can see whether its own reader is still there.
    package func beat() { writer.yield([]) }
  }

  private struct State {
    var taps: [Int: Tap] = [:]
    var opened = 0
  }

  private let elapsed: @Sendable () -> Duration
  private let count = Atomic<Int>(0)
  private let state = Mutex(State())

  package init(elapsed: @escaping @Sendable () -> Duration) { self.elapsed = elapsed }

  /// Opens a tap.
  ///
  /// - Parameters:
  ///   - after: The stage behind which to look, as ``TapPoint`` names it; nil for what the sinks get.
  ///   - filter: Which records to show, in the words of the stage `filter`; nil for all.
  /// - Throws: Why there is no such place, or filter, or no room.
  package func open(
    _ stream: PlannedStream,
    after: String?,
    where filter: String?
  ) throws(TapRefusal) -> Reader {
    let point = try TapPoint(after, in: stream)
    var read: TapFilter?
    if let filter { read = try TapFilter(filter, at: point) }
    let (samples, writer) = AsyncStream.makeStream(
      of: [UInt8].self,
      bufferingPolicy: .bufferingOldest(Tap.buffered)
    )
    let tap = Tap(at: point.edge, read, elapsed: elapsed, writer)
    let number = state.withLock { state in
      state.opened += 1
      return state.opened
    }
    writer.onTermination = { [weak self] _ in self?.close(number) }
    let hasRoom = state.withLock { state in
      guard state.taps.count < Self.most else { return false }
      state.taps[number] = tap
      count.store(state.taps.count, ordering: .relaxed)
      return true
    }
    guard hasRoom else {
      throw TapRefusal(.full, "\(Self.most) taps are open, and that is all there may be; end one of them")
    }
    return Reader(samples, writer)
  }

  /// Ends all: the service does, or the pipeline is not what it was.
  package func end() {
    // Each closes itself.
    for tap in state.withLock({ $0.taps.values }) { tap.end() }
  }

  private func close(_ number: Int) {
    state.withLock { state in
      state.taps[number] = nil
      count.store(state.taps.count, ordering: .relaxed)
    }
  }

  /// Lets the taps at an edge look at a batch.
  func look<R: Record>(at batch: Batch<R>, _ edge: Edge) {
    guard count.load(ordering: .relaxed) > 0 else { return }
    for tap in state.withLock({ $0.taps.values.filter { $0.edge == edge } }) { tap.look(at: batch.records) }
  }
}
