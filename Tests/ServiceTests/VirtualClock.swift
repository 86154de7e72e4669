import Streaming
import Synchronization

/// A clock that goes on to the next time that somebody waits for, as soon as everybody waits.
final class VirtualClock: Sendable {
  private struct Sleeper {
    var deadline: Duration
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var elapsed: Duration = .zero
    var sleepers: [Int: Sleeper] = [:]
    var count = 0
    /// What has happened: it stands still only when everybody waits.
    var activity = 0
    var generator = Generator(state: 42)
  }

  private let state = Mutex(State())
  static let start = 1_800_000_000

  var elapsed: Duration { state.withLock { $0.elapsed } }
  var date: Int { Self.start + Int(elapsed.components.seconds) }

  /// Says that something goes on.
  func note() { state.withLock { $0.activity += 1 } }

  func random() -> Double { state.withLock { $0.generator.next() } }

  var pace: Pace {
    Pace(
      elapsed: { self.elapsed },
      date: { self.date },
      sleep: { try await self.sleep($0) },
      random: { self.random() }
    )
  }

  private func sleep(_ duration: Duration) async throws {
    let number = state.withLock { state in
      state.count += 1
      state.activity += 1
      return state.count
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = state.withLock { state in
          if Task.isCancelled { return true }
          state.sleepers[number] = Sleeper(deadline: state.elapsed + duration, continuation: continuation)
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      state.withLock { state in
        state.activity += 1
        return state.sleepers.removeValue(forKey: number)
      }?.continuation.resume(throwing: CancellationError())
    }
  }

  /// Lets time go on until a date.
  ///
  /// - Parameter waiting: How many wait when nothing goes on.
  func run(until end: Duration, waiting: @Sendable () -> Int = { 1 }) async {
    while elapsed < end {
      await settle(waiting)
      let woken = state.withLock { state -> [Sleeper] in
        // Where nobody waits, nothing will happen.
        let next = state.sleepers.values.map(\.deadline).min() ?? end
        state.elapsed = max(state.elapsed, min(next, end))
        let due = state.sleepers.filter { $0.value.deadline <= state.elapsed }
        for key in due.keys { state.sleepers[key] = nil }
        state.activity += 1
        return due.values.sorted { $0.deadline < $1.deadline }
      }
      for sleeper in woken { sleeper.continuation.resume() }
    }
    await settle(waiting)
  }

  /// Returns when nothing has happened for a while: for a second at least where not everybody waits.
  private func settle(_ waiting: @Sendable () -> Int) async {
    var quiet = 0
    while quiet < (state.withLock { $0.sleepers.count } < waiting() ? 3_000 : 3) {
      let before = state.withLock { $0.activity }
      for _ in 0..<20 { await Task.yield() }
      try? await Task.sleep(for: .microseconds(300))
      quiet = state.withLock { $0.activity } == before ? quiet + 1 : 0
    }
  }

  /// SplitMix64, as numbers from 0 to 1.
  private struct Generator {
    var state: UInt64

    mutating func next() -> Double {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = state
      word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
      return Double((word ^ (word >> 31)) >> 11) / Double(1 << 53)
    }
  }
}
