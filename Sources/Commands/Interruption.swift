internal import Foundation
internal import Pipelines
internal import Synchronization

/// Turns SIGINT and SIGTERM into an end of the run; the second signal ends the process at once.
enum Interruption {
  /// Runs a body that the first signal cancels.
  static func cancelling<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let task = Task { try await body() }
    return try await handlingSignals({ task.cancel() }) { try await task.value }
  }

  /// Runs a body that the first signal asks to end; it ends itself within 30 seconds.
  static func stopping<Result>(_ stop: StopSignal, _ body: () async throws -> Result) async throws -> Result {
    try await handlingSignals({ stop.stop() }, body)
  }

  private static func handlingSignals<Result>(
    _ onFirst: @escaping @Sendable () -> Void,
    _ body: () async throws -> Result
  ) async throws -> Result {
    let first = First(onFirst)
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if !first.call() { _exit(128 + number) }
      }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    return try await body()
  }
  /// Does something the first time only.
  private final class First: Sendable {
    private let body: @Sendable () -> Void
    private let wasCalled = Mutex(false)

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    /// Returns whether this was the first time.
    func call() -> Bool {
      let isFirst = wasCalled.withLock { called in
        defer { called = true }
        return !called
      }
      if isFirst { body() }
      return isFirst
    }
  }
}
