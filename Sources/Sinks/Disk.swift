package import SystemPackage

/// The file system as sinks see it: a seam, so that tests can make its N-th operation fail.
package protocol Disk: Sendable {
  /// Creates a file for this process alone, mode 0600, empty; a file of that name is emptied.
  func create(_ path: FilePath) throws -> any OutputFile
  /// Opens a file of lines for appending, mode 0600, creating it when there is none; ends its last line if need be.
  func append(to path: FilePath) throws -> any OutputFile
  /// Opens a file that is there, for this process alone, to go on writing at its end.
  func open(_ path: FilePath) throws -> any OutputFile
  /// How many bytes a file has; nil when there is none.
  func length(of path: FilePath) throws -> Int?
  /// When a file was last written, seconds since 1970; nil when there is none.
  func modified(_ path: FilePath) throws -> Int?
  /// Bytes of a file; fewer when it ends before them.
  func bytes(of path: FilePath, in range: Range<Int>) throws -> [UInt8]
  /// The names in a folder, in no order; none when there is no such folder.
  func names(in folder: FilePath) throws -> [String]
  /// Creates a folder and those above it, mode 0700; their names are durable.
  func createFolder(_ path: FilePath) throws
  /// Gives a file its final name, in place of another of that name.
  func rename(_ path: FilePath, to other: FilePath) throws
  func remove(_ path: FilePath) throws
  /// Makes the names in a folder durable.
  func synchronize(folder: FilePath) throws
}

/// A file that is being written.
package protocol OutputFile: AnyObject {
  func write(_ bytes: UnsafeRawBufferPointer) throws
  /// Makes everything written durable. After a failure the file must not be trusted again.
  func synchronize() throws
  /// Cuts the file to a length, and goes on writing there.
  func truncate(to length: Int) throws
  func close() throws
}

/// What could not be done with a file.
package struct DiskError: Error, CustomStringConvertible {
  package let action: String
  package let path: FilePath
  package let errno: Errno

  package init(_ action: String, _ path: FilePath, _ errno: Errno) {
    self.action = action
    self.path = path
    self.errno = errno
  }

  package var description: String {
    let help =
      switch errno {
      case .noSpace: "; free space on that file system"
      case .permissionDenied, .notPermitted, .readOnlyFileSystem: "; give this user the right to write there"
      case .wouldBlock: "; another run is writing it"
      default: ""
      }
    return "cannot \(action) '\(path)': \(errno)\(help)"
  }
}
