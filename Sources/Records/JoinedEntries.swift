package import Blocks

/// What is joined to the detections of many QIDs, side by side in large pieces of memory.
///
/// Memory: the entries' texts and eight bytes for each of their nodes, up to a limit. Entries after that lie in a file
/// without a name, and a text too long for memory in one of its own.
@safe
package struct JoinedEntries: ~Copyable {
  /// Where an entry is.
  package enum Place: Sendable {
    /// Qualys has none.
    case missing
    case memory(piece: UInt32, offset: UInt32, nodes: UInt32, bytes: UInt32)
    case file(offset: Int, nodes: UInt32, bytes: UInt32)
    /// One with texts in files of their own.
    case long(Int)
  }

  private static let pieceSize = 1 << 20

  private let limit: Int
  private var pieces: [UnsafeMutableRawBufferPointer] = unsafe []
  /// Bytes taken of the last piece.
  private var taken = 0
  private var total = 0
  private var file: SpilledBytes?
  private var long: [JoinedEntry] = []

  /// Creates an empty collection that holds so many bytes of entries in memory.
  package init(memory limit: Int) { self.limit = limit }

  deinit { for index in unsafe pieces.indices { unsafe pieces[index].deallocate() } }

  /// Keeps an entry.
  /// - Throws: `SpilledBytes.Failure` when the file cannot be written.
  package mutating func append(_ entry: JoinedEntry) throws(SpilledBytes.Failure) -> Place {
    let arena = entry.arena
    guard arena.spilled.isEmpty else {
      long.append(entry)
      return .long(long.count - 1)
    }
    let nodes = unsafe UnsafeRawBufferPointer(start: arena.nodes, count: arena.nodeCount * MemoryLayout<Node>.stride)
    let text = unsafe UnsafeRawBufferPointer(start: arena.bytes, count: arena.byteCount)
    let (nodeCount, byteCount) = (UInt32(arena.nodeCount), UInt32(arena.byteCount))
    guard total + nodes.count + text.count <= limit else {
      let file = try openFile()
      let offset = file.count
      try unsafe file.append(nodes)
      try unsafe file.append(text)
      return .file(offset: offset, nodes: nodeCount, bytes: byteCount)
    }
    let offset = makeRoom(for: nodes.count + text.count)
    let number = unsafe pieces.count - 1
    let room = unsafe UnsafeMutableRawBufferPointer(rebasing: pieces[number][offset...])
    unsafe room.copyMemory(from: nodes)
    unsafe UnsafeMutableRawBufferPointer(rebasing: room[nodes.count...]).copyMemory(from: text)
    return .memory(piece: UInt32(number), offset: UInt32(offset), nodes: nodeCount, bytes: byteCount)
  }

  private mutating func openFile() throws(SpilledBytes.Failure) -> SpilledBytes {
    if let file { return file }
    let new = try SpilledBytes()
    file = new
    return new
  }

  /// Takes room in the last piece, or a new one; says where it begins.
  private mutating func makeRoom(for count: Int) -> Int {
    // Nodes are numbers of four bytes and less.
    let offset = (taken + 3) & ~3
    total += count
    if let last = unsafe pieces.last, offset + count <= last.count {
      taken = offset + count
      return offset
    }
    unsafe pieces.append(.allocate(byteCount: max(count, Self.pieceSize), alignment: 16))
    taken = count
    return 0
  }

  /// Appends an entry to a tape; says where it stands there.
  /// - Throws: `SpilledBytes.Failure` when the file cannot be read.
  package func copy(_ place: Place, to tape: inout TapeBuilder) throws(SpilledBytes.Failure) -> Range<Int> {
    let start = tape.nodeCount
    switch place {
    case .missing: return tape.append(.missing)
    case .long(let number): return tape.append(long[number])
    case .memory(let piece, let offset, let nodes, let bytes):
      let entry = unsafe UnsafeRawBufferPointer(rebasing: pieces[Int(piece)][Int(offset)...])
      unsafe Self.append(entry, Int(nodes), Int(bytes), to: &tape)
    case .file(let offset, let nodes, let bytes):
      let count = Int(nodes) * MemoryLayout<Node>.stride + Int(bytes)
      let room = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
      defer { unsafe room.deallocate() }
      guard let file, try unsafe file.read(at: offset, into: room) == count else {
        throw SpilledBytes.Failure(action: "read", code: 0)
      }
      unsafe Self.append(UnsafeRawBufferPointer(room), Int(nodes), Int(bytes), to: &tape)
    }
    return start..<tape.nodeCount
  }

  private static func append(_ entry: UnsafeRawBufferPointer, _ nodes: Int, _ bytes: Int, to tape: inout TapeBuilder) {
    guard let start = entry.baseAddress else { return }
    unsafe tape.append(
      start.assumingMemoryBound(to: Node.self),
      nodes,
      text: (start + nodes * MemoryLayout<Node>.stride).assumingMemoryBound(to: UInt8.self),
      bytes
    )
  }
}
