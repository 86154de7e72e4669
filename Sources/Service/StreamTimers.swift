package import CoreMetrics
internal import Synchronization

/// How long a stream's pages and rounds take, told to instruments of swift-metrics as they end.
package struct StreamTimers: Sendable {
  /// The names of the instruments; each has the labels `pipeline` and `stream`.
  package static let pages = "sluice_page_duration_seconds"
  package static let rounds = "sluice_round_duration_seconds"

  private struct Times {
    var roundBegan: Duration?
    /// When the page before was committed, or the round began.
    var pageBegan: Duration?
  }

  private final class Clock: Sendable {
    let times = Mutex(Times())
  }

  private let page: Timer
  private let round: Timer
  private let elapsed: @Sendable () -> Duration
  private let clock = Clock()

  package init(
    of stream: String,
    in pipeline: String,
    _ factory: any MetricsFactory,
    elapsed: @escaping @Sendable () -> Duration
  ) {
    let labels = [("pipeline", pipeline), ("stream", stream)]
    page = Timer(label: Self.pages, dimensions: labels, factory: factory)
    round = Timer(label: Self.rounds, dimensions: labels, factory: factory)
    self.elapsed = elapsed
  }

  func beginRound() {
    let now = elapsed()
    clock.times.withLock { $0 = Times(roundBegan: now, pageBegan: now) }
  }

  func endPage() {
    let now = elapsed()
    let began = clock.times.withLock { times in
      defer { times.pageBegan = now }
      return times.pageBegan
    }
    if let began { page.recordNanoseconds((now - began).nanoseconds) }
  }

  func endRound() {
    let now = elapsed()
    if let began = clock.times.withLock(\.roundBegan) { round.recordNanoseconds((now - began).nanoseconds) }
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
