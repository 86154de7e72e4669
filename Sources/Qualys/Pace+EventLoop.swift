internal import NIOCore
internal import NIOPosix
package import Streaming
internal import Synchronization

extension Pace {
  /// This machine's own, whose waits leave nothing behind when they are cancelled.
  ///
  /// `Task.sleep` keeps some memory of a cancelled wait until its time would have come, and there is a wait, cut short, for
  /// every chunk of every body.
  package static let eventLoop: Pace = {
    var pace = Pace.system
    pace.sleep = { duration in try await EventLoopTimer().wait(duration) }
    return pace
  }()
}

/// One wait of an event loop.
private final class EventLoopTimer: Sendable {
  private let scheduled = Mutex<Scheduled<Void>?>(nil)

  /// Waits.
  /// - Throws: `CancellationError`.
  func wait(_ duration: Duration) async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(duration)) {}
        timer.futureResult.whenComplete { result in
          continuation.resume(with: result.mapError { _ in CancellationError() })
        }
        scheduled.withLock { $0 = timer }
        // Whoever cancelled before the timer was there has found none.
        if Task.isCancelled { timer.cancel() }
      }
    } onCancel: {
      scheduled.withLock { $0 }?.cancel()
    }
  }
}
