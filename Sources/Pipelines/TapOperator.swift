internal import Streaming

/// Lets taps look at what passes an edge.
struct TapOperator: FlowOperator {
  let taps: Taps
  let edge: Edge

  func apply<R: Record>(to flow: Flow<R>) -> Flow<R> { Flow(TappedFlow(base: flow, taps: taps, edge: edge)) }
}

private struct TappedFlow<R: Record>: AsyncSequence, Sendable {
  typealias Element = Batch<R>
  typealias Failure = any Error

  let base: Flow<R>
  let taps: Taps
  let edge: Edge

  struct Iterator: AsyncIteratorProtocol {
    var base: Flow<R>.Iterator
    let taps: Taps
    let edge: Edge

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<R>? {
      guard let batch = try await base.next(isolation: actor) else { return nil }
      taps.look(at: batch, edge)
      return batch
    }

    mutating func next() async throws -> Batch<R>? { try await next(isolation: nil) }
  }

  func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), taps: taps, edge: edge) }
}

@available(*, unavailable)
extension TappedFlow.Iterator: Sendable {}
