internal import JSONText

/// Reading as most of an asset is written, without the reader's events: names that were foretold, and texts copied as
/// they are looked through.
///
/// Whatever is odd (a fraction, a broken character, an error, the end of a chunk) is left where it stands, and the reader
/// takes it from there; so what comes out does not depend on which of them read it.
extension AssetsState {
  /// Bytes read at a time, so that room on the tape is made once for all of it.
  static let window = 4096

  /// Reads on in the open asset as far as all is as usual.
  mutating func readMembers(of chunk: UnsafeRawBufferPointer, at index: inout Int) {
    var start = index
    repeat {
      start = index
      unsafe readWindow(of: chunk, at: &index)
    } while index > start
  }

  private mutating func readWindow(of chunk: UnsafeRawBufferPointer, at index: inout Int) {
    // What would be too long for an asset is the reader's, too.
    let longest = assetStart + limits.recordBytes - reader.offset(at: 0)
    let end = min(index + Self.window, min(chunk.count, longest) - TapeCursor.ahead)
    guard end > index, let base = chunk.baseAddress, let place = reader.place else { return }
    tape.reserve(nodes: Self.window + TapeCursor.ahead, bytes: Self.window + 2 * TapeCursor.ahead)
    var cursor = unsafe TapeCursor(base, from: index, to: end, place, lineBase: reader.offset(at: 0), tape, name)
    while cursor.at < end, step(&cursor) {}
    tape.take(nodes: cursor.nodeCount, bytes: cursor.byteCount)
    reader.goOn(from: cursor.place)
    index = cursor.at
    name = cursor.name
    hasName = cursor.isInObject && cursor.isBeforeValue
  }

  /// Reads a member, an element or a bracket, with what stands before it; false when it is not as usual.
  @inline(__always)
  private mutating func step(_ cursor: inout TapeCursor) -> Bool {
    if cursor.isBehindValue {
      guard cursor.byte == UInt8(ascii: ",") else { return cursor.close() || cursor.skipSpace() }
      cursor.at += 1
      cursor.place.state = cursor.isInObject ? .name : .value
    }
    if cursor.isBeforeName {
      guard readName(&cursor) else { return cursor.closeEmpty() || cursor.skipSpace() }
      cursor.place.state = .value
    }
    switch cursor.byte {
    case UInt8(ascii: "\""): return cursor.takeString() && endValue(&cursor)
    case UInt8(ascii: "{"), UInt8(ascii: "["): return open(&cursor)
    case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "f"): return cursor.takeLiteral() && endValue(&cursor)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return cursor.takeInteger() && endValue(&cursor)
    default: return cursor.closeEmpty() || cursor.skipSpace()
    }
  }

  @inline(__always)
  private mutating func readName(_ cursor: inout TapeCursor) -> Bool {
    let depth = cursor.depth
    if let guess = unsafe succession.guess(depth: depth, at: cursor.here) {
      cursor.at += Int(guess.length)
      take(guess.name, Int(guess.number), &cursor)
      return true
    }
    return lookUpName(&cursor)
  }

  @inline(never)
  private mutating func lookUpName(_ cursor: inout TapeCursor) -> Bool {
    guard let text = unsafe cursor.plainName(), let (name, number) = unsafe names.look(up: text) else { return false }
    succession.learn(name, number, depth: cursor.depth)
    cursor.at += text.count + 3
    take(name, number, &cursor)
    return true
  }

  /// Notes the name of the value that follows, and whether it came before in its object.
  @inline(__always)
  private mutating func take(_ name: Name, _ number: Int, _ cursor: inout TapeCursor) {
    let depth = cursor.depth
    cursor.name = name
    succession.meet(number, depth: depth)
    let seen = depth * Self.numbers + number
    let before = unsafe lastSeen[seen]
    unsafe lastSeen[seen] = nodeBase + cursor.nodeCount
    if unsafe before > openNode[depth - 1] {
      unsafe cursor.nodes[before - nodeBase].bits |= Node.Flags.superseded
      drift += 1
    }
  }

  private mutating func open(_ cursor: inout TapeCursor) -> Bool {
    guard cursor.place.depth < min(limits.depth, 64) else { return false }
    let depth = cursor.depth
    let isObject = cursor.byte == UInt8(ascii: "{")
    unsafe openNode[depth] = nodeBase + cursor.nodeCount
    succession.open(isObject: isObject, depth: depth)
    cursor.open(isObject: isObject)
    return true
  }

  @inline(__always)
  private mutating func endValue(_ cursor: inout TapeCursor) -> Bool {
    if cursor.depth == 1, cursor.name == assetIDName { assetID = unsafe UInt64(digits: cursor.lastText) }
    cursor.name = Name(id: 0)
    cursor.place.state = .commaOrEnd
    return true
  }
}
