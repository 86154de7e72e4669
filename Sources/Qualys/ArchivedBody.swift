internal import Blocks
internal import SystemPackage

/// A captured body of which pieces are read: the file itself, or what it unpacks to in a file without a name.
enum ArchivedBody: Sendable {
  case plain(FilePath)
  case unpacked(SpilledBytes)

  /// Where a piece is.
  struct Place: Sendable {
    let body: Int
    let range: Range<Int>
  }

  /// A body that is being read.
  enum Open {
    case plain(OpenFile)
    case unpacked(SpilledBytes)
  }

  /// A descriptor that is closed when nobody reads any more.
  final class OpenFile {
    fileprivate let descriptor: FileDescriptor

    fileprivate init(_ path: FilePath) throws { descriptor = try .open(path, .readOnly, options: .closeOnExec) }

    deinit { try? descriptor.close() }
  }

  /// Looks a body through for its entries; one that broke off has those before that.
  ///
  /// - Throws: `Errno` when it cannot be opened, `SpilledBytes.Failure`, `CancellationError`.
  static func scan(_ path: String) throws -> (body: ArchivedBody, scanner: EntryScanner) {
    var reader = try FileReader(path)
    var scanner = EntryScanner(offset: 0)
    var unpacked: SpilledBytes?
    do {
      while let bytes = try reader.next() {
        if reader.isCompressed {
          let file = try unpacked ?? SpilledBytes()
          unpacked = file
          try unsafe bytes.withUnsafeBytes { try unsafe file.append($0) }
        }
        scanner.scan(bytes)
      }
    } catch is CancellationError {
      throw CancellationError()
    } catch let failure as SpilledBytes.Failure {
      throw failure
    } catch {
      // What came before it broke off counts.
    }
    return (unpacked.map(Self.unpacked) ?? .plain(FilePath(path)), scanner)
  }

  func open() throws -> Open {
    switch self {
    case .plain(let path): .plain(try OpenFile(path))
    case .unpacked(let bytes): .unpacked(bytes)
    }
  }
}

extension ArchivedBody.Open {
  /// The bytes of a range; fewer when the file has become shorter.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    try unsafe [UInt8](unsafeUninitializedCapacity: range.count) { room, filled in
      let room = UnsafeMutableRawBufferPointer(room)
      switch self {
      case .plain(let file):
        while filled < range.count {
          let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: room[filled...])
          let count = try unsafe file.descriptor.read(fromAbsoluteOffset: Int64(range.lowerBound + filled), into: rest)
          if count == 0 { break }
          filled += count
        }
      case .unpacked(let bytes):
        filled = try unsafe bytes.read(at: range.lowerBound, into: room)
      }
    }
  }
}
