#if ISAL
  internal import CISAL

  /// Intel's ISA-L: its levels 1 to 3.
  ///
  /// What it gives depends on the pieces that it gets, and on the processor's family: so it always gets pieces of
  /// 256 KiB, and on one machine the same bytes give the same member. Holds about 700 KiB.
  @safe
  final class ISALEngine: GzipEngine {
    private let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
    private let memory: UnsafeMutableRawBufferPointer
    private let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 64)
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 64)
    /// Bytes of the piece that are there.
    private var filled = 0

    /// Creates an engine of ISA-L's level 1 (fastest) to 3 (smallest).
    init(level: Int) {
      let size = isal_level_bytes(UInt32(level))
      unsafe memory = .allocate(byteCount: Int(size), alignment: 64)
      unsafe isal_deflate_init(stream)
      unsafe stream.pointee.level = UInt32(level)
      unsafe stream.pointee.level_buf = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.level_buf_size = size
      unsafe stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
    }

    deinit {
      unsafe stream.deallocate()
      unsafe memory.deallocate()
      unsafe piece.deallocate()
      unsafe room.deallocate()
    }

    func compress(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
      var offset = 0
      while offset < input.count {
        let count = unsafe min(input.count - offset, piece.count - filled)
        let part = unsafe UnsafeRawBufferPointer(rebasing: input[offset..<offset + count])
        unsafe UnsafeMutableRawBufferPointer(rebasing: piece[filled...]).copyMemory(from: part)
        filled += count
        offset += count
        if unsafe filled == piece.count { deflatePiece(into: &output) }
      }
    }

    func finishMember(into output: inout [UInt8]) {
      unsafe stream.pointee.end_of_stream = 1
      deflatePiece(into: &output)
      unsafe isal_deflate_reset(stream)
      unsafe stream.pointee.end_of_stream = 0
      // Written once, the header would be left out from then on.
      unsafe stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
    }

    /// Deflates what the piece holds, all of it, and the member's end once that was said.
    private func deflatePiece(into output: inout [UInt8]) {
      unsafe stream.pointee.next_in = piece.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_in = UInt32(filled)
      filled = 0
      repeat {
        unsafe stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(room.count)
        let status = unsafe isal_deflate(stream)
        precondition(status == COMP_OK, "only settings that are wrong make ISA-L fail")
        let count = unsafe room.count - Int(stream.pointee.avail_out)
        unsafe output.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<count]))
        // A full room may have left something behind.
      } while unsafe stream.pointee.avail_out == 0 || stream.pointee.avail_in > 0
    }
  }
#endif
