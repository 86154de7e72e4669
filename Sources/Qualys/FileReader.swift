internal import Glibc
internal import Gzip
internal import SystemPackage

/// Reads a file, or standard input, in chunks as they come; takes gzip apart.
///
/// Holds 256 KiB of a plain file; 16 KiB of a gzip file and what they become. A pipe gives what it has: a reader
/// never waits for more than one byte.
package struct FileReader: ~Copyable {
  private let descriptor: FileDescriptor
  private let path: String
  private var decompressor: GzipDecompressor?
  private var hasBegun = false
  private var isAtEnd = false
  /// What is wrong with the bytes behind those that were given last.
  private var failure: GzipError?

  /// Whether the bytes came compressed, as far as they were read.
  var isCompressed: Bool { decompressor != nil }

  /// Opens a path; `-` is standard input.
  package init(_ path: String) throws {
    self.path = path == "-" ? "standard input" : path
    descriptor =
      path == "-" ? .standardInput : try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
  }

  deinit { if descriptor != .standardInput { try? descriptor.close() } }

  /// The next bytes, or nil at the end.
  /// - Throws: `Errno`, `GzipError`, or `CancellationError` while a pipe is silent.
  package mutating func next() throws -> [UInt8]? {
    while !isAtEnd {
      if let failure { throw failure }
      let raw = try readSome(decompressor == nil && hasBegun ? 256 * 1024 : 16 * 1024)
      if raw.isEmpty {
        isAtEnd = true
        try decompressor?.finish()
        return nil
      }
      if !hasBegun {
        hasBegun = true
        if GzipDecompressor.isGzip(raw) { decompressor = try GzipDecompressor(maximumRatio: 400) }
      }
      guard let decompressor else { return raw }
      var bytes: [UInt8] = []
      do {
        try unsafe raw.withUnsafeBytes { raw in
          try unsafe decompressor.decompress(raw) { unsafe bytes.append(contentsOf: $0) }
        }
      } catch let error as GzipError {
        // What came before it is given first.
        failure = error
      }
      if !bytes.isEmpty { return bytes }
    }
    return nil
  }

  private func readSome(_ count: Int) throws -> [UInt8] {
    // A pipe can be silent for long; a cancelled run must not wait for it.
    var poller = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    while unsafe poll(&poller, 1, 100) == 0 { try Task.checkCancellation() }
    return try unsafe [UInt8](unsafeUninitializedCapacity: count) { room, filled in
      filled = try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(room))
    }
  }
}
