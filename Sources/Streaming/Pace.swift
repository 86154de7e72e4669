internal import Glibc

/// Time and chance, as everything that waits sees them: a seam, so that tests wait for nothing.
package struct Pace: Sendable {
  /// Time since some beginning; never goes back.
  package var elapsed: @Sendable () -> Duration
  /// The clock on the wall, seconds since 1970; for people and dates in headers, never for windows or limits.
  package var date: @Sendable () -> Int
  /// Waits.
  /// - Throws: `CancellationError`.
  package var sleep: @Sendable (Duration) async throws -> Void
  /// A number from 0 to 1.
  package var random: @Sendable () -> Double

  package init(
    elapsed: @escaping @Sendable () -> Duration,
    date: @escaping @Sendable () -> Int,
    sleep: @escaping @Sendable (Duration) async throws -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    self.elapsed = elapsed
    self.date = date
    self.sleep = sleep
    self.random = random
  }

  private static let beginning = ContinuousClock.now

  /// This machine's own.
  package static let system = Pace(
    elapsed: { beginning.duration(to: .now) },
    date: { time(nil) },
    sleep: { try await Task.sleep(for: $0) },
    random: { .random(in: 0...1) }
  )
}
