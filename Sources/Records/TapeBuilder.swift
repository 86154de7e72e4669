package import Blocks

/// Writes an arena and its tape, then hands both over without copying.
@safe
package struct TapeBuilder: ~Copyable {
  /// Readable bytes after the text, so that it can be read in blocks.
  static let padding = 16

  private(set) var bytes: UnsafeMutablePointer<UInt8>
  private(set) var byteCount = 0
  private var byteCapacity: Int
  private(set) var nodes: UnsafeMutablePointer<Node>
  package private(set) var nodeCount = 0
  private var nodeCapacity: Int
  var spilled: [SpilledBytes] = []
  /// Whose memory this is, as long as it is that of a shorter tape, too.
  private var storage: TapeStorage?

  /// Below this an arena is copied rather than written behind.
  private static let leastRoom = 4096
  private static let leastNodes = 256

  /// Creates an empty tape with room for `byteCapacity` bytes of text.
  package init(byteCapacity: Int, nodeCapacity: Int) {
    (unsafe bytes, self.byteCapacity) = unsafe Self.room(byteCapacity + Self.padding)
    (unsafe nodes, self.nodeCapacity) = unsafe Self.room(nodeCapacity + 1)
  }

  /// Creates a tape that begins with an arena's, with room for so much behind it.
  ///
  /// Nodes keep their numbers, and what is appended at depth 1 stands beside every record of the arena. Where the place
  /// behind the arena is free nothing is copied.
  package init(extending arena: Arena, bytes more: Int, nodes moreNodes: Int) {
    if unsafe arena.storage.bytes.count - arena.byteCount > Self.leastRoom,
      unsafe arena.storage.nodes.count / MemoryLayout<Node>.stride - arena.nodeCount > Self.leastNodes,
      arena.storage.claim(behind: arena.nodeCount)
    {
      self.init(behind: arena)
    } else {
      self.init(byteCapacity: arena.byteCount + more, nodeCapacity: arena.nodeCount + moreNodes)
      unsafe bytes.update(from: arena.bytes, count: arena.byteCount)
      unsafe nodes.update(from: arena.nodes, count: arena.nodeCount)
      byteCount = arena.byteCount
      nodeCount = arena.nodeCount
    }
    spilled = arena.spilled
  }

  /// Creates a tape in an arena's memory, the place behind which was claimed.
  private init(behind arena: Arena) {
    let storage = arena.storage
    // Blocks have an address.
    unsafe bytes = storage.bytes.assumingMemoryBound(to: UInt8.self).baseAddress!
    unsafe nodes = storage.nodes.assumingMemoryBound(to: Node.self).baseAddress!
    byteCapacity = unsafe storage.bytes.count
    nodeCapacity = unsafe storage.nodes.count / MemoryLayout<Node>.stride
    // The arena's last node and the bytes behind its text stay, for whoever reads it.
    byteCount = arena.byteCount + Self.padding
    nodeCount = arena.nodeCount + 1
    self.storage = storage
  }

  deinit { giveBack() }

  private borrowing func giveBack() {
    // An arena has what was sealed, or had it all the time.
    guard byteCapacity > 0, storage == nil else { return }
    unsafe Blocks.give(byteBlock)
    unsafe Blocks.give(nodeBlock)
  }

  private var byteBlock: UnsafeMutableRawBufferPointer { unsafe .init(start: bytes, count: byteCapacity) }
  private var nodeBlock: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: nodes, count: nodeCapacity))
  }

  /// Room for so many elements or more.
  private static func room<Element>(_ count: Int) -> (UnsafeMutablePointer<Element>, Int) {
    let block = unsafe Blocks.take(count * MemoryLayout<Element>.stride)
    // A block has an address.
    return unsafe (block.bindMemory(to: Element.self).baseAddress!, block.count / MemoryLayout<Element>.stride)
  }

  @inline(__always)
  package mutating func append(_ name: Name, _ kind: Node.Kind, depth: Int) {
    if nodeCount + 1 >= nodeCapacity { growNodes(by: 1) }
    unsafe (nodes + nodeCount).initialize(to: Node(name, kind, depth: depth, offset: byteCount))
    nodeCount += 1
  }

  /// Appends a value of JSON; a text follows.
  @inline(__always)
  package mutating func append(_ name: Name, json: Node.JSONKind, depth: Int) {
    append(name, .element, depth: depth)
    unsafe nodes[nodeCount - 1].bits |= Node.Flags.json | json.rawValue
  }

  /// Appends text from wherever it is.
  @inline(__always)
  package mutating func append(_ text: UnsafeRawBufferPointer) {
    guard let start = text.baseAddress else { return }
    unsafe append(start.assumingMemoryBound(to: UInt8.self), text.count)
  }

  @inline(__always)
  package mutating func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
    if byteCapacity - byteCount < length + Self.padding { growBytes(by: length) }
    unsafe Self.copy(start, to: bytes + byteCount, length)
    byteCount += length
  }

  /// Copies a text: most are shorter than a call of `memcpy` is worth.
  @inline(__always)
  private static func copy(_ source: UnsafePointer<UInt8>, to destination: UnsafeMutablePointer<UInt8>, _ length: Int) {
    let (from, to) = unsafe (UnsafeRawPointer(source), UnsafeMutableRawPointer(destination))
    switch length {
    // Two copies that overlap.
    case 8...16:
      let last = unsafe from.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
      unsafe to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
      unsafe to.storeBytes(of: last, toByteOffset: length - 8, as: UInt64.self)
    case 4..<8:
      let last = unsafe from.loadUnaligned(fromByteOffset: length - 4, as: UInt32.self)
      unsafe to.storeBytes(of: from.loadUnaligned(as: UInt32.self), as: UInt32.self)
      unsafe to.storeBytes(of: last, toByteOffset: length - 4, as: UInt32.self)
    case 17...32:
      typealias Block = SIMD2<UInt64>
      let last = unsafe from.loadUnaligned(fromByteOffset: length - 16, as: Block.self)
      unsafe to.storeBytes(of: from.loadUnaligned(as: Block.self), as: Block.self)
      unsafe to.storeBytes(of: last, toByteOffset: length - 16, as: Block.self)
    case 1..<4:
      unsafe destination[0] = source[0]
      unsafe destination[length >> 1] = source[length >> 1]
      unsafe destination[length - 1] = source[length - 1]
    default:
      unsafe destination.update(from: source, count: length)
    }
  }

  package mutating func append(_ text: [UInt8]) {
    unsafe text.withUnsafeBufferPointer { text in
      if let start = text.baseAddress { unsafe append(start, text.count) }
    }
  }

  /// Appends nodes of an arena with their text, at another depth and another name for the first if wished.
  package mutating func append(_ range: Range<Int>, of arena: Arena, deeperBy shift: Int = 0) {
    for index in range {
      var node = unsafe arena.nodes[index]
      node.depth = UInt8(Int(node.depth) + shift)
      let text = unsafe arena.text(of: index)
      append(node.name, node.kind, depth: Int(node.depth))
      unsafe nodes[nodeCount - 1].bits = node.bits
      if let file = arena.spilledText(of: index) {
        appendSpilled(file)
      } else if let start = text.baseAddress {
        unsafe append(start.assumingMemoryBound(to: UInt8.self), text.count)
      }
    }
  }

  /// Appends nodes whose texts stand one behind the other, at offsets that begin with 0.
  mutating func append(
    _ others: UnsafePointer<Node>,
    _ count: Int,
    text: UnsafePointer<UInt8>,
    _ textCount: Int
  ) {
    if nodeCapacity - nodeCount <= count { growNodes(by: count) }
    for index in 0..<count {
      var node = unsafe others[index]
      node.offset += UInt32(truncatingIfNeeded: byteCount)
      unsafe (nodes + nodeCount + index).initialize(to: node)
    }
    nodeCount += count
    unsafe append(text, textCount)
  }

  /// Makes a file the text of the last node.
  package mutating func appendSpilled(_ file: SpilledBytes) {
    unsafe nodes[nodeCount - 1].bits |= Node.Flags.spilled
    var number = UInt32(spilled.count)
    spilled.append(file)
    unsafe withUnsafeBytes(of: &number) { number in
      // Four bytes have an address.
      unsafe append(number.baseAddress!.assumingMemoryBound(to: UInt8.self), 4)
    }
  }

  /// Makes room for so much more, to be written from the last node and byte on; ``take(nodes:bytes:)`` keeps it.
  mutating func reserve(nodes more: Int, bytes moreBytes: Int) {
    if nodeCapacity - nodeCount <= more { growNodes(by: more) }
    if byteCapacity - byteCount < moreBytes + Self.padding { growBytes(by: moreBytes) }
  }

  /// Keeps what was written into the room behind the last node and byte.
  mutating func take(nodes: Int, bytes: Int) {
    precondition(nodes < nodeCapacity && bytes + Self.padding <= byteCapacity)
    nodeCount = nodes
    byteCount = bytes
  }

  /// Takes back text from the end.
  @inline(__always)
  mutating func truncateBytes(to count: Int) { byteCount = count }

  /// Takes back nodes from the end.
  @inline(__always)
  mutating func truncateNodes(to count: Int) { nodeCount = count }

  /// Moves the text from `start` on to begin at `destination`.
  mutating func moveBytes(from start: Int, to destination: Int) {
    unsafe (bytes + destination).update(from: bytes + start, count: byteCount - start)
    byteCount -= start - destination
  }

  mutating func setFlag(_ flag: UInt8, of index: Int) { unsafe nodes[index].bits |= flag }

  /// Appends an element with a text, under a name that a person chose.
  package mutating func append(leaf name: Name, _ text: [UInt8], depth: Int) {
    unsafe text.withUnsafeBytes { unsafe append(leaf: name, $0, depth: depth) }
  }

  /// Appends an element with a text, under a name that a person chose.
  package mutating func append(leaf name: Name, _ text: UnsafeRawBufferPointer, depth: Int) {
    append(name, .element, depth: depth)
    setFlag(Node.Flags.verbatim, of: nodeCount - 1)
    unsafe append(text)
  }

  /// Gives the last node a name that a person chose.
  package mutating func rename(last name: Name) {
    let last = nodeCount - 1
    let isList = unsafe nodes[last].isList
    unsafe nodes[last].name = name
    unsafe nodes[last].bits |= Node.Flags.verbatim | (isList ? Node.Flags.list : 0)
  }

  /// Copies nodes and bytes from `node` on out of a tape that is still being written.
  mutating func carry(fromNode node: Int, byte: Int, of other: borrowing TapeBuilder) {
    copy(node..<other.nodeCount, byte..<other.byteCount, of: other)
  }

  mutating func copy(_ range: Range<Int>, _ text: Range<Int>, of other: borrowing TapeBuilder) {
    let shift = text.lowerBound - byteCount
    for index in range {
      if nodeCount + 1 >= nodeCapacity { growNodes(by: 1) }
      var node = unsafe other.nodes[index]
      node.offset = UInt32(Int(node.offset) - shift)
      unsafe (nodes + nodeCount).initialize(to: node)
      nodeCount += 1
    }
    if !text.isEmpty { unsafe append(UnsafePointer(other.bytes + text.lowerBound), text.count) }
    for index in nodeCount - range.count..<nodeCount where unsafe nodes[index].isSpilled {
      renumberSpilledText(of: index, in: other)
    }
  }

  /// Takes over the file of a node that was copied: only those that are copied, for files are few.
  private mutating func renumberSpilledText(of index: Int, in other: borrowing TapeBuilder) {
    let place = unsafe UnsafeMutableRawPointer(bytes + Int(nodes[index].offset))
    let file = unsafe other.spilled[Int(place.loadUnaligned(as: UInt32.self))]
    unsafe place.storeBytes(of: UInt32(spilled.count), as: UInt32.self)
    spilled.append(file)
  }

  /// Hands tape and text over.
  package consuming func seal(serverTime: [UInt8]) -> Arena {
    unsafe (nodes + nodeCount).initialize(to: Node(Name(id: 0), .end, depth: 0, offset: byteCount))
    unsafe (bytes + byteCount).update(repeating: 0, count: Self.padding)
    storage?.yield(at: nodeCount)
    let arena = unsafe Arena(
      storage ?? TapeStorage(byteBlock, nodeBlock, nodeCount: nodeCount),
      byteCount: byteCount,
      nodeCount: nodeCount,
      spilled: spilled,
      serverTime: serverTime
    )
    byteCapacity = 0
    return arena
  }

  /// Moves to memory of its own.
  private mutating func leaveStorage() {
    guard storage != nil else { return }
    let (ownBytes, bytesRoom) = unsafe Self.room(byteCapacity) as (UnsafeMutablePointer<UInt8>, Int)
    let (ownNodes, nodesRoom) = unsafe Self.room(nodeCapacity) as (UnsafeMutablePointer<Node>, Int)
    unsafe ownBytes.update(from: bytes, count: byteCount)
    unsafe ownNodes.update(from: nodes, count: nodeCount)
    (unsafe bytes, byteCapacity) = unsafe (ownBytes, bytesRoom)
    (unsafe nodes, nodeCapacity) = unsafe (ownNodes, nodesRoom)
    storage = nil
  }

  @inline(never)
  private mutating func growBytes(by more: Int) {
    leaveStorage()
    let (larger, capacity) =
      unsafe Self.room(max(byteCapacity * 2, byteCount + more + Self.padding)) as (UnsafeMutablePointer<UInt8>, Int)
    unsafe larger.update(from: bytes, count: byteCount)
    unsafe Blocks.give(byteBlock)
    (unsafe bytes, byteCapacity) = unsafe (larger, capacity)
  }

  @inline(never)
  private mutating func growNodes(by more: Int) {
    leaveStorage()
    let (larger, capacity) =
      unsafe Self.room(max(nodeCapacity * 2, nodeCount + more + 1)) as (UnsafeMutablePointer<Node>, Int)
    unsafe larger.update(from: nodes, count: nodeCount)
    unsafe Blocks.give(nodeBlock)
    (unsafe nodes, nodeCapacity) = unsafe (larger, capacity)
  }
}
