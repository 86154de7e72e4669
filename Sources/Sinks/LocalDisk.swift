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
    try file.lock()
    _ = fchmod(descriptor.rawValue, 0o600)
    try file.truncate(to: 0)
    return file
  }

  package func open(_ path: FilePath) throws -> any OutputFile {
    let descriptor = try attempt("open", path) {
      try FileDescriptor.open(path, .writeOnly, options: [.closeOnExec])
    }
    let file = LocalFile(descriptor, path)
    try file.lock()
    try file.goToEnd()
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

  package func length(of path: FilePath) throws -> Int? { try status(of: path).map { Int($0.st_size) } }

  package func modified(_ path: FilePath) throws -> Int? { try status(of: path).map { $0.st_mtim.tv_sec } }

  private func status(of path: FilePath) throws -> stat? {
    var status = stat()
    guard unsafe stat(path.string, &status) != 0 else { return status }
    guard errno == ENOENT else { throw DiskError("look at", path, Errno(rawValue: errno)) }
    return nil
  }

  package func bytes(of path: FilePath, in range: Range<Int>) throws -> [UInt8] {
    try attempt("read", path) {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
      defer { try? descriptor.close() }
      var bytes: [UInt8] = []
      while bytes.count < range.count {
        var part = [UInt8](repeating: 0, count: range.count - bytes.count)
        let offset = Int64(range.lowerBound + bytes.count)
        let count = try unsafe part.withUnsafeMutableBytes {
          try unsafe descriptor.read(fromAbsoluteOffset: offset, into: $0)
        }
        if count == 0 { break }
        bytes += part.prefix(count)
      }
      return bytes
    }
  }

  package func names(in folder: FilePath) throws -> [String] {
    let path = folder.isEmpty ? FilePath(".") : folder
    guard let stream = unsafe opendir(path.string) else {
      guard errno == ENOENT else { throw DiskError("read the folder", path, Errno(rawValue: errno)) }
      return []
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  package func createFolder(_ path: FilePath) throws {
    guard !path.isEmpty, unsafe access(path.string, F_OK) != 0 else { return }
    let parent = path.removingLastComponent()
    try createFolder(parent)
    guard unsafe mkdir(path.string, 0o700) == 0 || errno == EEXIST else {
      throw DiskError("create the folder", path, Errno(rawValue: errno))
    }
    try synchronize(folder: parent)
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

  /// Keeps others out, for two runs must not write one file; the lock goes with the process, also when it is killed.
  func lock() throws {
    guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
      throw DiskError("lock", path, Errno(rawValue: errno))
    }
  }

  func goToEnd() throws {
    guard lseek(descriptor.rawValue, 0, SEEK_END) >= 0 else { throw DiskError("open", path, Errno(rawValue: errno)) }
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
