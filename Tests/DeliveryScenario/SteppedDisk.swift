package import Sinks
package import SystemPackage

/// A disk on which each change is a step.
package struct SteppedDisk: Disk {
  private let base: any Disk
  private let steps: Steps
  private let makesNamesDurable: Bool

  /// `makesNamesDurable: false` plants a bug: folders are not synchronized.
  package init(_ base: any Disk, _ steps: Steps, makesNamesDurable: Bool = true) {
    self.base = base
    self.steps = steps
    self.makesNamesDurable = makesNamesDurable
  }

  package func create(_ path: FilePath) throws -> any OutputFile {
    SteppedFile(try steps.take { try base.create(path) }, steps)
  }
  package func append(to path: FilePath) throws -> any OutputFile {
    SteppedFile(try steps.take { try base.append(to: path) }, steps)
  }
  package func open(_ path: FilePath) throws -> any OutputFile {
    SteppedFile(try steps.take { try base.open(path) }, steps)
  }
  package func length(of path: FilePath) throws -> Int? { try base.length(of: path) }
  package func modified(_ path: FilePath) throws -> Int? { try base.modified(path) }
  package func bytes(of path: FilePath, in range: Range<Int>) throws -> [UInt8] { try base.bytes(of: path, in: range) }
  package func names(in folder: FilePath) throws -> [String] { try base.names(in: folder) }
  package func createFolder(_ path: FilePath) throws { try steps.take { try base.createFolder(path) } }
  package func rename(_ path: FilePath, to other: FilePath) throws {
    try steps.take { try base.rename(path, to: other) }
  }
  package func remove(_ path: FilePath) throws { try steps.take { try base.remove(path) } }
  package func synchronize(folder: FilePath) throws {
    try steps.take { if makesNamesDurable { try base.synchronize(folder: folder) } }
  }
}

private final class SteppedFile: OutputFile {
  private let base: any OutputFile
  private let steps: Steps

  init(_ base: any OutputFile, _ steps: Steps) {
    self.base = base
    self.steps = steps
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    // What is killed in the middle of a write has written a part.
    let half = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)])
    try steps.take {
      try unsafe base.write(half)
    } _: {
      try unsafe base.write(bytes)
    }
  }
  func synchronize() throws { try steps.take { try base.synchronize() } }
  func truncate(to length: Int) throws { try steps.take { try base.truncate(to: length) } }
  func close() throws { try steps.take { try base.close() } }
}
