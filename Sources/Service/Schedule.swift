/// When the rounds of a stream begin: `every` so often by a clock that never goes back.
///
/// A round that is late begins at once, and rounds that were missed are not made up for: the window of the next one
/// reaches back to where the last one ended.
package struct Schedule: Sendable, Equatable {
  package let every: Duration
  /// When the next round is due, by ``Pace/elapsed``.
  package private(set) var due: Duration

  /// Begins with the service.
  ///
  /// - Parameters:
  ///   - last: How long ago the last round began; nil when there was none.
  ///   - now: What the clock says.
  ///   - random: A number from 0 to 1: services that are started at once do not ask at once.
  package init(every: Duration, last: Duration?, now: Duration, random: Double) {
    self.every = every
    let jitter = min(every / 10, .seconds(10)) * random
    // A clock on the wall that was put back is no reason to wait for longer.
    let wait = last.map { min(max(every - $0, .zero), every) } ?? .zero
    due = now + wait + jitter
  }

  /// A round begins.
  package mutating func begin(at now: Duration) {
    // Where it was due counts, so that a moment's delay is not added up.
    due = max(due + every, now)
  }

  /// How long to wait.
  package func wait(at now: Duration) -> Duration { max(due - now, .zero) }
}
