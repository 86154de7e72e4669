internal import JSONText

/// Where reading stands, in a chunk of JSON and on the tape that it becomes.
///
/// The tape has room for everything up to the end that it was made for, and the chunk has ``ahead`` bytes behind that.
@safe
struct TapeCursor {
  /// Bytes behind the end that are looked at: a name and its colon, a block behind them, and an escape behind that.
  static let ahead = 128

  /// The next byte of the chunk.
  var at: Int
  var place: JSONPushReader.Place
  /// The name of the value that follows; elements of arrays have none.
  var name: Name
  private(set) var byteCount: Int
  private(set) var nodeCount: Int
  let nodes: UnsafeMutablePointer<Node>
  private let bytes: UnsafeMutablePointer<UInt8>
  private let base: UnsafeRawPointer
  private let end: Int
  /// Bytes of the text before the chunk.
  private let chunkStart: Int

  init(
    _ base: UnsafeRawPointer,
    from index: Int,
    to end: Int,
    _ place: JSONPushReader.Place,
    lineBase: Int,
    _ tape: borrowing TapeBuilder,
    _ name: Name
  ) {
    unsafe self.base = base
    at = index
    self.end = end
    self.place = place
    chunkStart = lineBase
    unsafe bytes = tape.bytes
    byteCount = tape.byteCount
    unsafe nodes = tape.nodes
    nodeCount = tape.nodeCount
    self.name = name
  }

  var here: UnsafeRawPointer { @inline(__always) get { unsafe base + at } }
  var byte: UInt8 { @inline(__always) get { byte(at) } }
  var isInObject: Bool { @inline(__always) get { place.objects & 1 == 1 } }
  /// The depth on the tape of what stands in the innermost open object or array.
  var depth: Int { @inline(__always) get { place.depth - AssetsState.assetDepth + 1 } }

  // Comparing cases of another module's enum would be a call each time; patterns are not.

  var isBehindValue: Bool {
    @inline(__always) get { if case .commaOrEnd = place.state { true } else { false } }
  }
  var isBeforeValue: Bool {
    @inline(__always) get { if case .value = place.state { true } else { false } }
  }
  var isBeforeName: Bool {
    @inline(__always) get {
      switch place.state {
      case .name, .nameOrEnd: true
      default: false
      }
    }
  }

  /// The text of the last node.
  var lastText: UnsafeRawBufferPointer {
    let start = unsafe Int(nodes[nodeCount - 1].offset)
    return unsafe UnsafeRawBufferPointer(start: bytes + start, count: byteCount - start)
  }

  @inline(__always)
  private func byte(_ index: Int) -> UInt8 { unsafe base.load(fromByteOffset: index, as: UInt8.self) }

  @inline(__always)
  private func word(_ index: Int) -> UInt32 {
    unsafe UInt32(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt32.self))
  }

  @inline(__always)
  private func block(_ index: Int) -> SIMD16<UInt8> {
    unsafe base.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
  }

  /// Writes a block of the chunk behind the text, where it becomes text as far as it is counted.
  @inline(__always)
  private func write(_ block: SIMD16<UInt8>, at index: Int) {
    unsafe UnsafeMutableRawPointer(bytes + index).storeBytes(of: block, as: SIMD16<UInt8>.self)
  }

  @inline(__always)
  private mutating func append(_ kind: Node.JSONKind) {
    var node = Node(name, .element, depth: depth, offset: byteCount)
    node.bits |= Node.Flags.json | kind.rawValue
    unsafe nodes[nodeCount] = node
    nodeCount += 1
  }

  // MARK: Brackets and space

  @inline(__always)
  mutating func open(isObject: Bool) {
    append(isObject ? .object : .array)
    name = Name(id: 0)
    place.objects = place.objects << 1 | (isObject ? 1 : 0)
    place.depth += 1
    place.state = isObject ? .nameOrEnd : .valueOrEnd
    at += 1
  }

  /// Closes the innermost bracket, but for the asset's own; false when something else stands there.
  @inline(__always)
  mutating func close() -> Bool {
    guard depth > 1, byte == UInt8(ascii: isInObject ? "}" : "]") else { return false }
    place.objects >>= 1
    place.depth -= 1
    place.state = .commaOrEnd
    at += 1
    return true
  }

  /// Closes a bracket that has just been opened.
  @inline(__always)
  mutating func closeEmpty() -> Bool {
    switch place.state {
    case .nameOrEnd, .valueOrEnd: close()
    default: false
    }
  }

  /// Passes over blanks and newlines; false when there are none.
  mutating func skipSpace() -> Bool {
    let start = at
    while at < end {
      if byte == 0x0A {
        place.line += 1
        place.lineStart = chunkStart + at + 1
      } else if byte != 0x20, byte != 0x09, byte != 0x0D {
        break
      }
      at += 1
    }
    return at > start
  }

  // MARK: Words

  /// The name that stands here, when it holds ASCII alone and its colon follows.
  func plainName() -> UnsafeRawBufferPointer? {
    guard byte == UInt8(ascii: "\"") else { return nil }
    var stop = at + 1
    while stop < end {
      let plain = JSONBlock.plainASCIIPrefix(block(stop))
      stop += plain
      if plain < 16 { break }
    }
    guard byte(stop) == UInt8(ascii: "\""), byte(stop + 1) == UInt8(ascii: ":") else { return nil }
    return unsafe UnsafeRawBufferPointer(start: here + 1, count: stop - at - 1)
  }

  @inline(__always)
  mutating func takeString() -> Bool {
    var index = at + 1
    var count = byteCount
    while true {
      let block = block(index)
      write(block, at: count)
      let plain = JSONBlock.plainASCIIPrefix(block)
      index += plain
      count += plain
      if plain < 16 {
        if byte(index) == UInt8(ascii: "\"") { break }
        let odd = oddLength(at: index)
        if odd == 0 { return false }
        write(self.block(index), at: count)
        index += odd
        count += odd
      }
      if index >= end { return false }
    }
    append(.string)
    byteCount = count
    at = index + 1
    return true
  }

  /// Bytes of an escape or a character of several bytes; 0 when it is neither.
  @inline(__always)
  private func oddLength(at index: Int) -> Int {
    let byte = byte(index)
    if byte < 0x20 { return 0 }
    let unit = unsafe JSONStringUnit.read(UnsafeRawBufferPointer(start: base + index, count: 16), at: 0)
    guard case .kept(let count) = unit else { return 0 }
    return count
  }

  @inline(__always)
  mutating func takeLiteral() -> Bool {
    // "null", "true", "alse", the first letter lowest.
    let length: Int
    switch byte {
    case UInt8(ascii: "n"): length = word(at) == 0x6C6C_756E ? 4 : 0
    case UInt8(ascii: "t"): length = word(at) == 0x6575_7274 ? 4 : 0
    default: length = word(at + 1) == 0x6573_6C61 ? 5 : 0
    }
    if length == 0 { return false }
    append(.bare)
    write(block(at), at: byteCount)
    byteCount += length
    at += length
    return true
  }

  @inline(__always)
  mutating func takeInteger() -> Bool {
    let first = byte == UInt8(ascii: "-") ? at + 1 : at
    var stop = first
    while byte(stop) &- UInt8(ascii: "0") < 10 {
      stop += 1
      // Nobody's number is longer than an Int128.
      if stop - at > 40 { return false }
    }
    let isZero = byte(first) == UInt8(ascii: "0")
    guard stop > first, !isZero || stop == first + 1 else { return false }
    let following = byte(stop)
    if following == UInt8(ascii: ".") || following | 0x20 == UInt8(ascii: "e") { return false }
    append(.bare)
    write(block(at), at: byteCount)
    if stop - at > 16 {
      write(block(at + 16), at: byteCount + 16)
      write(block(at + 32), at: byteCount + 32)
    }
    byteCount += stop - at
    at = stop
    return true
  }
}
