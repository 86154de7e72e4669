internal import Streaming

/// A body whose bytes must keep coming.
///
/// Asks for bytes only when it is asked. Memory: one chunk.
struct LimitedBody: AsyncSequence, Sendable {
  let body: any AsyncSequence<[UInt8], any Error> & Sendable
  let limits: TransferLimits
  let pace: Pace

  struct Iterator: AsyncIteratorProtocol {
    fileprivate let reader: ChunkReader
    fileprivate let pace: Pace
    fileprivate var watch: TransferWatch

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
      let (wait, late) = watch.limit
      let begin = pace.elapsed()
      let chunk = try await pace.run(within: wait, late: late) { [reader] in try await reader.next() }
      if let chunk { try watch.note(chunk.count, after: pace.elapsed() - begin) }
      return chunk
    }

    mutating func next() async throws -> [UInt8]? { try await next(isolation: nil) }
  }

  func makeAsyncIterator() -> Iterator {
    Iterator(reader: ChunkReader(body), pace: pace, watch: TransferWatch(limits))
  }
}

/// Lends a body's iterator to the tasks that read from it, one after another.
actor ChunkReader {
  private var iterator: any AsyncIteratorProtocol<[UInt8], any Error>

  init(_ body: any AsyncSequence<[UInt8], any Error> & Sendable) { iterator = body.makeAsyncIterator() }

  /// The next bytes; not to be called again before it has returned.
  func next() async throws -> [UInt8]? {
    var iterator = self.iterator
    defer { self.iterator = iterator }
    return try await iterator.next(isolation: self)
  }
}
