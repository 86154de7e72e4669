internal import Synchronization

/// Lets somebody who waits go on before the time.
///
/// What is said while nobody waits is heard by whoever waits next.
package final class Wakeup: Sendable {
  private struct State {
    var isRaised = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  package init() {}

  package func raise() {
    state.withLock { state in
      state.isRaised = true
      return state.waiter.take()
    }?.resume()
  }

  /// Returns when it is raised, or the task is cancelled.
  package func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.isRaised || Task.isCancelled { return true }
          state.waiter = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiter.take() }?.resume()
    }
    state.withLock { $0.isRaised = false }
  }
}
