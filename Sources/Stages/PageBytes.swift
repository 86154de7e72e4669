internal import DequeModule

/// Bytes of a page that wait to be read, in the chunks that they came in.
struct PageBytes: Sendable {
  private(set) var chunks = Deque<ArraySlice<UInt8>>()
  private(set) var count = 0

  mutating func append(_ chunk: ArraySlice<UInt8>) {
    guard !chunk.isEmpty else { return }
    chunks.append(chunk)
    count += chunk.count
  }

  mutating func prepend(_ other: PageBytes) {
    chunks.prepend(contentsOf: other.chunks)
    count += other.count
  }

  mutating func popChunk() -> ArraySlice<UInt8>? {
    guard let chunk = chunks.popFirst() else { return nil }
    count -= chunk.count
    return chunk
  }

  /// Takes whole chunks of `size` bytes or more, and of the last of them what lies before the end of its last host; nil
  /// where no host seems to end in it.
  ///
  /// Whether a host ends there is for the reader to say: the text may be part of another.
  mutating func popPiece(of size: Int) -> PageBytes? {
    var whole = 0
    var index = 0
    while index < chunks.count, whole + chunks[index].count < size {
      whole += chunks[index].count
      index += 1
    }
    guard index < chunks.count, let end = Self.endOfLastHost(in: chunks[index]) else { return nil }
    var piece = PageBytes()
    for _ in 0..<index { if let chunk = popChunk() { piece.append(chunk) } }
    let last = chunks[0]
    piece.append(last[..<end])
    chunks[0] = last[end...]
    count -= end - last.startIndex
    if chunks[0].isEmpty { chunks.removeFirst() }
    return piece
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
