internal import Glibc
internal import Synchronization

/// Large blocks of memory that are used again.
///
/// A batch's text, its tape and its lines live for milliseconds, and those of the next batch are as large. Given back and
/// asked for again, each page of theirs would be mapped and cleared anew, which takes a twentieth of a run, or stay
/// with `malloc` for good. Memory: at most 6 MiB beside what is in use.
package enum Blocks {
  /// What is smaller comes from `malloc`.
  private static let smallest = 128 * 1024
  private static let keptBytes = 6 << 20
  private static let kept = Mutex(Kept())

  @safe
  private struct Kept: @unchecked Sendable {
    // Sendable: nobody else knows of these blocks.
    /// The one that was given back last is the last.
    var blocks: [UnsafeMutableRawBufferPointer] = unsafe []
    var byteCount = 0
  }

  /// Takes a block of at least so many bytes, of any content; all that it has may be used.
  package static func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    guard byteCount >= smallest else {
      return .allocate(byteCount: byteCount, alignment: 16)
    }
    let size = rounded(byteCount)
    return unsafe again(size) ?? mapped(size)
  }

  /// Gives a block back, whole.
  package static func give(_ block: UnsafeMutableRawBufferPointer) {
    guard block.count >= smallest else { return unsafe block.deallocate() }
    let unused = unsafe kept.withLock { kept -> [UnsafeMutableRawBufferPointer] in
      unsafe kept.blocks.append(block)
      kept.byteCount += block.count
      var unused: [UnsafeMutableRawBufferPointer] = unsafe []
      while kept.byteCount > keptBytes {
        let oldest = unsafe kept.blocks.removeFirst()
        kept.byteCount -= oldest.count
        unsafe unused.append(oldest)
      }
      return unsafe unused
    }
    for index in unsafe unused.indices { unsafe munmap(unused[index].baseAddress, unused[index].count) }
  }

  /// A block that somebody gave back and that is not half too large.
  private static func again(_ size: Int) -> UnsafeMutableRawBufferPointer? {
    unsafe kept.withLock { kept in
      let fitting = unsafe kept.blocks.lastIndex { $0.count >= size && $0.count <= size + size / 2 }
      guard let fitting else { return nil }
      let block = unsafe kept.blocks.remove(at: fitting)
      kept.byteCount -= block.count
      return unsafe block
    }
  }

  private static func mapped(_ size: Int) -> UnsafeMutableRawBufferPointer {
    let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { fatalError("the system has no memory left") }
    return unsafe UnsafeMutableRawBufferPointer(start: memory, count: size)
  }

  /// The next of eight sizes between a power of two and the next, so that what is nearly as large fits.
  private static func rounded(_ byteCount: Int) -> Int {
    let step = 1 << (Int.bitWidth - byteCount.leadingZeroBitCount - 4)
    return (byteCount + step - 1) & ~(step - 1)
  }
}
