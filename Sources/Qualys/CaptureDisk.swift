internal import Glibc
package import SystemPackage

/// Files and folders of a capture, for this user alone; writing is a seam, so that tests can fill the disk.
package struct CaptureDisk: Sendable {
  /// Writes all bytes at the end of an open file.
  /// - Throws: `Errno`.
  package var write: @Sendable (FileDescriptor, [UInt8]) throws -> Void

  package init(write: @escaping @Sendable (FileDescriptor, [UInt8]) throws -> Void) { self.write = write }

  /// This machine's.
  package static let system = CaptureDisk { descriptor, bytes in try descriptor.writeAll(bytes) }

  /// Makes a folder and those above it, mode 0700.
  func createFolder(_ path: FilePath) throws(CaptureError) {
    guard !path.isEmpty, unsafe access(path.string, F_OK) != 0 else { return }
    try createFolder(path.removingLastComponent())
    guard unsafe mkdir(path.string, 0o700) == 0 || errno == EEXIST else {
      throw Self.error(path, "cannot be made", Errno(rawValue: errno))
    }
  }

  /// Creates a file, mode 0600; none may be there.
  func create(_ path: FilePath) throws(CaptureError) -> FileDescriptor {
    do {
      return try FileDescriptor.open(
        path,
        .writeOnly,
        options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: .ownerReadWrite
      )
    } catch {
      throw Self.error(path, "cannot be made", error)
    }
  }

  /// Writes a whole file under a name that it has only when all of it is there.
  func replace(_ path: FilePath, with bytes: [UInt8]) throws(CaptureError) {
    let part = FilePath(path.string + ".part")
    unsafe unlink(part.string)
    let descriptor = try create(part)
    defer { try? descriptor.close() }
    try append(bytes, to: descriptor, path)
    guard unsafe rename(part.string, path.string) == 0 else {
      throw Self.error(path, "cannot be named", Errno(rawValue: errno))
    }
  }

  /// Writes bytes at the end of a file.
  func append(_ bytes: [UInt8], to descriptor: FileDescriptor, _ path: FilePath) throws(CaptureError) {
    do { try write(descriptor, bytes) } catch { throw Self.error(path, "cannot be written", error) }
  }

  private static func error(_ path: FilePath, _ what: String, _ error: any Error) -> CaptureError {
    let help = (error as? Errno) == .noSpace ? "; free space on that file system" : ""
    return CaptureError(path.removingLastComponent().string, "'\(path)' \(what): \(error)\(help)", isOfDisk: true)
  }
}
