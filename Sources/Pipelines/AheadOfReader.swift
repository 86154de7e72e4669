internal import Streaming

/// Reads a sequence ahead of its reader, in a task that ends when the reader goes away.
///
/// So a source reads on while its bytes are parsed, and what has been parsed is encoded while the next is. Memory: twice
/// so many elements.
package struct AheadOfReader<Base: AsyncSequence & Sendable>: AsyncSequence, Sendable where Base.Element: Sendable {
  package typealias Element = Base.Element
  package typealias Failure = any Error

  private let base: Base
  private let count: Int

  /// - Parameter count: How many elements may wait.
  package init(_ base: Base, count: Int = 2) {
    self.base = base
    self.count = count
  }

  package struct Iterator: AsyncIteratorProtocol {
    private let waiting: WaitingElements<Element>
    private var ready: ArraySlice<Element> = []

    fileprivate init(_ sequence: AheadOfReader) {
      waiting = WaitingElements(sequence.base, limit: sequence.count) { _ in 1 }
    }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
      if ready.isEmpty { ready = try await waiting.next()[...] }
      return ready.popFirst()
    }

    package mutating func next() async throws -> Element? { try await next(isolation: nil) }
  }

  package func makeAsyncIterator() -> Iterator { Iterator(self) }
}

@available(*, unavailable)
extension AheadOfReader.Iterator: Sendable {}
