internal import DequeModule

/// Bytes of a page that wait to be read, in the chunks that they came in.
struct PageBytes: Sendable {
  private struct Chunk {
    let bytes: ArraySlice<UInt8>
    /// The index behind the last text in it that looks like a host's end.
    let endOfHost: Int?
  }
  private var parts = Deque<Chunk>()
  private(set) var count = 0

  var chunks: some Sequence<ArraySlice<UInt8>> & Sendable { parts.map(\.bytes) }

  mutating func append(_ bytes: ArraySlice<UInt8>) {
    append(Chunk(bytes: bytes, endOfHost: Self.endOfLastHost(in: bytes)))
  }

  private mutating func append(_ chunk: Chunk) {
    guard !chunk.bytes.isEmpty else { return }
    parts.append(chunk)
    count += chunk.bytes.count
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
    guard
      let index = parts.firstIndex(where: { part in
        length += part.bytes.count
        return length >= size && part.endOfHost != nil
      }), let end = parts[index].endOfHost
    else { return nil }
    var piece = PageBytes()
    piece.parts = Deque(parts.prefix(index))
    piece.count = length - parts[index].bytes.count
    let last = parts[index].bytes
    parts.removeFirst(index + 1)
    count -= length
    piece.append(Chunk(bytes: last[..<end], endOfHost: end))
    let rest = last[end...]
    if !rest.isEmpty { prepend(PageBytes(Chunk(bytes: rest, endOfHost: nil))) }
    return piece
  }

  init() {}

  private init(_ chunk: Chunk) { append(chunk) }

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
