package import Streaming
internal import Synchronization

/// Says, once, that a run is to end: the page at hand may be finished, and nothing new is begun.
package final class StopSignal: Sendable {
  /// How long a page may go on after the signal before it is ended at its last mark.
  static let patience = Duration.seconds(15)
  /// How long a run may take to end.
  package static let limit = Duration.seconds(30)

  private struct State {
    var stopped: Duration?
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var waiterCount = 0
  }
  private let pace: Pace
  private let state = Mutex(State())

  package init(_ pace: Pace = .system) { self.pace = pace }

  /// Says it; saying it again changes nothing.
  package func stop() {
    let now = pace.elapsed()
    let waiters = state.withLock { state in
      if state.stopped == nil { state.stopped = now }
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Whether it was said.
  package var isStopped: Bool { state.withLock { $0.stopped != nil } }

  /// Whether it was said so long ago that the page at hand must end where it is.
  var isOverdue: Bool {
    guard let stopped = state.withLock({ $0.stopped }) else { return false }
    return pace.elapsed() - stopped > Self.patience
  }

  /// Returns when it is said, or when the task is cancelled.
  func said() async {
    let number = state.withLock { state in
      state.waiterCount += 1
      return state.waiterCount
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.stopped != nil || Task.isCancelled { return true }
          state.waiters[number] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
    }
  }

  /// Does something, and cancels it when it has not ended some time after the signal.
  ///
  /// - Throws: What the body throws; it decides what being cancelled means.
  package func cancelling<Result: Sendable>(
    after delay: Duration,
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body() }
      group.addTask { [pace] in
        await self.said()
        // When this is cancelled the body has ended, or is cancelled itself.
        if delay > .zero, !Task.isCancelled { try? await pace.sleep(delay) }
        return nil
      }
      while let result = try await group.next() {
        group.cancelAll()
        if let result { return result }
      }
      throw CancellationError()
    }
  }

  /// Does something that may wait for long, unless the run is to end.
  ///
  /// - Throws: ``Stopped`` when it was cut short, else what the body throws.
  package func racing<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    if isStopped { throw Stopped() }
    do {
      return try await cancelling(after: .zero, body)
    } catch {
      // A call that is cut short fails in its own words.
      if isStopped, !Task.isCancelled { throw Stopped() }
      throw error
    }
  }
}
