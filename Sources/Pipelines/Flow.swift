package import Streaming

/// One edge of a running pipeline: the operators behind it are forgotten, the record type is not.
package struct Flow<R: Record>: AsyncSequence, Sendable {
  package typealias Element = Batch<R>
  package typealias Failure = any Error

  private let base: any AsyncSequence<Batch<R>, any Error> & Sendable

  /// Forgets the operators behind an edge.
  package init(_ base: any AsyncSequence<Batch<R>, any Error> & Sendable) { self.base = base }

  package struct Iterator: AsyncIteratorProtocol {
    private var base: any AsyncIteratorProtocol<Batch<R>, any Error>

    fileprivate init(_ base: any AsyncIteratorProtocol<Batch<R>, any Error>) { self.base = base }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<R>? {
      try await base.next(isolation: actor)
    }

    package mutating func next() async throws -> Batch<R>? { try await next(isolation: nil) }
  }

  package func makeAsyncIterator() -> Iterator { Iterator(base.makeAsyncIterator()) }
}

@available(*, unavailable)
extension Flow.Iterator: Sendable {}
