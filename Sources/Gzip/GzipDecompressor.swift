internal import CZlib

/// Reads gzip as it arrives: one member or several, one after another.
///
/// Holds 64 KiB of output and zlib's state of about 40 KiB. An answer that grows by more than `maximumRatio` times is
/// refused, since no honest log does.
@safe
package final class GzipDecompressor {
  private let stream: UnsafeMutablePointer<z_stream>
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
  private let maximumRatio: Int
  private var isInsideMember = false
  private var hasSeenMember = false
  private var consumed = 0
  private var produced = 0

  /// Whether `bytes` begin as gzip does.
  package static func isGzip(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// Creates a decompressor.
  /// - Throws: `GzipError.outOfMemory`.
  package init(maximumRatio: Int = 1100) throws(GzipError) {
    self.maximumRatio = maximumRatio
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // All is set, so `deinit` frees it if this fails.
    guard unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .outOfMemory
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
    unsafe room.deallocate()
  }

  /// Decompresses the next bytes; `body` receives what they give, in pieces that live for the call only.
  package func decompress(
    _ input: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(GzipError) {
    guard let base = input.baseAddress, unsafe !input.isEmpty else { return }
    precondition(input.count <= Int(UInt32.max), "feed chunks, not whole files")
    unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(input.count)
    defer { unsafe stream.pointee.next_in = nil }
    while unsafe stream.pointee.avail_in > 0 {
      isInsideMember = true
      unsafe stream.pointee.next_out = unsafe room.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_out = UInt32(room.count)
      let before = unsafe stream.pointee.avail_in
      let status = unsafe inflate(stream, Z_NO_FLUSH)
      let count = unsafe room.count - Int(stream.pointee.avail_out)
      consumed += unsafe Int(before - stream.pointee.avail_in)
      produced += count
      if produced > 1 << 20, produced / maximumRatio > consumed { throw .expandsTooMuch(ratio: maximumRatio) }
      if count > 0 { unsafe body(UnsafeRawBufferPointer(rebasing: room[..<count])) }
      switch status {
      case Z_OK: continue
      case Z_BUF_ERROR: return
      case Z_STREAM_END:
        isInsideMember = false
        hasSeenMember = true
        unsafe inflateReset(stream)
      case Z_MEM_ERROR: throw .outOfMemory
      default:
        throw .damaged(unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(status)")
      }
    }
  }

  /// Says that no bytes follow.
  /// - Throws: `GzipError.truncated` when a member has begun and not ended, or none was there.
  package func finish() throws(GzipError) {
    if isInsideMember || !hasSeenMember { throw .truncated }
  }
}
