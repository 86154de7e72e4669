package import Blocks

/// The bytes of a batch's records and the tape that tells what they are; never changed once it is made.
///
/// About 256 KiB, shared by all records of the batch: splitting a host into detections copies nothing.
@safe
package final class Arena: @unchecked Sendable {
  // Sendable: nothing in it changes between init and deinit, and what it points into stays as long as it does.

  /// UTF-8 text, followed by 16 bytes of padding so that it can be read in blocks.
  package let bytes: UnsafePointer<UInt8>
  package let byteCount: Int
  /// The tape, followed by a node of kind `end`.
  package let nodes: UnsafePointer<Node>
  package let nodeCount: Int
  /// Texts too long for memory, by the number in their node's bytes.
  package let spilled: [SpilledBytes]
  /// The server's clock in the answer that the records came in, as written; empty when it had none.
  package let serverTime: [UInt8]
  /// What it lies in, with what others put behind it.
  let storage: TapeStorage

  init(
    _ storage: TapeStorage,
    byteCount: Int,
    nodeCount: Int,
    spilled: [SpilledBytes],
    serverTime: [UInt8]
  ) {
    // Blocks have an address.
    unsafe bytes = UnsafePointer(storage.bytes.assumingMemoryBound(to: UInt8.self).baseAddress!)
    self.byteCount = byteCount
    unsafe nodes = UnsafePointer(storage.nodes.assumingMemoryBound(to: Node.self).baseAddress!)
    self.storage = storage
    self.nodeCount = nodeCount
    self.spilled = spilled
    self.serverTime = serverTime
  }

  /// The text of a node, in the arena.
  @inline(__always)
  package func text(of index: Int) -> UnsafeRawBufferPointer {
    let start = unsafe Int(nodes[index].offset)
    return unsafe UnsafeRawBufferPointer(start: bytes + start, count: Int(nodes[index + 1].offset) - start)
  }

  /// The file that holds the text of a node, if one does.
  package func spilledText(of index: Int) -> SpilledBytes? {
    guard unsafe nodes[index].isSpilled else { return nil }
    return unsafe spilled[Int(text(of: index).loadUnaligned(as: UInt32.self))]
  }

  /// The first node after an element and everything in it.
  @inline(__always)
  package func end(of index: Int) -> Int {
    let depth = unsafe nodes[index].depth
    var next = index + 1
    while next < nodeCount, unsafe nodes[next].depth > depth { next += 1 }
    return next
  }

  /// Whether an element has neither attributes nor children: its text is its own.
  @inline(__always)
  package func isLeaf(_ index: Int) -> Bool {
    unsafe index + 1 == nodeCount || nodes[index + 1].depth <= nodes[index].depth
  }
}
