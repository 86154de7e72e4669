internal import Blocks
internal import Synchronization

/// The memory of a tape and its text, and of longer ones that begin with it.
///
/// What an arena holds never changes, but what lies behind it may be written, once: whoever claims the place behind the
/// longest tape makes a longer one there, without copying it. Others copy.
@safe
final class TapeStorage: @unchecked Sendable {
  // Sendable: the blocks stay what they are, and each byte in them is written by one who has claimed it.

  let bytes: UnsafeMutableRawBufferPointer
  let nodes: UnsafeMutableRawBufferPointer
  /// How many nodes the longest tape has; none while somebody writes behind it.
  private let longest: Atomic<Int>

  /// Takes over blocks in which one tape lies.
  init(_ bytes: UnsafeMutableRawBufferPointer, _ nodes: UnsafeMutableRawBufferPointer, nodeCount: Int) {
    unsafe self.bytes = bytes
    unsafe self.nodes = nodes
    longest = Atomic(nodeCount)
  }

  deinit {
    unsafe Blocks.give(bytes)
    unsafe Blocks.give(nodes)
  }

  /// Claims the place behind a tape; false where another one was made there, or is being made.
  func claim(behind nodeCount: Int) -> Bool {
    longest.compareExchange(expected: nodeCount, desired: -1, ordering: .acquiring).exchanged
  }

  /// Says how long the tape has become.
  func yield(at nodeCount: Int) { longest.store(nodeCount, ordering: .releasing) }
}
