extension AsyncSequence {
  /// Passes every batch through a stage.
  public func through<S: Stage>(_ stage: S, meter: StageMeter? = nil) -> AsyncStageSequence<Self, S>
  where Element == Batch<S.Input> {
    AsyncStageSequence(base: self, stage: stage, meter: meter ?? StageMeter(S.component.name))
  }
}

/// An asynchronous sequence of the batches that a stage makes out of another's.
public struct AsyncStageSequence<Base: AsyncSequence, S: Stage>: AsyncSequence where Base.Element == Batch<S.Input> {
  /// One batch for each that comes in, empty ones too: they carry their page's marks and its end.
  public typealias Element = Batch<S.Output>
  /// Whatever the stage or the base throws.
  public typealias Failure = any Error

  let base: Base
  let stage: S
  let meter: StageMeter

  /// Produces the batches.
  public struct Iterator: AsyncIteratorProtocol {
    var base: Base.AsyncIterator
    var stage: S
    let meter: StageMeter

    /// The next batch, or nil after the last.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<S.Output>? {
      guard let batch = try await base.next(isolation: actor) else { return nil }
      try Task.checkCancellation()
      var outlet = Outlet<S.Output>(capacity: batch.records.count)
      try stage.process(batch, into: &outlet)
      try meter.count(entered: batch.records.count, outlet, on: batch.page)
      return batch.replacingRecords(outlet.take())
    }

    /// The next batch, or nil after the last.
    public mutating func next() async throws -> Batch<S.Output>? { try await next(isolation: nil) }
  }

  /// Starts the stage anew: each iterator has a copy of its own.
  public func makeAsyncIterator() -> Iterator {
    Iterator(base: base.makeAsyncIterator(), stage: stage, meter: meter)
  }
}

extension AsyncStageSequence: Sendable where Base: Sendable {}

@available(*, unavailable)
extension AsyncStageSequence.Iterator: Sendable {}
