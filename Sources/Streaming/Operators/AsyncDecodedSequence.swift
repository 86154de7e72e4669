extension AsyncSequence {
  /// Reads the bytes of answers with a decoder.
  package func through<D: Decoder>(_ decoder: D, meter: StageMeter? = nil) -> AsyncDecodedSequence<Self, D>
  where Element == Batch<D.Input> {
    AsyncDecodedSequence(base: self, decoder: decoder, meter: meter ?? StageMeter(D.component.name))
  }
}

/// An asynchronous sequence of the batches that a decoder finds in answers.
package struct AsyncDecodedSequence<Base: AsyncSequence, D: Decoder>: AsyncSequence
where Base.Element == Batch<D.Input> {
  package typealias Element = Batch<D.Output>
  package typealias Failure = any Error

  let base: Base
  let decoder: D
  let meter: StageMeter

  package struct Iterator: AsyncIteratorProtocol {
    var base: Base.AsyncIterator
    var decoder: D
    let meter: StageMeter
    var ready: ContiguousArray<Batch<D.Output>> = []
    var nextReady = 0

    package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<D.Output>? {
      while nextReady == ready.count {
        try Task.checkCancellation()
        ready.removeAll(keepingCapacity: true)
        nextReady = 0
        guard let batch = try await base.next(isolation: actor) else { return nil }
        try decoder.decode(batch, into: &ready, meter: meter)
      }
      defer { nextReady += 1 }
      return ready[nextReady]
    }

    package mutating func next() async throws -> Batch<D.Output>? { try await next(isolation: nil) }
  }

  package func makeAsyncIterator() -> Iterator {
    Iterator(base: base.makeAsyncIterator(), decoder: decoder, meter: meter)
  }
}

extension AsyncDecodedSequence: Sendable where Base: Sendable {}

@available(*, unavailable)
extension AsyncDecodedSequence.Iterator: Sendable {}
