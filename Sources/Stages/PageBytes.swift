internal import DequeModule

/// Bytes of a page that wait to be read, in the chunks that they came in.
struct PageBytes: Sendable {
  private struct Chunk {
    let bytes: ArraySlice<UInt8>
    /// The index behind the last text in it that looks like a host's end; looked for once it is asked for.
    lazy var endOfHost = PageBytes.endOfLastHost(in: bytes)
  }
  private var parts = Deque<Chunk>()
  private(set) var count = 0

  var chunks: some Sequence<ArraySlice<UInt8>> & Sendable { parts.map(\.bytes) }

  mutating func append(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return }
    parts.append(Chunk(bytes: bytes))
    count += bytes.count
  }

  mutating func prepend(_ other: PageBytes) {
    parts.prepend(contentsOf: other.parts)
    count += other.count
  }

  mutating func popChunk() -> ArraySlice<UInt8>? {
    guard let chunk = parts.popFirst() else { return nil }
    count -= chunk.bytes.count
    return chunk.bytes
  }

  /// Takes `size` bytes or some more, up to where a host seems to end; nil where none does.
  ///
  /// Whether a host ends there is for the reader to say: the text may be part of another.
  mutating func popPiece(of size: Int) -> PageBytes? {
    var length = 0
    for index in parts.indices {
      length += parts[index].bytes.count
      guard length >= size, let end = parts[index].endOfHost else { continue }
      let last = parts[index].bytes
      var piece = PageBytes()
      piece.parts = Deque(parts.prefix(index))
      piece.count = length - last.count
      piece.append(last[..<end])
      parts.removeFirst(index)
      count -= length
      // Behind the last end there is none.
      parts[0] = Chunk(bytes: last[end...], endOfHost: .some(nil))
      if last.endIndex == end { parts.removeFirst() }
      count += last.endIndex - end
      return piece
    }
    return nil
  }

  /// The index behind the last `</HOST>`.
  private static func endOfLastHost(in chunk: ArraySlice<UInt8>) -> Int? {
    let tag: StaticString = "</HOST>"
    let length = tag.utf8CodeUnitCount
    return unsafe chunk.withUnsafeBufferPointer { bytes in
      var place = bytes.count - length
      while place >= 0 {
        let skip: Int
        switch unsafe bytes[place] {
        case UInt8(ascii: "<"):
          let candidate = unsafe bytes[place..<place + length]
          if unsafe candidate.elementsEqual(UnsafeBufferPointer(start: tag.utf8Start, count: length)) {
            return chunk.startIndex + place + length
          }
          skip = length
        // How far the tag lies before a byte of its own.
        case UInt8(ascii: "/"): skip = 1
        case UInt8(ascii: "H"): skip = 2
        case UInt8(ascii: "O"): skip = 3
        case UInt8(ascii: "S"): skip = 4
        case UInt8(ascii: "T"): skip = 5
        case UInt8(ascii: ">"): skip = 6
        default: skip = length
        }
        place -= skip
      }
      return nil
    }
  }
}
