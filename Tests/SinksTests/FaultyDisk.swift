import Records
import Sinks
import Synchronization
import SystemPackage

/// A file system whose N-th operation fails, once; all others do as they are told.
final class FaultyDisk: Disk {
  struct Fault: Error {}

  /// What an operation has done when it fails.
  enum Manner: CaseIterable {
    /// Nothing; of a write, half.
    case before
    /// All of it, and only the answer is an error.
    case after
  }

  private let base = LocalDisk()
  private let failing: Int
  private let manner: Manner
  private let done = Mutex(0)
  private let durability = Mutex(Durability())

  /// What would not be there after a power cut.
  struct Durability {
    /// Files with bytes that are not durable.
    var files: Set<FilePath> = []
    /// Folders with names that are not durable.
    var folders: Set<FilePath> = []
    /// Files that got their name before their bytes were durable.
    var early: Set<FilePath> = []
  }

  /// What would not be there after a power cut, so far.
  var atRisk: Durability { durability.withLock { $0 } }

  fileprivate func note(_ change: @Sendable (inout Durability) -> Void) { durability.withLock { change(&$0) } }

  /// `failing` counts from 1.
  init(failing: Int, _ manner: Manner = .before) {
    self.failing = failing
    self.manner = manner
  }

  /// Whether the N-th operation was reached.
  var hasFailed: Bool { done.withLock { $0 >= failing } }

  fileprivate func attempt<Result>(_ operation: () throws -> Result) throws -> Result {
    let fails = done.withLock { done in
      done += 1
      return done == failing
    }
    guard fails else { return try operation() }
    if manner == .after { _ = try operation() }
    throw Fault()
  }

  /// Whether the next operation is the one that fails.
  fileprivate var isNext: Bool { done.withLock { $0 + 1 == failing } }

  func create(_ path: FilePath) throws -> any OutputFile {
    // A file that was made without our being told could be anyone's: this one fails before, in any manner.
    if isNext {
      done.withLock { $0 += 1 }
      throw Fault()
    }
    return FaultyFile(try attempt { try base.create(path) }, path, on: self)
  }

  func append(to path: FilePath) throws -> any OutputFile {
    FaultyFile(try attempt { try base.append(to: path) }, path, on: self)
  }

  func open(_ path: FilePath) throws -> any OutputFile {
    FaultyFile(try attempt { try base.open(path) }, path, on: self)
  }

  func length(of path: FilePath) throws -> Int? { try base.length(of: path) }
  func modified(_ path: FilePath) throws -> Int? { try base.modified(path) }
  func bytes(of path: FilePath, in range: Range<Int>) throws -> [UInt8] { try base.bytes(of: path, in: range) }
  func names(in folder: FilePath) throws -> [String] { try base.names(in: folder) }
  func createFolder(_ path: FilePath) throws { try attempt { try base.createFolder(path) } }

  func rename(_ path: FilePath, to other: FilePath) throws {
    try attempt { try base.rename(path, to: other) }
    note {
      if $0.files.contains(path) { $0.early.insert(other) }
      $0.folders.insert(other.removingLastComponent())
    }
  }

  func remove(_ path: FilePath) throws { try attempt { try base.remove(path) } }
  // What makes files durable is not waited for: there is no power to fail here.
  func synchronize(folder: FilePath) throws {
    try attempt {}
    note { $0.folders.remove(folder) }
  }
}

private final class FaultyFile: OutputFile {
  private let base: any OutputFile
  private let path: FilePath
  private let disk: FaultyDisk

  init(_ base: any OutputFile, _ path: FilePath, on disk: FaultyDisk) {
    self.base = base
    self.path = path
    self.disk = disk
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    disk.note { [path] in $0.files.insert(path) }
    if disk.isNext { try unsafe base.write(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)])) }
    try disk.attempt { try unsafe base.write(bytes) }
  }

  func synchronize() throws {
    try disk.attempt {}
    disk.note { [path] in $0.files.remove(path) }
  }

  func truncate(to length: Int) throws {
    disk.note { [path] in $0.files.insert(path) }
    try disk.attempt { try base.truncate(to: length) }
  }

  func close() throws { try disk.attempt { try base.close() } }
}
