internal import Gzip

/// A body that came as gzip, as text; inflated beside whoever reads it, one piece ahead.
///
/// Memory: a chunk of the wire, two pieces of what 16 KiB of it become, and 100 KB for zlib.
struct InflatedBody: AsyncSequence, Sendable {
  /// What an honest answer stays within.
  struct Limits: Sendable {
    /// How many times longer the text may be than the wire, once it is longer than 1 MiB.
    var ratio = 200
    /// Bytes of text.
    var bytes = 32 << 30
  }

  private let body: any AsyncSequence<[UInt8], any Error> & Sendable
  private let limits: Limits

  init(_ body: any AsyncSequence<[UInt8], any Error> & Sendable, limits: Limits) {
    self.body = body
    self.limits = limits
  }

  func makeAsyncIterator() -> Iterator { Iterator(Inflater(body, limits: limits)) }

  /// Holds the next piece while it is made; letting go of it ends the making.
  final class Iterator: AsyncIteratorProtocol {
    private let inflater: Inflater
    private var next: Task<[UInt8]?, any Error>?

    fileprivate init(_ inflater: Inflater) { self.inflater = inflater }

    deinit { next?.cancel() }

    func next() async throws -> [UInt8]? {
      let task = next ?? begin()
      next = nil
      let piece = try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
      if piece != nil { next = begin() }
      return piece
    }

    private func begin() -> Task<[UInt8]?, any Error> { Task { [inflater] in try await inflater.next() } }
  }
}

/// Reads a body and inflates it; an actor of its own, so that this takes no time of the parser's.
private actor Inflater {
  private let reader: ChunkReader
  private let limits: InflatedBody.Limits
  private var decompressor: GzipDecompressor?
  private var wire: ArraySlice<UInt8> = []
  private var count = 0

  init(_ body: any AsyncSequence<[UInt8], any Error> & Sendable, limits: InflatedBody.Limits) {
    reader = ChunkReader(body)
    self.limits = limits
  }

  /// The next piece of text.
  /// - Throws: `BrokenConnection` when the bytes are no gzip, end too early, or become too much.
  func next() async throws -> [UInt8]? {
    while true {
      if wire.isEmpty {
        guard let chunk = try await reader.next() else {
          try finish()
          return nil
        }
        wire = chunk[...]
      }
      let text = try inflate(wire.prefix(16 * 1024))
      wire = wire.dropFirst(16 * 1024)
      if !text.isEmpty { return text }
    }
  }

  private func inflate(_ bytes: ArraySlice<UInt8>) throws(BrokenConnection) -> [UInt8] {
    var text: [UInt8] = []
    do {
      let decompressor = try decompressor ?? GzipDecompressor(maximumRatio: limits.ratio)
      self.decompressor = decompressor
      try unsafe bytes.withUnsafeBytes { bytes in
        try unsafe decompressor.decompress(bytes) { unsafe text.append(contentsOf: $0) }
      }
    } catch {
      throw BrokenConnection("the answer cannot be inflated: \(error)")
    }
    count += text.count
    if count > limits.bytes {
      throw BrokenConnection("the answer inflates to more than \(limits.bytes) bytes; refused")
    }
    return text
  }

  private func finish() throws(BrokenConnection) {
    do throws(GzipError) {
      guard let decompressor else { throw .truncated }
      try decompressor.finish()
    } catch {
      throw BrokenConnection("the answer cannot be inflated: \(error)")
    }
  }
}
