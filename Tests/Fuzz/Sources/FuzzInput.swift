/// What the fuzzer gave: three lengths, a choice, and a document.
///
/// The first three bytes say how the document is cut; text stays legible, so seeds can be written by hand: `!` is one
/// byte, `"` two, `~` ninety-four, and those beyond ASCII go up to a thousand.
struct FuzzInput {
  let document: [UInt8]
  /// The document in pieces, of the three lengths in turn.
  let pieces: [[UInt8]]
  /// Whether the target should do what it has a choice of; not so when the fourth byte is a newline, as in most seeds.
  let hasChoice: Bool

  init(_ bytes: UnsafeRawBufferPointer) {
    let head = unsafe bytes.prefix(4)
    let document = unsafe Array(bytes.dropFirst(4))
    let lengths = unsafe head.prefix(3).map { $0 < 0x80 ? max(1, Int($0) - 0x20) : (Int($0) - 0x7F) * 8 }
    var pieces: [[UInt8]] = []
    var start = 0
    while start < document.count {
      let end = min(document.count, start + lengths[pieces.count % lengths.count])
      pieces.append(Array(document[start..<end]))
      start = end
    }
    self.document = document
    self.pieces = pieces
    hasChoice = unsafe head.last.map { $0 % 2 == 1 } ?? false
  }
}
