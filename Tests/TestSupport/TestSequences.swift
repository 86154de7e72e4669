package import Streaming
internal import Synchronization

/// Batches, then an error if there is one.
package struct BatchesThenFailure<R: Record>: AsyncSequence, Sendable {
  package typealias Element = Batch<R>
  package typealias Failure = any Error

  private let batches: [Batch<R>]
  private let failure: (any Error)?

  package init(_ batches: [Batch<R>], failure: (any Error)?) {
    self.batches = batches
    self.failure = failure
  }

  package struct Iterator: AsyncIteratorProtocol {
    var rest: ArraySlice<Batch<R>>
    var failure: (any Error)?

    package mutating func next() async throws -> Batch<R>? {
      if let batch = rest.popFirst() { return batch }
      guard let failure else { return nil }
      self.failure = nil
      throw failure
    }
  }

  package func makeAsyncIterator() -> Iterator { Iterator(rest: batches[...], failure: failure) }
}

/// The same batch for ever, counted.
package final class EndlessBatches<R: Record>: AsyncSequence, Sendable {
  package typealias Element = Batch<R>
  package typealias Failure = any Error

  private let batch: Batch<R>
  private let counter = Mutex(0)

  package init(_ batch: Batch<R>) { self.batch = batch }

  /// Batches taken so far.
  package var taken: Int { counter.withLock { $0 } }

  package struct Iterator: AsyncIteratorProtocol {
    let base: EndlessBatches

    package mutating func next() async throws -> Batch<R>? {
      base.counter.withLock { $0 += 1 }
      return base.batch
    }
  }

  package func makeAsyncIterator() -> Iterator { Iterator(base: self) }
}

/// Whether a flow ends in time once its task is cancelled.
enum Cancellation {
  static func check<R: Record, Flow: AsyncSequence & Sendable>(
    _ source: EndlessBatches<R>,
    _ flow: @Sendable (EndlessBatches<R>) -> Flow
  ) async throws {
    let batches = flow(source)
    let (takenBefore, wasCancelled) = await Task {
      var iterator = batches.makeAsyncIterator()
      for _ in 0..<3 { _ = try? await iterator.next(isolation: nil) }
      let takenBefore = source.taken
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      do {
        // What is ready already may come out; nothing new may begin.
        while try await iterator.next(isolation: nil) != nil, source.taken <= takenBefore + 1 {}
        return (takenBefore, false)
      } catch {
        return (takenBefore, error is CancellationError)
      }
    }.value
    try demand(source.taken <= takenBefore + 1, "takes more than one batch after it was cancelled")
    try demand(wasCancelled, "goes on after it was cancelled")
  }
}

/// Whether a flow passes on an error of what is before it.
enum UpstreamFailure: Error {
  case planted

  static func check<R: Record, Flow: AsyncSequence>(
    _ batches: [Batch<R>],
    _ flow: (BatchesThenFailure<R>) -> Flow
  ) async throws {
    var iterator = flow(BatchesThenFailure(batches, failure: planted)).makeAsyncIterator()
    var error: (any Error)?
    do { while try await iterator.next(isolation: nil) != nil {} } catch let caught { error = caught }
    try demand(error is UpstreamFailure, "makes \(error.map { "\($0)" } ?? "nothing") of an error from before")
    let after = try await iterator.next(isolation: nil)
    try demand(after == nil, "gives something after an error")
  }
}
