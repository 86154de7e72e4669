internal import Blocks
internal import JSONText
internal import Records

/// The text of a node, in memory or in a file.
struct NodeText {
  private let arena: Arena
  private let node: Int
  private let file: SpilledBytes?

  /// The text of a JSON string, without its escapes.
  private let plain: [UInt8]?

  init(_ fields: Fields, _ node: Int) {
    arena = fields.arena
    self.node = node
    file = fields.arena.spilledText(of: node)
    let isRaw = unsafe arena.nodes[node].json == .string
    unsafe plain = isRaw ? JSONUnescape.text(of: arena.text(of: node)) : nil
  }

  var isSpilled: Bool { file != nil }
  var count: Int { unsafe file?.count ?? plain?.count ?? arena.text(of: node).count }

  /// Bytes that the text of a node takes in its line; numbers and what is not written have none that could go.
  static func writtenCount(_ fields: Fields, _ node: Int) throws -> Int {
    let (entry, text) = unsafe (fields.arena.nodes[node], fields.arena.text(of: node))
    switch entry.json {
    case .string: return entry.isSuperseded ? 0 : text.count
    case .bare, .object, .array: return 0
    case nil: return try NodeText(fields, node).escapedCount()
    }
  }

  private func forEachChunk(from start: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if let file { return try unsafe file.forEachChunk(start..<file.count, body) }
    try unsafe body(UnsafeRawBufferPointer(rebasing: arena.text(of: node)[start...]))
  }

  /// Bytes of the text in JSON.
  private func escapedCount() throws -> Int {
    var sum = 0
    try unsafe forEachChunk(from: 0) { unsafe sum += JSONEscape.length(of: $0) }
    return sum
  }

  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    if let file {
      try unsafe file.forEachChunk(range) { unsafe bytes.append(contentsOf: $0) }
    } else if let plain {
      bytes += plain[range]
    } else {
      unsafe bytes.append(contentsOf: arena.text(of: node)[range])
    }
    return bytes
  }

  /// The longest beginning that takes so many bytes in JSON and ends between characters.
  func prefix(escaped limit: Int) throws -> [UInt8] {
    let most = try bytes(0..<min(count, limit))
    return unsafe most.withUnsafeBytes { bytes in
      let length = unsafe JSONEscape.prefix(of: bytes, limit: limit)
      return Array(most[..<Self.boundary(length, of: most, isWhole: most.count == count)])
    }
  }

  /// Ranges of the text that take so many bytes each in JSON, between characters.
  func cuts(escaped limit: Int) throws -> [Range<Int>] {
    var cuts: [Range<Int>] = []
    var start = 0
    while start < count {
      let piece = try bytes(start..<min(count, start + limit))
      let length = unsafe piece.withUnsafeBytes { unsafe JSONEscape.prefix(of: $0, limit: limit) }
      let end = start + max(1, Self.boundary(length, of: piece, isWhole: start + piece.count == count))
      cuts.append(start..<end)
      start = end
    }
    return cuts
  }

  /// A length that does not cut the last character of a piece that was read.
  private static func boundary(_ length: Int, of piece: [UInt8], isWhole: Bool) -> Int {
    guard length == piece.count, !isWhole else { return length }
    var end = length
    // The last character may go on behind the piece: leave it out when it does.
    var start = end - 1
    while start > 0, piece[start] & 0xC0 == 0x80 { start -= 1 }
    guard start >= 0, end > 0 else { return end }
    let width = piece[start] < 0x80 ? 1 : piece[start] < 0xE0 ? 2 : piece[start] < 0xF0 ? 3 : 4
    if start + width > end { end = start }
    return end
  }
}
