internal import Crypto
internal import Gzip
internal import Records

/// The lines of one request, in order.
///
/// Which lines they are depends on the page's lines and the settings alone, never on time or on how batches came:
/// whoever cuts a page again cuts it at the same lines.
struct RequestLines: Sendable {
  private(set) var lines: ContiguousArray<Line> = []
  /// Bytes of the lines, newlines included.
  private(set) var byteCount = 0

  /// Whether one line more keeps within the limits; the first always goes in, for some server may take it.
  func hasRoom(for line: Line, bytes: Int, records: Int) -> Bool {
    lines.isEmpty || (lines.count < records && byteCount + line.byteCount + 1 <= bytes)
  }

  mutating func append(_ line: Line) {
    lines.append(line)
    byteCount += line.byteCount + 1
  }

  init() {}

  init(_ lines: some Sequence<Line>) { for line in lines { append(line) } }

  /// Both halves of several lines.
  var halves: (RequestLines, RequestLines) {
    let middle = lines.count / 2
    return (RequestLines(lines[..<middle]), RequestLines(lines[middle...]))
  }

  /// The request's body, and a key that tells its content: the SHA-256 of `scope` and the lines, in hexadecimal.
  ///
  /// Long lines pass from their file through the compressor; what it gives is in memory.
  /// - Parameter level: zlib's level, or 0 for a body that is not compressed.
  func body(level: Int, scope: String) throws -> (bytes: [UInt8], key: String) {
    var hash = SHA256()
    hash.update(data: Array("\(scope)\n".utf8))
    let compressor = level > 0 ? try GzipCompressor(level: level) : nil
    var bytes: [UInt8] = []
    bytes.reserveCapacity(level > 0 ? byteCount / 4 + 1024 : byteCount)
    for run in lines.contiguousRuns() {
      try unsafe run.forEachChunk { chunk in
        unsafe hash.update(bufferPointer: chunk)
        if let compressor {
          unsafe compressor.compress(chunk, into: &bytes)
        } else {
          unsafe bytes.append(contentsOf: chunk)
        }
      }
    }
    compressor?.finishMember(into: &bytes)
    return (bytes, hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
  }
}
