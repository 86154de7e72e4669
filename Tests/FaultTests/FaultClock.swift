import Streaming
import Synchronization

/// A clock that goes by as much as is slept, while those who sleep wait for a few milliseconds only.
///
/// Bytes on sockets come in earnest, so it goes on by itself, too.
final class FaultClock: Sendable {
  private let start = ContinuousClock.now
  private let slept = Mutex<[Duration]>([])
  /// Seconds by which the clock on the wall is wrong, by how often it was asked.
  private let error: @Sendable (_ number: Int) -> Int
  private let askings = Mutex(0)

  init(error: @escaping @Sendable (_ number: Int) -> Int = { _ in 0 }) { self.error = error }

  /// All waits together.
  var waited: Duration { slept.withLock { $0.reduce(.zero, +) } }
  var elapsed: Duration { start.duration(to: .now) + waited }

  var pace: Pace {
    Pace(
      elapsed: { self.elapsed },
      date: {
        let number = self.askings.withLock { count in
          count += 1
          return count
        }
        return 1_800_000_000 + Int(self.elapsed.components.seconds) + self.error(number)
      },
      sleep: { duration in
        self.slept.withLock { $0.append(duration) }
        try await Task.sleep(for: min(duration, .milliseconds(2)))
      },
      random: { 0.5 }
    )
  }
}
