internal import Glibc
internal import Synchronization

/// Bytes too many for memory, in a file that has no name: 48 MB of RESULTS cost 48 MB of disk, not of memory.
///
/// The file lies in `$TMPDIR`, else `/tmp`, readable by nobody else, and is gone when the process is.
package final class SpilledBytes: Sendable {
  /// What could not be done with the file.
  package struct Failure: Error, CustomStringConvertible {
    private let action: String
    private let code: Int32

    /// Creates one of what could not be done, and the system's number for why.
    package init(action: String, code: Int32) {
      self.action = action
      self.code = code
    }

    package var description: String {
      "a long value could not be \(action) in the folder for temporary files: \(unsafe String(cString: strerror(code)))"
        + "; set TMPDIR to a folder with room"
    }
  }

  private let descriptor: Int32
  private let size = Mutex(0)

  /// Creates an empty file.
  package init() throws(Failure) {
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    // O_TMPFILE, a macro that Swift does not import.
    var file = unsafe open(folder, 0o20_000_000 | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o600)
    if file < 0 {
      // Not every file system can make a file without a name.
      var template = Array("\(folder)/sluice-XXXXXX".utf8CString)
      unsafe file = mkstemp(&template)
      if file >= 0 {
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        unsafe unlink(template)
      }
    }
    guard file >= 0 else { throw Failure(action: "created", code: errno) }
    descriptor = file
  }

  deinit { close(descriptor) }

  /// Bytes in the file.
  package var count: Int { size.withLock { $0 } }

  /// Appends bytes.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var offset = 0
    while offset < bytes.count {
      let written = unsafe pwrite(descriptor, bytes.baseAddress! + offset, bytes.count - offset, off_t(count))
      if written < 0 {
        if errno == EINTR { continue }
        throw Failure(action: "written", code: errno)
      }
      offset += written
      size.withLock { $0 += written }
    }
  }

  /// Reads up to `room.count` bytes from an offset; fewer only at the end.
  package func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    var done = 0
    while done < room.count {
      let got = unsafe pread(descriptor, room.baseAddress! + done, room.count - done, off_t(offset + done))
      if got == 0 { break }
      if got < 0 {
        if errno == EINTR { continue }
        throw Failure(action: "read", code: errno)
      }
      done += got
    }
    return done
  }

  /// Passes the bytes of a range on, 128 KiB at a time.
  package func forEachChunk(
    _ range: Range<Int>? = nil,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 * 1024, alignment: 16)
    defer { unsafe room.deallocate() }
    var (offset, end) = (range?.lowerBound ?? 0, range?.upperBound ?? count)
    while offset < end {
      let wanted = min(room.count, end - offset)
      let got = try unsafe read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: room[..<wanted]))
      if got == 0 { break }
      try unsafe body(UnsafeRawBufferPointer(rebasing: room[..<got]))
      offset += got
      end = min(end, count)
    }
  }
}
