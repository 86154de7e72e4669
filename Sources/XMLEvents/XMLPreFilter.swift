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
  package private(set) var replacementCount = 0
  /// The number of references to undefined entities kept as text.
  package private(set) var keptReferenceCount = 0
  /// Whether the document is in an encoding other than UTF-8, and so left to the parser as it is.
  package var isPassingThrough: Bool { mode == .passThrough }

  private var mode = Mode.start
  /// The mode to return to at the end of a comment, a processing instruction or a quoted string.
  private var enclosingMode = Mode.content
  /// The bytes at the end of the last chunk that could not be judged without the next one.
  private var held: [UInt8] = []
  /// The number of bytes emitted so far.
  private var emittedCount = 0
  /// The output offset from which on the present CDATA section is to be cut.
  private var cutOffset = 0

  package init() {}

  /// Filters one chunk of the document and hands the result to `emit`, in order, in one or several pieces.
  ///
  /// The pieces are valid only during the call of `emit`. Once `emit` has thrown, the filter is of no more use.
  package mutating func filter<Failure: Error>(
    _ input: UnsafeRawBufferPointer,
    emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let start = held.isEmpty ? 0 : try unsafe processHeldBytes(before: input, emit: emit)
    let rest = unsafe UnsafeRawBufferPointer(rebasing: input[start...])
    let processed = try unsafe process(rest, isLast: false, emit: emit)
    unsafe held.append(contentsOf: rest[processed...])
  }

  /// Emits what was held back at the end of the document.
  package mutating func finish<Failure: Error>(
    emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
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

// MARK: - The pass over the bytes

extension XMLPreFilter {
  /// What the lexer is inside of.
  private enum Mode {
    case start, leadingSpace, declaration, passThrough
    case content, cdata, comment, instruction
    case doctype, internalSubset, doubleQuoted, singleQuoted
    case excessDecimalDigits, excessHexadecimalDigits
  }

  /// What is to be done with the next bytes.
  private enum Verdict {
    case keep(Int)
    case replace(Int, by: StaticString)
    case wait
  }

  /// The most bytes that any decision looks at: those of an XML declaration.
  private static var maximumLookahead: Int { 256 }
  /// The most bytes in the name of an entity, or digits in the number of a character, that are looked at.
  private static var maximumReferenceLength: Int { 64 }
  /// The length at which a CDATA section is cut, as libxml2 refuses one of more than ten million bytes.
  private static var maximumSectionLength: Int { 1 << 20 }
  /// What divides a CDATA section into two.
  private static var sectionCut: StaticString { "]]><![CDATA[" }

  /// Filters the held-back bytes together with what follows them, and returns how many bytes of `input` were used.
  private mutating func processHeldBytes<Failure: Error>(
    before input: UnsafeRawBufferPointer,
    emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
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
  private mutating func process<Failure: Error>(
    _ input: UnsafeRawBufferPointer,
    isLast: Bool,
    emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) -> Int {
    var pieceStart = 0
    var position = 0
    judging: while true {
      unsafe position = skipPlainBytes(input, from: position, cutPosition: pieceStart + cutOffset - emittedCount)
      guard position < input.count else { break }
      let ahead = unsafe Lookahead(input, from: position, isLast: isLast)
      switch verdict(ahead, outputOffset: emittedCount + position - pieceStart) {
      case .keep(let count):
        position += count
      case .replace(let count, by: let text):
        try unsafe emitPiece(UnsafeRawBufferPointer(rebasing: input[pieceStart..<position]), emit: emit)
        try unsafe emitPiece(UnsafeRawBufferPointer(text.bytes), emit: emit)
        position += count
        pieceStart = position
      case .wait:
        break judging
      }
    }
    try unsafe emitPiece(UnsafeRawBufferPointer(rebasing: input[pieceStart..<position]), emit: emit)
    return position
  }

  private mutating func emitPiece<Failure: Error>(
    _ piece: UnsafeRawBufferPointer,
    emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    guard piece.count > 0 else { return }
    emittedCount += piece.count
    try unsafe emit(piece)
  }

  /// Returns the position of the next byte that needs a closer look in the present mode.
  private func skipPlainBytes(_ input: UnsafeRawBufferPointer, from position: Int, cutPosition: Int) -> Int {
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

// MARK: - The verdict on a byte

extension XMLPreFilter {
  /// Judges the bytes ahead, and moves on to the mode that holds behind them.
  private mutating func verdict(_ ahead: Lookahead, outputOffset: Int) -> Verdict {
    let byte = ahead.first
    switch mode {
    case .start: return verdictOnByteOrder(ahead)
    case .leadingSpace: return verdictOnLeadingSpace(ahead)
    case .declaration: return verdictOnDeclaration(ahead)
    case .excessDecimalDigits, .excessHexadecimalDigits: return verdictOnExcessDigit(byte)
    case .cdata where outputOffset >= cutOffset && byte != .rightBracket && byte != .greaterThan && byte != .lineFeed:
      // Away from brackets a cut can neither break a `]]>` nor make one, and a CR keeps its LF.
      cutOffset = outputOffset + Self.sectionCut.utf8CodeUnitCount + Self.maximumSectionLength
      return .replace(0, by: Self.sectionCut)
    default: break
    }

    if byte >= 0x80 || byte.isForbiddenControl { return verdictOnCharacter(ahead, outputOffset: outputOffset) }

    switch (mode, byte) {
    case (.content, .lessThan): return verdictOnMarkup(ahead, outputOffset: outputOffset)
    case (.content, .ampersand): return verdictOnReference(ahead, outputOffset: outputOffset)
    case (.cdata, .rightBracket): return verdictOnEnd("]]>", ahead, enclosing: .content)
    case (.comment, .hyphen): return verdictOnEnd("-->", ahead, enclosing: enclosingMode)
    case (.instruction, .questionMark): return verdictOnEnd("?>", ahead, enclosing: enclosingMode)
    case (.doctype, _), (.internalSubset, _): return verdictInDoctype(ahead)
    case (.doubleQuoted, .quotationMark), (.singleQuoted, .apostrophe): return enter(enclosingMode, after: 1)
    default: return .keep(1)
    }
  }

  private mutating func enter(_ mode: Mode, after count: Int) -> Verdict {
    self.mode = mode
    return .keep(count)
  }

  /// Replaces a character that is malformed or forbidden.
  private mutating func verdictOnCharacter(_ ahead: Lookahead, outputOffset: Int) -> Verdict {
    switch ahead.character {
    case .acceptable(let count):
      return .keep(count)
    case .truncated where !ahead.isLast:
      return .wait
    case .unacceptable(let count), .truncated(let count):
      noteReplacement(at: outputOffset)
      return .replace(count, by: "\u{FFFD}")
    }
  }

  private mutating func noteReplacement(at outputOffset: Int) {
    replacementCount += 1
    replacements.append(outputOffset)
  }

  /// Recognizes at a `<` whatever has a syntax of its own.
  private mutating func verdictOnMarkup(_ ahead: Lookahead, outputOffset: Int) -> Verdict {
    enclosingMode = .content
    if ahead.starts(with: "<![CDATA[") {
      cutOffset = outputOffset + 9 + Self.maximumSectionLength
      return enter(.cdata, after: 9)
    }
    if ahead.starts(with: "<!--") { return enter(.comment, after: 4) }
    if ahead.starts(with: "<?") { return enter(.instruction, after: 2) }
    if ahead.starts(with: "<!DOCTYPE") { return enter(.doctype, after: 9) }
    let mayBeMarkup =
      ahead.mayStart(with: "<![CDATA[") || ahead.mayStart(with: "<!--") || ahead.mayStart(with: "<?")
      || ahead.mayStart(with: "<!DOCTYPE")
    return mayBeMarkup ? .wait : .keep(1)
  }

  private mutating func verdictOnEnd(_ marker: StaticString, _ ahead: Lookahead, enclosing: Mode) -> Verdict {
    if ahead.starts(with: marker) { return enter(enclosing, after: marker.utf8CodeUnitCount) }
    return ahead.mayStart(with: marker) ? .wait : .keep(1)
  }

  /// Follows the structure of a document type declaration just as far as it takes to find its end.
  private mutating func verdictInDoctype(_ ahead: Lookahead) -> Verdict {
    enclosingMode = mode
    switch (mode, ahead.first) {
    case (_, .quotationMark): return enter(.doubleQuoted, after: 1)
    case (_, .apostrophe): return enter(.singleQuoted, after: 1)
    case (.doctype, .leftBracket): return enter(.internalSubset, after: 1)
    case (.doctype, .greaterThan): return enter(.content, after: 1)
    case (.internalSubset, .rightBracket): return enter(.doctype, after: 1)
    case (.internalSubset, .lessThan):
      if ahead.starts(with: "<!--") { return enter(.comment, after: 4) }
      if ahead.starts(with: "<?") { return enter(.instruction, after: 2) }
      return ahead.mayStart(with: "<!--") || ahead.mayStart(with: "<?") ? .wait : .keep(1)
    default: return .keep(1)
    }
  }
}

// MARK: - The start of the document

extension XMLPreFilter {
  private mutating func verdictOnByteOrder(_ ahead: Lookahead) -> Verdict {
    switch (ahead.first, ahead[1]) {
    case (0xFE, 0xFF), (0xFF, 0xFE): return enter(.passThrough, after: 0)
    case (0xFE, nil) where !ahead.isLast, (0xFF, nil) where !ahead.isLast: return .wait
    default: return enter(.leadingSpace, after: 0)
    }
  }

  private mutating func verdictOnLeadingSpace(_ ahead: Lookahead) -> Verdict {
    if ahead.first.isSpace { return .replace(1, by: "") }
    if ahead.starts(with: "\u{FEFF}") { return .replace(3, by: "") }
    return ahead.mayStart(with: "\u{FEFF}") ? .wait : enter(.declaration, after: 0)
  }

  /// Finds out whether the document is in an encoding of ours.
  private mutating func verdictOnDeclaration(_ ahead: Lookahead) -> Verdict {
    if ahead.starts(with: "<?xml") {
      guard let declaration = ahead.text(upTo: .greaterThan, maximumLength: Self.maximumLookahead) else { return .wait }
      return enter(Self.namesForeignEncoding(declaration) ? .passThrough : .content, after: 0)
    }
    return ahead.mayStart(with: "<?xml") ? .wait : enter(.content, after: 0)
  }

  /// Returns whether an XML declaration names an encoding other than UTF-8 and its subset US-ASCII.
  private static func namesForeignEncoding(_ declaration: String) -> Bool {
    let encoding = #/<\?xml\s(?:.*\s)?encoding\s*=\s*["']([^"']*)["']/#.dotMatchesNewlines()
    guard let match = declaration.prefixMatch(of: encoding) else { return false }
    return !["utf-8", "utf8", "us-ascii", "ascii"].contains(match.1.lowercased())
  }
}

// MARK: - References

extension XMLPreFilter {
  /// Judges the `&` of a reference to an entity or a character.
  private mutating func verdictOnReference(_ ahead: Lookahead, outputOffset: Int) -> Verdict {
    if ahead[1] == .numberSign { return verdictOnCharacterReference(ahead, outputOffset: outputOffset) }

    var length = 0
    var name: UInt32 = 0
    while length < Self.maximumReferenceLength, let byte = ahead[1 + length], byte.isNameByte {
      name = name << 8 | UInt32(byte)
      length += 1
    }
    switch ahead[1 + length] {
    case nil where !ahead.isLast:
      return .wait
    case UInt8.semicolon where length <= 4 && Self.isPredefinedEntity(name):
      return .keep(length + 2)
    case UInt8.semicolon where length > 0:
      keptReferenceCount += 1
      return .replace(1, by: "&amp;")
    default:
      return .keep(1)
    }
  }

  /// Returns whether up to four bytes, packed into a number, are the name of an entity that XML itself defines.
  private static func isPredefinedEntity(_ name: UInt32) -> Bool {
    switch name {
    case 0x6C74, 0x6774, 0x61_6D70, 0x7175_6F74, 0x6170_6F73: true  // lt, gt, amp, quot, apos
    default: false
    }
  }

  /// Replaces a reference to a character that XML forbids, or with absurdly many digits.
  private mutating func verdictOnCharacterReference(_ ahead: Lookahead, outputOffset: Int) -> Verdict {
    let isHexadecimal = ahead[2] == .lowercaseX
    let radix: UInt32 = isHexadecimal ? 16 : 10
    var end = isHexadecimal ? 3 : 2
    let firstExcessDigit = end + Self.maximumReferenceLength
    var scalar: UInt32?
    while end <= firstExcessDigit, let digit = ahead[end]?.digit(radix: radix) {
      scalar = min((scalar ?? 0) * radix + digit, 0x11_0000)
      end += 1
    }
    if end > firstExcessDigit {
      // It goes on without delay as one to U+FFFD; the digits still to come are dropped, the semicolon is not.
      mode = isHexadecimal ? .excessHexadecimalDigits : .excessDecimalDigits
      noteReplacement(at: outputOffset)
      return .replace(end, by: "&#xFFFD")
    }
    switch (ahead[end], scalar) {
    case (nil, _) where !ahead.isLast:
      return .wait
    case (UInt8.semicolon, let scalar?) where !Self.isXMLCharacter(scalar):
      noteReplacement(at: outputOffset)
      return .replace(end + 1, by: "&#xFFFD;")
    default:
      return .keep(1)
    }
  }

  private mutating func verdictOnExcessDigit(_ byte: UInt8) -> Verdict {
    let isDigit = byte.digit(radix: mode == .excessHexadecimalDigits ? 16 : 10) != nil
    return isDigit ? .replace(1, by: "") : enter(.content, after: 0)
  }

  /// Returns whether a code point is a `Char` of XML 1.0.
  private static func isXMLCharacter(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x1_0000...0x10_FFFF: true
    default: false
    }
  }
}

// MARK: - Looking ahead

/// The bytes from the one to be judged to the end of the chunk; there is always at least one.
@safe
private struct Lookahead {
  private let bytes: UnsafeRawBufferPointer
  private let count: Int
  /// Whether the document ends with these bytes, so that there is nothing to wait for.
  let isLast: Bool

  init(_ input: UnsafeRawBufferPointer, from position: Int, isLast: Bool) {
    precondition(position < input.count)
    unsafe bytes = UnsafeRawBufferPointer(rebasing: input[position...])
    count = input.count - position
    self.isLast = isLast
  }

  var first: UInt8 { unsafe bytes[0] }

  subscript(index: Int) -> UInt8? { index < count ? unsafe bytes[index] : nil }

  var character: UTF8Character { unsafe UTF8Character(bytes, at: 0) }

  /// Returns whether the marker is there in full.
  func starts(with marker: StaticString) -> Bool {
    count >= marker.utf8CodeUnitCount && agrees(with: marker)
  }

  /// Returns whether the bytes end within what may yet become the marker.
  func mayStart(with marker: StaticString) -> Bool {
    !isLast && count < marker.utf8CodeUnitCount && agrees(with: marker)
  }

  private func agrees(with marker: StaticString) -> Bool {
    unsafe zip(bytes, marker.bytes).allSatisfy { $0 == $1 }
  }

  /// Returns the text that ends with a byte, or the most there may be of it, or nil if the byte may still come.
  func text(upTo last: UInt8, maximumLength: Int) -> String? {
    let candidate = unsafe bytes.prefix(maximumLength)
    if let end = unsafe candidate.firstIndex(of: last) {
      return unsafe String(decoding: candidate[...end], as: UTF8.self)
    }
    return isLast || count >= maximumLength ? unsafe String(decoding: candidate, as: UTF8.self) : nil
  }
}

/// What a non-ASCII byte, or a forbidden control character, is the start of, with its length in bytes.
private enum UTF8Character {
  case acceptable(Int)
  /// A character that XML forbids, or the longest ill-formed piece that Unicode replaces by one U+FFFD.
  case unacceptable(Int)
  /// The beginning of a character that reaches beyond the end of the bytes.
  case truncated(Int)

  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
    let lead = unsafe bytes[position]
    let length: Int
    var range: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, range) = (3, 0xA0...0xBF)
    case 0xED: (length, range) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, range) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, range) = (4, 0x80...0x8F)
    default:
      self = .unacceptable(1)
      return
    }
    for index in 1..<length {
      guard position + index < bytes.count else {
        self = .truncated(index)
        return
      }
      guard range.contains(unsafe bytes[position + index]) else {
        self = .unacceptable(index)
        return
      }
      range = 0x80...0xBF
    }
    let isNoncharacter = unsafe lead == 0xEF && bytes[position + 1] == 0xBF && bytes[position + 2] >= 0xBE
    self = isNoncharacter ? .unacceptable(3) : .acceptable(length)
  }
}

// MARK: - Skipping plain bytes

private typealias ByteVector = SIMD16<Int8>
private typealias ByteMask = SIMDMask<ByteVector>

/// The bytes at which skipping is to stop, besides those that are forbidden or not ASCII.
private protocol Stops {
  /// Marks the bytes to stop at, given the vector of the bytes each of them is followed by.
  func mark(_ bytes: ByteVector, followedBy next: ByteVector) -> ByteMask
}

/// The `&` of references and the `<` of everything but tags.
private struct ContentStops: Stops {
  @inline(__always)
  func mark(_ bytes: ByteVector, followedBy next: ByteVector) -> ByteMask {
    let isSpecial = (next .== ByteVector(.exclamationMark)) .| (next .== ByteVector(.questionMark))
    return ((bytes .== ByteVector(.lessThan)) .& isSpecial) .| (bytes .== ByteVector(.ampersand))
  }
}

/// The first of two bytes in succession.
private struct PairStops: Stops {
  let first: UInt8
  let second: UInt8

  @inline(__always)
  init(_ first: UInt8, _ second: UInt8) {
    self.first = first
    self.second = second
  }

  @inline(__always)
  func mark(_ bytes: ByteVector, followedBy next: ByteVector) -> ByteMask {
    (bytes .== ByteVector(first)) .& (next .== ByteVector(second))
  }
}

/// The hot loops: all but a few bytes of a document are only ever seen by them.
private enum PlainBytes {
  /// Returns the position of the first byte that may need attention; acceptable characters beyond ASCII do not.
  @inline(__always)
  static func skip(_ input: UnsafeRawBufferPointer, from start: Int, to limit: Int, stops: some Stops) -> Int {
    var position = start
    while true {
      unsafe position = skipASCII(input, from: position, to: limit, stops: stops)
      guard position < limit, unsafe input[position] >= 0x80 else { return position }
      let end = unsafe skipNonASCII(input, from: position, to: limit)
      guard end > position else { return position }
      position = end
    }
  }

  /// Skips ASCII vector by vector, and when the first is without a stop, four at a time.
  ///
  /// Near the end of the input, single bytes are skipped only if they are in no way special.
  @inline(__always)
  private static func skipASCII(
    _ input: UnsafeRawBufferPointer,
    from start: Int,
    to limit: Int,
    stops: some Stops
  ) -> Int {
    let width = ByteVector.scalarCount
    var position = start
    while position + width < limit {
      if let lane = unsafe firstLane(of: mark(input, at: position, stops: stops)) { return position + lane }
      position += width
      while position + 4 * width < limit {
        let mask1 = unsafe mark(input, at: position, stops: stops)
        let mask2 = unsafe mark(input, at: position + width, stops: stops)
        let mask3 = unsafe mark(input, at: position + 2 * width, stops: stops)
        let mask4 = unsafe mark(input, at: position + 3 * width, stops: stops)
        guard isEmpty(mask1 .| mask2 .| mask3 .| mask4) else { break }
        position += 4 * width
      }
    }
    while position < limit, unsafe input[position].isPlain { position += 1 }
    return position
  }

  /// Skips acceptable characters beyond ASCII, and the single spaces between them.
  private static func skipNonASCII(_ input: UnsafeRawBufferPointer, from start: Int, to limit: Int) -> Int {
    var position = start
    while position < limit {
      if unsafe input[position] == .space {
        position += 1
        continue
      }
      guard unsafe input[position] >= 0x80 else { break }
      guard case .acceptable(let length) = unsafe UTF8Character(input, at: position) else { break }
      position += length
    }
    return position
  }

  @inline(__always)
  private static func mark(_ input: UnsafeRawBufferPointer, at position: Int, stops: some Stops) -> ByteMask {
    let bytes = unsafe input.loadUnaligned(fromByteOffset: position, as: ByteVector.self)
    let next = unsafe input.loadUnaligned(fromByteOffset: position + 1, as: ByteVector.self)
    // As signed numbers, the bytes beyond ASCII are less than a space, too. Tab and carriage return differ in one bit.
    let isTabOrReturn = (bytes & ByteVector(0xFB)) .== ByteVector(.tab)
    let isSpace = isTabOrReturn .| (bytes .== ByteVector(.lineFeed))
    let isIrregular = (bytes .< ByteVector(.space)) .& .!isSpace
    return isIrregular .| stops.mark(bytes, followedBy: next)
  }

  @inline(__always)
  private static func isEmpty(_ mask: ByteMask) -> Bool {
    let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    return words[0] | words[1] == 0
  }

  @inline(__always)
  private static func firstLane(of mask: ByteMask) -> Int? {
    let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    if words[0] != 0 { return words[0].trailingZeroBitCount / 8 }
    return words[1] == 0 ? nil : 8 + words[1].trailingZeroBitCount / 8
  }
}

extension ByteVector {
  /// Creates a vector of one byte, repeated; comparisons with anything else than a vector are not vectorized.
  @inline(__always)
  fileprivate init(_ byte: UInt8) {
    self.init(repeating: Int8(bitPattern: byte))
  }
}

// MARK: - Bytes

extension UInt8 {
  fileprivate static var tab: UInt8 { 0x09 }
  fileprivate static var lineFeed: UInt8 { 0x0A }
  fileprivate static var carriageReturn: UInt8 { 0x0D }
  fileprivate static var space: UInt8 { UInt8(ascii: " ") }
  fileprivate static var exclamationMark: UInt8 { UInt8(ascii: "!") }
  fileprivate static var quotationMark: UInt8 { UInt8(ascii: "\"") }
  fileprivate static var numberSign: UInt8 { UInt8(ascii: "#") }
  fileprivate static var ampersand: UInt8 { UInt8(ascii: "&") }
  fileprivate static var apostrophe: UInt8 { UInt8(ascii: "'") }
  fileprivate static var hyphen: UInt8 { UInt8(ascii: "-") }
  fileprivate static var semicolon: UInt8 { UInt8(ascii: ";") }
  fileprivate static var lessThan: UInt8 { UInt8(ascii: "<") }
  fileprivate static var greaterThan: UInt8 { UInt8(ascii: ">") }
  fileprivate static var questionMark: UInt8 { UInt8(ascii: "?") }
  fileprivate static var leftBracket: UInt8 { UInt8(ascii: "[") }
  fileprivate static var rightBracket: UInt8 { UInt8(ascii: "]") }
  fileprivate static var lowercaseX: UInt8 { UInt8(ascii: "x") }

  fileprivate var isSpace: Bool { self == .space || self == .tab || self == .lineFeed || self == .carriageReturn }

  fileprivate var isForbiddenControl: Bool { self < .space && !isSpace }

  /// Whether the byte needs no closer look in any mode.
  fileprivate var isPlain: Bool {
    switch self {
    case .lessThan, .ampersand, .rightBracket, .hyphen, .questionMark: false
    default: self < 0x80 && !isForbiddenControl
    }
  }

  /// Whether the byte may be in the name of an entity, as far as one can tell without decoding.
  fileprivate var isNameByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF: true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), .hyphen: true
    default: false
    }
  }

  fileprivate func digit(radix: UInt32) -> UInt32? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f") where radix == 16: UInt32(self - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F") where radix == 16: UInt32(self - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}

extension StaticString {
  fileprivate var bytes: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
  }
}

// MARK: - Replacements

/// The ascending offsets of replaced characters, in the order in which they are taken again.
///
/// Offsets at equal distances, as those of adjacent characters are, need the memory of one. Beyond the maximum number
/// of such runs, further offsets are taken to be spread evenly over the last run: their number remains exact.
package final class ReplacementQueue {
  /// Offsets at equal distances from the first to the last.
  private struct Run {
    var first: Int
    var last: Int
    var count = 1

    var stride: Int { count > 1 ? (last - first) / (count - 1) : 0 }

    func count(before offset: Int) -> Int {
      if offset > last { return count }
      if offset <= first { return 0 }
      let scaled = (offset - first - 1).multipliedFullWidth(by: count - 1)
      return 1 + (last - first).dividingFullWidth(scaled).quotient
    }

    /// Forgets fewer than all of the offsets.
    mutating func removeFirst(_ removed: Int) {
      if removed > 0 {
        let scaled = (last - first).multipliedFullWidth(by: removed)
        first += (count - 1).dividingFullWidth(scaled).quotient
        count -= removed
      }
    }
  }

  private var runs: [Run] = []
  /// The index of the first run not yet taken.
  private var head = 0
  private let maximumRunCount: Int

  /// Creates an empty queue; the usual limit lets it be exact if it is emptied after each MiB of the document.
  package init(maximumRunCount: Int = 1 << 20) {
    self.maximumRunCount = maximumRunCount
  }

  /// The offset of the next replaced character, if there is one.
  package var first: Int? { head < runs.count ? runs[head].first : nil }

  /// Adds the offset of a replaced character, which is greater than all before.
  package func append(_ offset: Int) {
    if runs.count > head {
      let last = runs[runs.count - 1]
      let continuesRun = last.count == 1 || offset - last.last == last.stride
      if continuesRun || runs.count - head >= maximumRunCount {
        runs[runs.count - 1].last = offset
        runs[runs.count - 1].count += 1
        return
      }
    }
    runs.append(Run(first: offset, last: offset))
  }

  /// Forgets the replaced characters before an offset, and returns how many there were.
  package func take(before offset: Int) -> Int {
    var taken = 0
    while head < runs.count {
      let count = runs[head].count(before: offset)
      taken += count
      guard count == runs[head].count else {
        runs[head].removeFirst(count)
        break
      }
      head += 1
    }
    if head > runs.count / 2 {
      runs.removeFirst(head)
      head = 0
    }
    return taken
  }
}
