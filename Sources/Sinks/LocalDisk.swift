internal import Glibc
package import SystemPackage

/// The file system of this machine.
package struct LocalDisk: Disk {
  package init() {}

  package func create(_ path: FilePath) throws -> any OutputFile {
    let descriptor = try attempt("create", path) {
      try FileDescriptor.open(path, .writeOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
    }
    let file = LocalFile(descriptor, path)
    // Two runs must not write one file: the lock goes with the process, also when it is killed.
    guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
      throw DiskError("lock", path, Errno(rawValue: errno))
    }
    _ = fchmod(descriptor.rawValue, 0o600)
    try file.truncate(to: 0)
    return file
  }

  package func append(to path: FilePath) throws -> any OutputFile {
    let descriptor = try attempt("open", path) {
      try FileDescriptor.open(
        path,
        .readWrite,
        options: [.create, .append, .closeOnExec],
        permissions: .ownerReadWrite
      )
    }
    let file = LocalFile(descriptor, path)
    try file.endLastLine()
    return file
  }

  package func exists(_ path: FilePath) -> Bool { unsafe access(path.string, F_OK) == 0 }

  package func createFolder(_ path: FilePath) throws {
    guard !path.isEmpty, !exists(path) else { return }
    try createFolder(path.removingLastComponent())
    guard unsafe mkdir(path.string, 0o700) == 0 || errno == EEXIST else {
      throw DiskError("create the folder", path, Errno(rawValue: errno))
    }
  }

  package func rename(_ path: FilePath, to other: FilePath) throws {
    guard unsafe Glibc.rename(path.string, other.string) == 0 else {
      throw DiskError("rename", path, Errno(rawValue: errno))
    }
  }

  package func remove(_ path: FilePath) throws {
    guard unsafe unlink(path.string) == 0 || errno == ENOENT else {
      throw DiskError("remove", path, Errno(rawValue: errno))
    }
  }

  package func synchronize(folder: FilePath) throws {
    let path = folder.isEmpty ? FilePath(".") : folder
    let descriptor = try attempt("open the folder", path) { try FileDescriptor.open(path, .readOnly) }
    defer { try? descriptor.close() }
    guard fsync(descriptor.rawValue) == 0 else {
      throw DiskError("make durable the folder", path, Errno(rawValue: errno))
    }
  }
}

private func attempt<Result>(_ action: String, _ path: FilePath, _ body: () throws -> Result) throws -> Result {
  do { return try body() } catch let error as Errno { throw DiskError(action, path, error) }
}

private final class LocalFile: OutputFile {
  private let descriptor: FileDescriptor
  private let path: FilePath
  private var isOpen = true

  init(_ descriptor: FileDescriptor, _ path: FilePath) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { if isOpen { try? descriptor.close() } }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    _ = try attempt("write", path) { try unsafe descriptor.writeAll(bytes) }
  }

  func synchronize() throws {
    guard fsync(descriptor.rawValue) == 0 else { throw DiskError("make durable", path, Errno(rawValue: errno)) }
  }

  /// Ends a line that a killed process left unended, so that the next one is not lost with it.
  func endLastLine() throws {
    let length = lseek(descriptor.rawValue, 0, SEEK_END)
    var last: UInt8 = 0
    guard length > 0, unsafe pread(descriptor.rawValue, &last, 1, length - 1) == 1, last != UInt8(ascii: "\n") else {
      return
    }
    try unsafe [UInt8(ascii: "\n")].withUnsafeBytes { try unsafe write($0) }
  }

  func truncate(to length: Int) throws {
    guard ftruncate(descriptor.rawValue, off_t(length)) == 0, lseek(descriptor.rawValue, off_t(length), SEEK_SET) >= 0
    else { throw DiskError("cut", path, Errno(rawValue: errno)) }
  }

  func close() throws {
    guard isOpen else { return }
    isOpen = false
    try attempt("close", path) { try descriptor.close() }
  }
}
