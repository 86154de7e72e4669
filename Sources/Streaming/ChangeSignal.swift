internal import Synchronization

/// Wakes those who wait until something has changed.
///
/// Whoever waits takes the count, then looks at what it waits for, and then waits beyond that count: no change between
/// is missed.
package final class ChangeSignal: Sendable {
  private struct State {
    var count = 0
    var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
    var waiterCount = 0
  }
  private let state = Mutex(State())

  package init() {}

  /// How many changes there were.
  package var count: Int { state.withLock { $0.count } }

  /// Says that something has changed.
  package func raise() {
    let waiters = state.withLock { state in
      state.count += 1
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Waits until there were more changes than `seen`.
  /// - Throws: `CancellationError`.
  package func wait(beyond seen: Int) async throws {
    let number = state.withLock { state in
      state.waiterCount += 1
      return state.waiterCount
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Void, any Error>? = state.withLock { state in
          if state.count > seen { return .success(()) }
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiters[number] = continuation
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(throwing: CancellationError())
    }
  }

  /// Waits until there were more changes than `seen`, or a time has passed.
  /// - Throws: `CancellationError`.
  package func wait(beyond seen: Int, atMost limit: Duration, _ pace: Pace) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.wait(beyond: seen) }
      group.addTask { try await pace.sleep(limit) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
