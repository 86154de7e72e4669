package import SystemPackage

/// A disk that takes everything and keeps nothing, for a run that leaves nothing behind.
package struct NoDisk: Disk {
  package init() {}

  private final class Nothing: OutputFile {
    func write(_ bytes: UnsafeRawBufferPointer) throws {}
    func synchronize() throws {}
    func truncate(to length: Int) throws {}
    func close() throws {}
  }

  package func create(_ path: FilePath) throws -> any OutputFile { Nothing() }
  package func append(to path: FilePath) throws -> any OutputFile { Nothing() }
  package func open(_ path: FilePath) throws -> any OutputFile { Nothing() }
  package func length(of path: FilePath) throws -> Int? { nil }
  package func modified(_ path: FilePath) throws -> Int? { nil }
  package func bytes(of path: FilePath, in range: Range<Int>) throws -> [UInt8] { [] }
  package func names(in folder: FilePath) throws -> [String] { [] }
  package func createFolder(_ path: FilePath) throws {}
  package func rename(_ path: FilePath, to other: FilePath) throws {}
  package func remove(_ path: FilePath) throws {}
  package func synchronize(folder: FilePath) throws {}
}
