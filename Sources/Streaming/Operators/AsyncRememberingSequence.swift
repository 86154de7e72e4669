extension AsyncSequence {
  /// Passes every batch through a stage that remembers.
  package func through<S: RememberingStage>(
    _ stage: S,
    memory: any Memory,
    meter: StageMeter? = nil
  ) -> AsyncRememberingSequence<Self, S> where Element == Batch<S.Input> {
    AsyncRememberingSequence(base: self, stage: stage, memory: memory, meter: meter ?? StageMeter(S.component.name))
  }
}

/// An asynchronous sequence of the batches that a stage makes out of another's and of what it remembers.
package struct AsyncRememberingSequence<Base: AsyncSequence, S: RememberingStage>: AsyncSequence
where Base.Element == Batch<S.Input> {
  package typealias Element = Batch<S.Output>
  package typealias Failure = any Error

  let base: Base
  let stage: S
  let memory: any Memory
  let meter: StageMeter

  package struct Iterator: AsyncIteratorProtocol {
    var base: Base.AsyncIterator
    var stage: S
    let memory: any Memory
    let meter: StageMeter

    package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<S.Output>? {
      guard let batch = try await base.next(isolation: actor) else { return nil }
      try Task.checkCancellation()
      var outlet = Outlet<S.Output>(capacity: batch.records.count)
      try stage.process(batch, into: &outlet, memory: memory)
      try meter.count(entered: batch.records.count, outlet, on: batch.page)
      if batch.position.isEnd { try memory.end(batch.page, marks: batch.position.marks) }
      return batch.replacingRecords(outlet.take())
    }

    package mutating func next() async throws -> Batch<S.Output>? { try await next(isolation: nil) }
  }

  package func makeAsyncIterator() -> Iterator {
    Iterator(base: base.makeAsyncIterator(), stage: stage, memory: memory, meter: meter)
  }
}

extension AsyncRememberingSequence: Sendable where Base: Sendable {}

@available(*, unavailable)
extension AsyncRememberingSequence.Iterator: Sendable {}
