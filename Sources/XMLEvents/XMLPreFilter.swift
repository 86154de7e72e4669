/// Makes the bytes of an XML document acceptable to libxml2's push parser, in one pass and in chunks of any size.
///
/// The filter replaces malformed UTF-8 and the characters that XML forbids by U+FFFD, keeps references to undefined
/// entities as text, drops what precedes the XML declaration, and cuts very long CDATA sections into several. All else
/// is handed on as it is, without a copy.
///
/// Each decision depends on the mode the lexer is in and on the bytes ahead, never on where a chunk ends: when a
/// chunk ends too early to decide, its last bytes (at most `maximumLookahead`) are held back until the next one.
package struct XMLPreFilter: ~Copyable {
  /// The replaced characters that were not yet taken.
  ///
  /// It is an object so that what `emit` sets in motion can take from it while the filter is at work.
  package let replacements = ReplacementQueue()
  /// The number of characters and character references replaced by U+FFFD.
  package internal(set) var replacementCount = 0
  /// The number of references to undefined entities kept as text.
  package internal(set) var keptReferenceCount = 0
  /// Whether the document is in an encoding other than UTF-8, and so left to the parser as it is.
  package var isPassingThrough: Bool { mode == .passThrough }

  var mode = Mode.start
  /// The mode to return to at the end of a comment, a processing instruction or a quoted string.
  var enclosingMode = Mode.content
  /// The bytes at the end of the last chunk that could not be judged without the next one.
  var held: [UInt8] = []
  /// The number of bytes emitted so far.
  var emittedCount = 0
  /// The output offset from which on the present CDATA section is to be cut.
  var cutOffset = 0

  package init() {}

  /// What a piece of the document is.
  package enum Piece {
    /// Anything, markup among it.
    case markup
    /// Text within a CDATA section, and nothing else.
    case sectionText
  }

  /// Filters one chunk of the document and hands the result to `emit`, in order, in one or several pieces.
  ///
  /// Texts of CDATA sections that are longer than a ``PlainElement`` has them, or that a chunk's end cuts, are pieces of their
  /// own; a CR in one is never its last byte, unless the text ends.
  /// The pieces are valid only during the call of `emit`. Once `emit` has thrown, the filter is of no more use.
  package mutating func filter<Failure: Error>(
    _ input: UnsafeRawBufferPointer,
    emit: (UnsafeRawBufferPointer, Piece) throws(Failure) -> Void
  ) throws(Failure) {
    let start = held.isEmpty ? 0 : try unsafe processHeldBytes(before: input, emit: emit)
    let rest = unsafe UnsafeRawBufferPointer(rebasing: input[start...])
    let processed = try unsafe process(rest, isLast: false, emit: emit)
    unsafe held.append(contentsOf: rest[processed...])
  }

  /// Emits what was held back at the end of the document.
  package mutating func finish<Failure: Error>(
    emit: (UnsafeRawBufferPointer, Piece) throws(Failure) -> Void
  ) throws(Failure) {
    let rest = held
    held = []
    _ = try unsafe rest.withUnsafeBufferPointer { (rest) throws(Failure) in
      try unsafe process(UnsafeRawBufferPointer(rest), isLast: true, emit: emit)
    }
  }

  /// Forgets the replacements before an offset of the output, and returns how many there were.
  package mutating func takeReplacements(before offset: Int) -> Int {
    replacements.take(before: offset)
  }
}

extension XMLPreFilter {
  /// What the lexer is inside of.
  enum Mode {
    case start, leadingSpace, declaration, passThrough
    case content, cdata, comment, instruction
    case doctype, internalSubset, doubleQuoted, singleQuoted
    case excessDecimalDigits, excessHexadecimalDigits
  }

  /// What is to be done with the next bytes.
  enum Verdict {
    case keep(Int)
    case replace(Int, by: StaticString)
    case wait
  }

  /// The most bytes that any decision looks at: those of an XML declaration.
  static var maximumLookahead: Int { 256 }
  /// The most bytes in the name of an entity, or digits in the number of a character, that are looked at.
  static var maximumReferenceLength: Int { 64 }
  /// The length at which a CDATA section is cut, as libxml2 refuses one of more than ten million bytes.
  static var maximumSectionLength: Int { 1 << 20 }
  /// The least bytes of a CDATA section that are a piece of their own: for fewer, a piece costs more than it saves.
  static var leastText: Int { 64 }
  /// What divides a CDATA section into two.
  static var sectionCut: StaticString { "]]><![CDATA[" }

  /// Filters the held-back bytes together with what follows them, and returns how many bytes of `input` were used.
  mutating func processHeldBytes<Failure: Error>(
    before input: UnsafeRawBufferPointer,
    emit: (UnsafeRawBufferPointer, Piece) throws(Failure) -> Void
  ) throws(Failure) -> Int {
    let heldCount = held.count
    unsafe held.append(contentsOf: input.prefix(Self.maximumLookahead))
    let joined = held
    let processed = try unsafe joined.withUnsafeBufferPointer { (joined) throws(Failure) in
      try unsafe process(UnsafeRawBufferPointer(joined), isLast: false, emit: emit)
    }
    if processed < heldCount {
      held.removeFirst(processed)
      return input.count
    }
    held.removeAll()
    return processed - heldCount
  }

  /// Filters `input` as far as it can be judged, and returns the number of bytes dealt with.
  mutating func process<Failure: Error>(
    _ input: UnsafeRawBufferPointer,
    isLast: Bool,
    emit: (UnsafeRawBufferPointer, Piece) throws(Failure) -> Void
  ) throws(Failure) -> Int {
    var pieceStart = 0
    var position = 0
    /// Where the text of the CDATA section at hand begins.
    var textStart = 0
    judging: while true {
      unsafe position = skipPlainBytes(input, from: position, cutPosition: pieceStart + cutOffset - emittedCount)
      guard position < input.count else { break }
      if let count = unsafe usualMarkup(input, at: position, outputOffset: emittedCount + position - pieceStart) {
        if mode == .content, count == 3, position - textStart > PlainElement.longestText {
          unsafe pieceStart = try emitText(input, from: pieceStart, text: textStart..<position, emit: emit)
        }
        position += count
        if mode == .cdata { textStart = position }
        continue
      }
      let ahead = unsafe Lookahead(input, from: position, isLast: isLast)
      let wasInSection = mode == .cdata
      switch verdict(ahead, outputOffset: emittedCount + position - pieceStart) {
      case .keep(let count):
        if wasInSection, mode != .cdata {
          unsafe pieceStart = try emitText(input, from: pieceStart, text: textStart..<position, emit: emit)
        }
        position += count
        if !wasInSection { textStart = position }
      case .replace(let count, by: let text):
        if wasInSection {
          unsafe pieceStart = try emitText(input, from: pieceStart, text: textStart..<position, emit: emit)
        }
        try unsafe emitPiece(UnsafeRawBufferPointer(rebasing: input[pieceStart..<position]), .markup, emit: emit)
        try unsafe emitPiece(UnsafeRawBufferPointer(text.bytes), .markup, emit: emit)
        position += count
        pieceStart = position
        textStart = position
      case .wait:
        break judging
      }
    }
    if mode == .cdata, !isLast {
      // Whoever ends lines must see what follows a CR.
      if position == input.count, position > pieceStart, unsafe input[position - 1] == .carriageReturn { position -= 1 }
      unsafe pieceStart = try emitText(input, from: pieceStart, text: textStart..<max(textStart, position), emit: emit)
    }
    try unsafe emitPiece(UnsafeRawBufferPointer(rebasing: input[pieceStart..<position]), .markup, emit: emit)
    return position
  }

  /// Recognizes at one look what nearly all stops are, and moves on to the mode that holds behind it: the beginning and the
  /// end of a CDATA section, and references to the entities that XML itself defines.
  ///
  /// Only an end has three bytes.
  @inline(__always)
  mutating func usualMarkup(_ input: UnsafeRawBufferPointer, at position: Int, outputOffset: Int) -> Int? {
    guard position + 9 <= input.count else { return nil }
    let word = unsafe input.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian
    switch mode {
    case .content:
      // <![CDATA and [
      if word == 0x4154_4144_435B_213C, unsafe input[position + 8] == .leftBracket {
        mode = .cdata
        enclosingMode = .content
        cutOffset = outputOffset + 9 + Self.maximumSectionLength
        return 9
      }
      if word & 0xFFFF_FFFF == 0x3B74_6C26 || word & 0xFFFF_FFFF == 0x3B74_6726 { return 4 }  // &lt; &gt;
      if word & 0xFF_FFFF_FFFF == 0x3B_706D_6126 { return 5 }  // &amp;
      if word & 0xFFFF_FFFF_FFFF == 0x3B74_6F75_7126 { return 6 }  // &quot;
      return nil
    case .cdata:
      guard word & 0xFF_FFFF == 0x3E_5D5D, outputOffset < cutOffset else { return nil }  // ]]>
      mode = .content
      return 3
    default:
      return nil
    }
  }

  /// Emits the text of a CDATA section by itself, behind what comes before it, if it is worth it; returns what is left to
  /// be emitted.
  mutating func emitText<Failure: Error>(
    _ input: UnsafeRawBufferPointer,
    from start: Int,
    text: Range<Int>,
    emit: (UnsafeRawBufferPointer, Piece) throws(Failure) -> Void
  ) throws(Failure) -> Int {
    guard text.count >= Self.leastText else { return start }
    try unsafe emitPiece(UnsafeRawBufferPointer(rebasing: input[start..<text.lowerBound]), .markup, emit: emit)
    try unsafe emitPiece(UnsafeRawBufferPointer(rebasing: input[text]), .sectionText, emit: emit)
    return text.upperBound
  }

  mutating func emitPiece<Failure: Error>(
    _ piece: UnsafeRawBufferPointer,
    _ kind: Piece,
    emit: (UnsafeRawBufferPointer, Piece) throws(Failure) -> Void
  ) throws(Failure) {
    guard piece.count > 0 else { return }
    emittedCount += piece.count
    try unsafe emit(piece, kind)
  }

  /// Returns the position of the next byte that needs a closer look in the present mode.
  func skipPlainBytes(_ input: UnsafeRawBufferPointer, from position: Int, cutPosition: Int) -> Int {
    switch mode {
    case .content:
      unsafe PlainBytes.skip(input, from: position, to: input.count, stops: ContentStops())
    case .cdata:
      unsafe PlainBytes.skip(
        input,
        from: position,
        to: min(cutPosition, input.count),
        stops: PairStops(.rightBracket, .rightBracket)
      )
    case .comment:
      unsafe PlainBytes.skip(input, from: position, to: input.count, stops: PairStops(.hyphen, .hyphen))
    case .instruction:
      unsafe PlainBytes.skip(input, from: position, to: input.count, stops: PairStops(.questionMark, .greaterThan))
    case .passThrough:
      input.count
    default:
      position
    }
  }
}
