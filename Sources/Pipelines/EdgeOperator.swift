internal import Streaming

/// Lets somebody see each batch that passes an edge, and cut it into several.
struct EdgeOperator: FlowOperator {
  /// Sees a batch; gives it back, in one piece or in several.
  protocol Watcher: Sendable {
    func pass<R: Record>(_ batch: Batch<R>) throws -> [Batch<R>]
  }

  let watcher: any Watcher

  func apply<R: Record>(to flow: Flow<R>) -> Flow<R> { Flow(WatchedFlow(base: flow, watcher: watcher)) }
}

private struct WatchedFlow<R: Record>: AsyncSequence, Sendable {
  typealias Element = Batch<R>
  typealias Failure = any Error

  let base: Flow<R>
  let watcher: any EdgeOperator.Watcher

  struct Iterator: AsyncIteratorProtocol {
    var base: Flow<R>.Iterator
    let watcher: any EdgeOperator.Watcher
    /// Pieces of the last batch.
    var pieces: ArraySlice<Batch<R>> = []

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<R>? {
      while pieces.isEmpty {
        guard let batch = try await base.next(isolation: actor) else { return nil }
        pieces = try watcher.pass(batch)[...]
      }
      return pieces.removeFirst()
    }

    mutating func next() async throws -> Batch<R>? { try await next(isolation: nil) }
  }

  func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), watcher: watcher) }
}

@available(*, unavailable)
extension WatchedFlow.Iterator: Sendable {}
