import Pipelines
import Testing

/// Reading ahead of whoever reads.
@Suite struct AheadOfReaderTests {
  /// Numbers, and whether somebody still reads them.
  private struct Numbers: AsyncSequence, Sendable {
    final class Use: Sendable {
      private let onEnd: @Sendable () -> Void
      init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
      deinit { onEnd() }
    }

    let count: Int
    let onEnd: @Sendable () -> Void

    struct Iterator: AsyncIteratorProtocol {
      let use: Use
      let count: Int
      var last = 0

      mutating func next() async throws -> Int? {
        // As every source does.
        try Task.checkCancellation()
        last += 1
        return last <= count ? last : nil
      }
    }

    func makeAsyncIterator() -> Iterator { Iterator(use: Use(onEnd), count: count) }
  }

  @Test func everythingComesInOrder() async throws {
    var all: [Int] = []
    for try await number in AheadOfReader(Numbers(count: 100) {}) { all.append(number) }
    #expect(all == Array(1...100))
  }

  @Test("whoever stops reading ends what is read for it", arguments: [1, 2, 3, 50])
  func readerLeaves(after count: Int) async throws {
    let ended = AsyncStream<Void>.makeStream()
    var read = 0
    for try await _ in AheadOfReader(Numbers(count: .max, onEnd: { ended.continuation.finish() })) {
      read += 1
      if read == count { break }
    }
    // Hangs where nobody lets go.
    for await _ in ended.stream {}
  }
}
