internal import Blocks
internal import Gzip

/// A call that was made before somebody wanted its answer; ends when its last reference goes.
final class ReadAheadRange: Sendable {
  let request: APIRequest
  let spool: ReadAheadSpool
  private let call: Task<Void, Never>

  /// Makes the call; `onPause` is called when its answer has to wait for room, `onEnd` when nothing more comes.
  init(
    _ request: APIRequest,
    over base: any Transport,
    in room: ReadAheadRoom,
    onPause: @escaping @Sendable () -> Void,
    onEnd: @escaping @Sendable () -> Void
  ) {
    let spool = ReadAheadSpool(room)
    self.request = request
    self.spool = spool
    call = Task { @concurrent in
      do {
        try await Self.fill(spool, with: request, over: base, onPause: onPause)
        spool.end()
      } catch let error as SpilledBytes.Failure {
        // Asked again without being put aside, it needs no disk.
        spool.end(BrokenConnection("an answer that was read ahead was given up: \(error)"))
      } catch {
        spool.end(error)
      }
      onEnd()
    }
  }

  deinit { cancel() }

  /// Ends the call.
  func cancel() { call.cancel() }

  /// Puts an answer aside as it comes: as it is when it comes compressed, else compressed here.
  private static func fill(
    _ spool: ReadAheadSpool,
    with request: APIRequest,
    over base: any Transport,
    onPause: () -> Void
  ) async throws {
    let response = try await base.send(request)
    spool.begin(response)
    let compressor = response.isCompressed ? nil : try GzipCompressor(level: 1)
    var broken: BrokenConnection?
    var output: [UInt8] = []
    do {
      for try await chunk in response.body {
        if let compressor {
          unsafe chunk.withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
        } else {
          output = chunk
        }
        if output.isEmpty { continue }
        try await spool.append(output, onPause: onPause)
        output.removeAll(keepingCapacity: true)
      }
    } catch let error as BrokenConnection {
      // What came before can be used.
      broken = error
    }
    compressor?.finishMember(into: &output)
    if !output.isEmpty { try await spool.append(output, onPause: onPause) }
    if let broken { throw broken }
  }
}

extension APIResponse {
  /// Whether the body is compressed as it comes.
  fileprivate var isCompressed: Bool {
    guard let encoding = header("Content-Encoding") else { return false }
    return !encoding.isEmpty && encoding.lowercased() != "identity"
  }
}

/// The body of a call that was made before.
struct ReadAheadBody: AsyncSequence, Sendable {
  let range: ReadAheadRange
  /// Whether it was compressed here.
  let isOurs: Bool

  init(_ range: ReadAheadRange, of head: APIResponse) {
    self.range = range
    isOurs = !head.isCompressed
  }

  /// Held by the iterator alone: who stops reading may keep the answer's head for long.
  final class Reading {
    let range: ReadAheadRange
    init(_ range: ReadAheadRange) { self.range = range }
    deinit { range.cancel() }
  }

  struct Iterator: AsyncIteratorProtocol {
    let reading: Reading
    let isOurs: Bool
    var decompressor: GzipDecompressor?

    mutating func next() async throws -> [UInt8]? {
      while let bytes = try await reading.range.spool.next() {
        guard isOurs else { return bytes }
        let decompressor = try decompressor ?? GzipDecompressor()
        self.decompressor = decompressor
        var text: [UInt8] = []
        try unsafe bytes.withUnsafeBytes { bytes in
          try unsafe decompressor.decompress(bytes) { unsafe text.append(contentsOf: $0) }
        }
        if !text.isEmpty { return text }
      }
      return nil
    }
  }

  func makeAsyncIterator() -> Iterator {
    Iterator(reading: Reading(range), isOurs: isOurs)
  }
}
