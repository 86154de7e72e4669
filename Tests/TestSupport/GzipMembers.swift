internal import Gzip

/// The members of a gzip file, taken apart.
package struct GzipMembers {
  /// What each member holds.
  package var texts: [[UInt8]] = []
  /// Where each member begins in the file.
  package var offsets: [Int] = []

  package init(_ file: [UInt8]) throws {
    var start = 0
    while start < file.count {
      let (text, length) = try Self.member(at: start, of: file)
      texts.append(text)
      offsets.append(start)
      start += length
    }
  }

  package var text: [UInt8] { Array(texts.joined()) }

  /// Reads one member; it ends at the first place where a new header stands and all before it is whole.
  private static func member(at start: Int, of file: [UInt8]) throws -> (text: [UInt8], length: Int) {
    var end = start + 18
    while true {
      while end < file.count, !file[end...].starts(with: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0]) { end += 1 }
      if let text = try? decompressed(Array(file[start..<end])) { return (text, end - start) }
      guard end < file.count else { throw GzipError.truncated }
      end += 1
    }
  }

  package static func decompressed(_ bytes: [UInt8]) throws -> [UInt8] {
    let decompressor = try GzipDecompressor()
    var text: [UInt8] = []
    try unsafe bytes.withUnsafeBytes { bytes in
      try unsafe decompressor.decompress(bytes) { unsafe text.append(contentsOf: $0) }
    }
    try decompressor.finish()
    return text
  }
}
