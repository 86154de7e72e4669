internal import CZlib

/// zlib: every level, everywhere.
///
/// Holds about 320 KiB.
@safe
final class ZlibEngine: GzipEngine {
  /// zlib's stream must not move, since its address is kept in its own state.
  private let stream: UnsafeMutablePointer<z_stream>
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
  private let level: Int
  /// Of the current member: whether its header is written, and what its trailer says.
  private var hasBegun = false
  private var crc: UInt32 = 0
  private var byteCount: UInt32 = 0

  /// Creates an engine of zlib's level 1 (fastest) to 9 (smallest).
  /// - Throws: `GzipError.outOfMemory`.
  init(level: Int) throws(GzipError) {
    self.level = level
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // -15: the largest window, without header and trailer, which are ours since zlib's CRC-32 is slow.
    let status = unsafe deflateInit2_(
      stream,
      Int32(level),
      Z_DEFLATED,
      -15,
      8,
      Z_DEFAULT_STRATEGY,
      ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size)
    )
    // All is set, so `deinit` frees it.
    guard status == Z_OK else { throw .outOfMemory }
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
    unsafe room.deallocate()
  }

  func compress(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
    guard let base = input.baseAddress, unsafe !input.isEmpty else { return }
    begin(into: &output)
    unsafe crc = sluiceCRC32(crc, base.assumingMemoryBound(to: UInt8.self), input.count)
    byteCount &+= UInt32(truncatingIfNeeded: input.count)
    // zlib counts in 32 bits.
    var offset = 0
    while offset < input.count {
      let count = min(input.count - offset, 1 << 30)
      // zlib reads only; its interface predates const.
      unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: (base + offset).assumingMemoryBound(to: UInt8.self)
      )
      unsafe stream.pointee.avail_in = UInt32(count)
      repeat { deflate(Z_NO_FLUSH, into: &output) } while unsafe stream.pointee.avail_in > 0
      offset += count
    }
    unsafe stream.pointee.next_in = nil
  }

  func finishMember(into output: inout [UInt8]) {
    begin(into: &output)
    while deflate(Z_FINISH, into: &output) != Z_STREAM_END {}
    unsafe deflateReset(stream)
    for number in [crc, byteCount] {
      for shift in stride(from: 0, to: 32, by: 8) { output.append(UInt8(truncatingIfNeeded: number >> UInt32(shift))) }
    }
    (hasBegun, crc, byteCount) = (false, 0, 0)
  }

  /// Writes the member's header, as zlib does: no flags, no time, what the level is, Unix (RFC 1952, 2.3).
  private func begin(into output: inout [UInt8]) {
    if hasBegun { return }
    hasBegun = true
    output += [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, level == 9 ? 2 : level == 1 ? 4 : 0, 3]
  }

  /// Runs zlib once, and appends what it gives.
  @discardableResult
  private func deflate(_ flush: Int32, into output: inout [UInt8]) -> Int32 {
    unsafe stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(room.count)
    let status = unsafe CZlib.deflate(stream, flush)
    unsafe stream.pointee.next_out = nil
    let count = unsafe room.count - Int(stream.pointee.avail_out)
    unsafe output.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<count]))
    return status
  }
}
