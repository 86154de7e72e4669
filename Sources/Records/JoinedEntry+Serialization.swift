internal import Blocks

/// What is joined as bytes, so that it can lie in a cache.
///
/// A byte of the format's version, then each node within KNOWLEDGE_BASE: a byte of its kind and flags, one of its
/// depth, the length of its name in two bytes and the name, the length of its text in eight and the text. Numbers have
/// their highest byte first.
extension JoinedEntry {
  /// Bytes that hold no entry.
  package struct Corruption: Error, CustomStringConvertible {
    let what: String
    package var description: String { "a KnowledgeBase entry in the cache cannot be read: \(what)" }
  }

  private static let version: UInt8 = 1
  /// Flags that hold for a node wherever it stands.
  private static let lastingFlags = Node.Flags.verbatim | Node.Flags.list | Node.Flags.repeats | Node.Flags.repeated
  private static let kinds: UInt8 = 0x03
  /// More than the decoder lets through.
  private static let greatestDepth: UInt8 = 64

  /// The fields as bytes, long texts among them.
  /// - Throws: `SpilledBytes.Failure` when a text that lies in a file cannot be read.
  package func serialized() throws -> [UInt8] {
    var bytes: [UInt8] = [Self.version]
    bytes.reserveCapacity(arena.byteCount + arena.nodeCount * 24)
    for index in 1..<max(1, arena.nodeCount) {
      let node = unsafe arena.nodes[index]
      bytes.append(node.bits & (Self.kinds | Self.lastingFlags))
      bytes.append(node.depth)
      let name = unsafe node.kind == .text ? UnsafeBufferPointer(start: nil, count: 0) : node.name.spelling.wire
      bytes.append(bigEndian: UInt16(name.count))
      unsafe bytes.append(contentsOf: name)
      if let file = arena.spilledText(of: index) {
        bytes.append(bigEndian: UInt64(file.count))
        try unsafe file.forEachChunk { unsafe bytes.append(contentsOf: $0) }
      } else {
        let text = unsafe arena.text(of: index)
        bytes.append(bigEndian: UInt64(text.count))
        unsafe bytes.append(contentsOf: text)
      }
    }
    return bytes
  }

  /// Reads what ``serialized()`` wrote; a long text goes to a file, as in an answer.
  /// - Throws: ``Corruption`` when the bytes hold no entry, `SpilledBytes.Failure` when a text cannot be put into a file.
  package convenience init(serialized bytes: [UInt8]) throws {
    var rest = bytes[...]
    guard let version = rest.popFirst() else { throw Corruption(what: "it is empty") }
    guard version == Self.version else { throw Corruption(what: "its version \(version) is not known") }
    var tape = TapeBuilder(byteCapacity: bytes.count, nodeCapacity: bytes.count / 24)
    tape.append(WellKnownName.knowledgeBase, .element, depth: 1)
    /// The depth that a child of the node before has; of its siblings when it can have none.
    var deepest: UInt8 = 2
    while !rest.isEmpty { deepest = try Self.readNode(&rest, to: &tape, deepest: deepest) }
    self.init(tape.seal(serverTime: []))
  }

  /// Reads a node; returns how deep the next one can be.
  private static func readNode(
    _ rest: inout ArraySlice<UInt8>,
    to tape: inout TapeBuilder,
    deepest: UInt8
  ) throws -> UInt8 {
    guard let bits = rest.popFirst(), let depth = rest.popFirst(), let nameCount = rest.popNumber(bytes: 2),
      let name = rest.popText(nameCount), let textCount = rest.popNumber(bytes: 8), let text = rest.popText(textCount)
    else { throw Corruption(what: "a node of it is cut off or no UTF-8") }
    guard bits & ~(kinds | lastingFlags) == 0, let kind = Node.Kind(rawValue: bits & kinds), kind != .end,
      2...deepest ~= depth, name.isEmpty == (kind == .text)
    else { throw Corruption(what: "a node of it is of no known kind, or stands where none can") }
    guard let known = kind == .text ? Name(id: 0) : Name(utf8: Array(name)) else {
      throw Corruption(what: "there are too many names")
    }
    tape.append(known, kind, depth: Int(depth))
    tape.setFlag(bits & lastingFlags, of: tape.nodeCount - 1)
    if text.count > AnswerLimits().spillBytes {
      let file = try SpilledBytes()
      try unsafe text.withUnsafeBytes { try unsafe file.append($0) }
      tape.appendSpilled(file)
    } else {
      unsafe text.withUnsafeBytes { unsafe tape.append($0) }
    }
    return kind == .element ? min(depth + 1, greatestDepth) : depth
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian number: some FixedWidthInteger) {
    var number = number.bigEndian
    unsafe Swift.withUnsafeBytes(of: &number) { unsafe append(contentsOf: $0) }
  }
}

extension ArraySlice<UInt8> {
  /// Takes a number off the beginning; nil when there are not so many bytes.
  fileprivate mutating func popNumber(bytes count: Int) -> Int? {
    guard self.count >= count else { return nil }
    let number = prefix(count).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    removeFirst(count)
    return Int(exactly: number)
  }

  /// Takes a text off the beginning; nil when there is less, or it is no UTF-8.
  fileprivate mutating func popText(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= self.count else { return nil }
    let text = prefix(count)
    guard String(validating: text, as: UTF8.self) != nil else { return nil }
    removeFirst(count)
    return text
  }
}
