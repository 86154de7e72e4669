package import Sinks
internal import Synchronization
package import SystemPackage

/// A disk in memory that forgets what was not made durable when the power fails: bytes without `synchronize`, names
/// without `synchronize(folder:)`.
package final class ForgetfulDisk: Disk {
  fileprivate final class File: Sendable {
    struct Content {
      var bytes: [UInt8] = []
      var durable: [UInt8] = []
    }
    let content = Mutex(Content())
  }

  private struct Names {
    var now: [FilePath: File] = [:]
    var durable: [FilePath: File] = [:]
  }
  private let names = Mutex(Names())

  package init() {}

  /// The power fails, and comes back.
  package func failPower() {
    names.withLock { names in
      for file in names.durable.values { file.content.withLock { $0.bytes = $0.durable } }
      names.now = names.durable
    }
  }

  /// All files, and what they hold.
  package var files: [String: [UInt8]] {
    names.withLock { names in
      Dictionary(uniqueKeysWithValues: names.now.map { ($0.string, $1.content.withLock { $0.bytes }) })
    }
  }

  private func opened(_ path: FilePath) throws -> File {
    guard let file = names.withLock({ $0.now[path] }) else { throw DiskError("open", path, .noSuchFileOrDirectory) }
    return file
  }

  package func create(_ path: FilePath) throws -> any OutputFile {
    let file = names.withLock { names in
      let file = names.now[path] ?? File()
      names.now[path] = file
      return file
    }
    file.content.withLock { $0.bytes = [] }
    return Handle(file)
  }
  package func append(to path: FilePath) throws -> any OutputFile {
    if try length(of: path) == nil { return try create(path) }
    return Handle(try opened(path))
  }
  package func open(_ path: FilePath) throws -> any OutputFile { Handle(try opened(path)) }
  package func length(of path: FilePath) throws -> Int? {
    names.withLock { $0.now[path]?.content.withLock { $0.bytes.count } }
  }
  package func modified(_ path: FilePath) throws -> Int? { try length(of: path).map { _ in 0 } }
  package func bytes(of path: FilePath, in range: Range<Int>) throws -> [UInt8] {
    try opened(path).content.withLock { Array($0.bytes[range.clamped(to: 0..<$0.bytes.count)]) }
  }
  package func names(in folder: FilePath) throws -> [String] {
    names.withLock { names in
      names.now.keys.filter { $0.removingLastComponent() == folder }.compactMap { $0.lastComponent?.string }
    }
  }
  package func createFolder(_ path: FilePath) throws {}
  package func rename(_ path: FilePath, to other: FilePath) throws {
    let file = try opened(path)
    names.withLock { names in
      names.now[path] = nil
      names.now[other] = file
    }
  }
  package func remove(_ path: FilePath) throws { names.withLock { $0.now[path] = nil } }
  package func synchronize(folder: FilePath) throws {
    names.withLock { names in
      for path in Set(names.now.keys).union(names.durable.keys) where path.removingLastComponent() == folder {
        names.durable[path] = names.now[path]
      }
    }
  }

  private final class Handle: OutputFile {
    private let file: File
    init(_ file: File) { self.file = file }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
      file.content.withLock { unsafe $0.bytes.append(contentsOf: bytes) }
    }
    func synchronize() throws { file.content.withLock { $0.durable = $0.bytes } }
    func truncate(to length: Int) throws { file.content.withLock { $0.bytes.removeLast($0.bytes.count - length) } }
    func close() throws {}
  }
}
