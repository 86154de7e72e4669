internal import CZlib

/// zlib: every level, everywhere.
///
/// Holds about 320 KiB.
@safe
final class ZlibEngine: GzipEngine {
  /// zlib's stream must not move, since its address is kept in its own state.
  private let stream: UnsafeMutablePointer<z_stream>
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

  /// Creates an engine of zlib's level 1 (fastest) to 9 (smallest).
  /// - Throws: `GzipError.outOfMemory`.
  init(level: Int) throws(GzipError) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 + 16: the largest window, with a gzip header and trailer.
    let status = unsafe deflateInit2_(
      stream,
      Int32(level),
      Z_DEFLATED,
      15 + 16,
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
    while deflate(Z_FINISH, into: &output) != Z_STREAM_END {}
    unsafe deflateReset(stream)
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
