internal import Blocks

/// What ids are hashed from: bytes that depend on what Qualys sent and on nothing else.
///
/// A **text** is its length in bytes, and then the text. A length is written seven bits a byte, the lowest first, and the
/// highest bit of a byte says that another follows. A **node** is
/// - a byte of its kind: `e` an element, `a` an attribute, `t` a piece of text beside attributes or children (an element
///   with attributes and no children has one, be it empty); in JSON `o` an object, `l` an array, `s` a string, `b` a
///   number, `true`, `false` or `null`;
/// - a byte of its depth: 1 for the fields of a host, an entry or an asset, 2 for DETECTION, one more within each;
/// - its name as a text, which is empty for `t` and for the elements of an array;
/// - its own text, as a text: decoded as XML is, of JSON as it stood between its quotes; empty where it has none.
///
/// Nodes follow each other as in the answer, attributes before children. White space between elements or members is in
/// no node, nor is it seen where batches, parts of hosts and chunks were cut, or whether a long text lies in a file.
/// What the decoder itself adds, REPAIRED_CHARACTERS, and members that a later one of the same name replaces are left
/// out.
///
/// Memory: 16 KiB, which go to whoever hashes them when they are full.
@safe
package struct CanonicalForm: ~Copyable {
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1024, alignment: 16)
  /// Bytes in the room that were not given away yet.
  private var count = 0
  private let give: (UnsafeRawBufferPointer) -> Void

  /// Creates an empty form; `give` gets its bytes, some at a time.
  package init(_ give: @escaping (UnsafeRawBufferPointer) -> Void) { unsafe self.give = give }

  deinit { unsafe room.deallocate() }

  /// Gives away what is in the room.
  package mutating func flush() {
    unsafe give(UnsafeRawBufferPointer(rebasing: room[..<count]))
    count = 0
  }

  /// Appends a text.
  package mutating func append(_ text: UnsafeRawBufferPointer) {
    append(length: text.count)
    unsafe append(bytes: text)
  }

  /// Appends a text.
  package mutating func append(_ text: StaticString) {
    unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends the text of a node, or an empty one without it.
  package mutating func append(text node: Int?, of arena: Arena) throws {
    guard let node else { return append(length: 0) }
    guard let file = arena.spilledText(of: node) else { return unsafe append(padded: arena.text(of: node)) }
    append(length: file.count)
    try unsafe file.forEachChunk { unsafe append(bytes: $0) }
  }

  /// Appends nodes.
  package mutating func append(_ range: Range<Int>, of arena: Arena) throws {
    let spellings = NameSpellings()
    /// For each depth a bit: whether what is open there is an array, whose elements have no names.
    var arrays: UInt64 = 0
    var index = range.lowerBound
    while index < range.upperBound {
      let node = unsafe arena.nodes[index]
      if node.isSuperseded || node.kind == .element && node.name == WellKnownName.repairedCharacters {
        index = arena.end(of: index)
        continue
      }
      makeRoom(for: 2)
      unsafe room[count] = Self.letter(of: node)
      unsafe room[count + 1] = node.depth
      count += 2
      let depth = UInt64(node.depth)
      if node.kind == .text || depth > 0 && arrays & 1 << (depth - 1) != 0 {
        append(length: 0)
      } else {
        unsafe append(padded: UnsafeRawBufferPointer(spellings[node.name].wire))
      }
      if node.isSpilled {
        try append(text: index, of: arena)
      } else {
        unsafe append(padded: arena.text(of: index))
      }
      if node.json == .array { arrays |= 1 << depth } else { arrays &= ~(1 << depth) }
      index += 1
    }
  }

  @inline(__always)
  private static func letter(of node: Node) -> UInt8 {
    switch node.json {
    case .object: return UInt8(ascii: "o")
    case .array: return UInt8(ascii: "l")
    case .string: return UInt8(ascii: "s")
    case .bare: return UInt8(ascii: "b")
    case nil: break
    }
    switch node.kind {
    case .attribute: return UInt8(ascii: "a")
    case .text: return UInt8(ascii: "t")
    case .element, .end: return UInt8(ascii: "e")
    }
  }

  // MARK: The room

  /// Appends a text behind which 16 bytes more can be read: short ones are copied in blocks.
  @inline(__always)
  private mutating func append(padded text: UnsafeRawBufferPointer) {
    append(length: text.count)
    guard text.count <= 64 else { return unsafe append(bytes: text) }
    guard let start = text.baseAddress else { return }
    makeRoom(for: text.count + 16)
    var offset = 0
    while offset < text.count {
      let block = unsafe start.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
      unsafe room.storeBytes(of: block, toByteOffset: count + offset, as: SIMD16<UInt8>.self)
      offset += 16
    }
    count += text.count
  }

  @inline(__always)
  private mutating func append(length: Int) {
    makeRoom(for: 10)
    var rest = length
    while rest > 0x7f {
      unsafe room[count] = UInt8(truncatingIfNeeded: rest) | 0x80
      count += 1
      rest >>= 7
    }
    unsafe room[count] = UInt8(truncatingIfNeeded: rest)
    count += 1
  }

  @inline(__always)
  private mutating func append(bytes: UnsafeRawBufferPointer) {
    makeRoom(for: bytes.count)
    guard unsafe bytes.count <= room.count, let start = bytes.baseAddress else { return unsafe give(bytes) }
    // The room has an address, and place behind what is in it.
    unsafe (room.baseAddress! + count).copyMemory(from: start, byteCount: bytes.count)
    count += bytes.count
  }

  @inline(__always)
  private mutating func makeRoom(for more: Int) { if unsafe room.count - count < more { flush() } }
}
