import Streaming
import Synchronization

/// Time that goes on when two sleep: to where the first of them wakes up.
///
/// A timer and what it guards are those two, so that which of them is first is decided by their lengths alone.
final class RacingTime: Sendable {
  private struct Sleeper {
    var end: Duration
    var continuation: CheckedContinuation<Void, any Error>
  }
  private struct State {
    var now = Duration.zero
    var count = 0
    var sleepers: [Int: Sleeper] = [:]
    var cancelled: Set<Int> = []
  }
  private let state = Mutex(State())

  var now: Duration { state.withLock { $0.now } }

  /// Time passes while nobody sleeps.
  func advance(by duration: Duration) { state.withLock { $0.now += duration } }

  var pace: Pace {
    Pace(elapsed: { self.now }, date: { 0 }, sleep: { try await self.sleep($0) }, random: { 0.5 })
  }

  private func sleep(_ duration: Duration) async throws {
    let number = state.withLock { state in
      state.count += 1
      return state.count
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let first: Sleeper? = state.withLock { state in
          let sleeper = Sleeper(end: state.now + duration, continuation: continuation)
          if state.cancelled.contains(number) { return sleeper }
          state.sleepers[number] = sleeper
          guard state.sleepers.count == 2, let first = state.sleepers.min(by: { $0.value.end < $1.value.end }) else {
            return nil
          }
          state.now = first.value.end
          return state.sleepers.removeValue(forKey: first.key)
        }
        first?.continuation.resume()
      }
      try Task.checkCancellation()
    } onCancel: {
      let sleeper = state.withLock { state in
        state.cancelled.insert(number)
        return state.sleepers.removeValue(forKey: number)
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}
