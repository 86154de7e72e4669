internal import AsyncAlgorithms

/// Reads a sequence up to three elements ahead of its reader, in a task that ends when the reader goes away.
///
/// A buffer alone would wait for its reader for ever, and hold what it reads from: a connection to Qualys, say, and its
/// place among the calls that may run at once. Memory: those elements.
package struct AheadOfReader<Base: AsyncSequence & Sendable>: AsyncSequence, Sendable where Base.Element: Sendable {
  package typealias Element = Base.Element
  package typealias Failure = any Error

  private let base: Base

  package init(_ base: Base) { self.base = base }

  /// The task that reads, as long as somebody wants what it reads.
  private final class Reading: Sendable {
    let channel = AsyncThrowingChannel<Element, any Error>()
    private let task: Task<Void, Never>

    init(_ base: Base) {
      task = Task { [channel] in
        do {
          // A buffer lets go when it is asked for more by a task that is cancelled: so this does not break off.
          for try await element in base.buffer(policy: .bounded(2)) { await channel.send(element) }
          channel.finish()
        } catch {
          channel.fail(error)
        }
      }
    }

    deinit { task.cancel() }
  }

  package struct Iterator: AsyncIteratorProtocol {
    private let reading: Reading
    private var elements: AsyncThrowingChannel<Element, any Error>.AsyncIterator

    fileprivate init(_ base: Base) {
      reading = Reading(base)
      elements = reading.channel.makeAsyncIterator()
    }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
      try await elements.next(isolation: actor)
    }

    package mutating func next() async throws -> Element? { try await next(isolation: nil) }
  }

  package func makeAsyncIterator() -> Iterator { Iterator(base) }
}

@available(*, unavailable)
extension AheadOfReader.Iterator: Sendable {}
