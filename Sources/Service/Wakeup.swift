internal import Synchronization

/// Lets those who wait go on before the time.
///
/// What is said while nobody waits is heard by whoever waits next.
package final class Wakeup: Sendable {
  private struct State {
    var isRaised = false
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var waiterCount = 0
  }
  private let state = Mutex(State())

  package init() {}

  package func raise() {
    let waiters = state.withLock { state in
      state.isRaised = state.waiters.isEmpty
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Returns when it is raised, or the task is cancelled.
  package func wait() async {
    let number = state.withLock { state in
      state.waiterCount += 1
      return state.waiterCount
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if Task.isCancelled { return true }
          if state.isRaised {
            state.isRaised = false
            return true
          }
          state.waiters[number] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
    }
  }
}
