/// Reads JSON text as its bytes arrive, in chunks of any size, and tells what it meets.
///
/// Strict as RFC 8259 has it, with one value per text. Strings come as the raw slices that they are, escapes untouched,
/// and numbers as their digits: nothing is converted, so nothing is lost. Two things are mended and counted: an escape
/// of half a surrogate pair becomes `\uFFFD`, and bytes that are no UTF-8 become U+FFFD. A byte order mark is passed
/// over. What is told does not depend on how the text was cut.
///
/// Memory: the one value that a chunk ends within, up to a limit.
@safe
package struct JSONPushReader: ~Copyable {
  /// What was met; of all but brackets, ``text`` holds the words.
  package enum Event: UInt8, Sendable {
    case openObject
    case closeObject
    case openArray
    case closeArray
    /// The name of a member; its value follows.
    case name
    /// A string, as it stands between its quotes.
    case string
    case number
    /// `true`, `false` or `null`.
    case literal
  }

  /// What may come next, or the token that is at hand.
  package enum State: UInt8, Sendable {
    // Between tokens.
    case beginning
    case value
    case valueOrEnd
    case nameOrEnd
    case name
    case colon
    case commaOrEnd
    case end
    // Within a token that the chunk before ended in, or just begun.
    case string
    case number
    case literal
  }

  /// The words of the last event; they lie in the chunk or here until the next call.
  package private(set) var text = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  /// Half surrogate pairs and bytes that were no UTF-8, replaced so far.
  package private(set) var repairedCharacters = 0
  /// Objects and arrays that are open.
  package private(set) var depth = 0

  private let depthLimit: Int
  private let lengthLimit: Int

  private var state = State.beginning
  private var numberState = JSONNumberState.minus
  /// Whether the string at hand is a member's name.
  private var isName = false
  private var word: StaticString = ""
  /// Bytes of the literal, or of the byte order mark, that have come.
  private var matched = 0
  /// For each open bracket a bit, the innermost lowest: set for an object.
  private var objects: UInt64 = 0

  // Where things stand in the whole text.
  private var chunkStart = 0
  private var line = 1
  private var lineStart = 0
  private var tokenStart = 0
  private var tokenLine = 1
  private var tokenLineStart = 0

  /// What has come of a token that began in another chunk, or in which something was replaced.
  private var carried: UnsafeMutablePointer<UInt8>
  private var carriedCount = 0
  private var carriedCapacity: Int
  private var isCarried = false
  /// The beginning of an escape or character that the chunk ended in.
  private var stash: [UInt8] = []

  /// Creates a reader; `depthLimit` is at most 64.
  package init(depthLimit: Int = 64, lengthLimit: Int = 16 << 20) {
    self.depthLimit = min(depthLimit, 64)
    self.lengthLimit = lengthLimit
    carriedCapacity = 1024
    unsafe carried = .allocate(capacity: carriedCapacity)
  }

  deinit { unsafe carried.deallocate() }

  /// Where a text stands between two tokens.
  package struct Place: Sendable {
    package var state: State
    /// For each open bracket a bit, the innermost lowest: set for an object.
    package var objects: UInt64
    package var depth: Int
    /// Its line, from 1.
    package var line: Int
    /// Bytes of the text before its line.
    package var lineStart: Int
  }

  /// Where the text stands, for whoever reads on from here without this reader; nil within a token and outside all
  /// brackets.
  package var place: Place? {
    switch state {
    case .value, .valueOrEnd, .nameOrEnd, .name, .commaOrEnd:
      depth == 0 ? nil : Place(state: state, objects: objects, depth: depth, line: line, lineStart: lineStart)
    case .beginning, .colon, .end, .string, .number, .literal: nil
    }
  }

  /// Goes on from a place that another has read up to: within all the brackets that were open and no text wrong before it.
  package mutating func goOn(from place: Place) {
    state = place.state
    objects = place.objects
    depth = place.depth
    line = place.line
    lineStart = place.lineStart
  }

  /// Bytes of the text before a place of the chunk at hand.
  package func offset(at index: Int) -> Int { chunkStart + index }

  /// Reads on from `index` to the next event; nil when the chunk is used up: then come again with the next chunk and
  /// an index of 0.
  package mutating func next(in chunk: UnsafeRawBufferPointer, at index: inout Int) throws(JSONError) -> Event? {
    let event = try unsafe read(chunk, &index)
    if event == nil { chunkStart += chunk.count }
    return event
  }

  /// Says that nothing follows; only a number that ends with the text is told here.
  package mutating func finish() throws(JSONError) -> Event? {
    if state == .end { return nil }
    if state == .number, depth == 0, numberState.isWhole {
      unsafe text = UnsafeRawBufferPointer(start: carried, count: carriedCount)
      state = .end
      return .number
    }
    let isEmpty = depth == 0 && (state == .value || state == .beginning && matched == 0)
    throw failure(isEmpty ? .empty : .breaksOff, at: 0)
  }

  // MARK: Between tokens

  private mutating func read(_ chunk: UnsafeRawBufferPointer, _ index: inout Int) throws(JSONError) -> Event? {
    switch state {
    case .string: return try unsafe readString(chunk, &index)
    case .number: return try unsafe readNumber(chunk, &index)
    case .literal: return try unsafe readLiteral(chunk, &index)
    case .beginning: try unsafe readByteOrderMark(chunk, &index)
    default: break
    }
    while true {
      unsafe skipSpace(chunk, &index)
      guard index < chunk.count else { return nil }
      let byte = unsafe chunk[index]
      switch state {
      case .colon:
        guard byte == UInt8(ascii: ":") else { throw unexpected(byte, at: index) }
        index += 1
        state = .value
      case .commaOrEnd:
        if byte == UInt8(ascii: ",") {
          index += 1
          state = isInObject ? .name : .value
        } else {
          return try close(byte, &index)
        }
      case .nameOrEnd, .name:
        if byte == UInt8(ascii: "\"") {
          begin(.string, at: index)
          isName = true
          index += 1
          return try unsafe readString(chunk, &index)
        }
        guard state == .nameOrEnd else { throw unexpected(byte, at: index) }
        return try close(byte, &index)
      case .end, .beginning:
        throw unexpected(byte, at: index)
      default:
        return try unsafe readValue(chunk, &index)
      }
    }
  }

  private mutating func readValue(_ chunk: UnsafeRawBufferPointer, _ index: inout Int) throws(JSONError) -> Event? {
    let byte = unsafe chunk[index]
    switch byte {
    case UInt8(ascii: "\""):
      begin(.string, at: index)
      isName = false
      index += 1
      return try unsafe readString(chunk, &index)
    case UInt8(ascii: "{"), UInt8(ascii: "["): return try open(byte, &index)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      begin(.number, at: index)
      numberState = byte == UInt8(ascii: "-") ? .minus : byte == UInt8(ascii: "0") ? .zero : .integer
      return try unsafe readNumber(chunk, &index, from: index + 1)
    case UInt8(ascii: "t"): word = "true"
    case UInt8(ascii: "f"): word = "false"
    case UInt8(ascii: "n"): word = "null"
    case UInt8(ascii: "]") where state == .valueOrEnd: return try close(byte, &index)
    default: throw unexpected(byte, at: index)
    }
    begin(.literal, at: index)
    matched = 0
    return try unsafe readLiteral(chunk, &index)
  }

  private var isInObject: Bool { objects & 1 == 1 }

  private mutating func open(_ byte: UInt8, _ index: inout Int) throws(JSONError) -> Event {
    guard depth < depthLimit else { throw failure(.depth(depthLimit), at: index) }
    let isObject = byte == UInt8(ascii: "{")
    objects = objects << 1 | (isObject ? 1 : 0)
    depth += 1
    index += 1
    state = isObject ? .nameOrEnd : .valueOrEnd
    return isObject ? .openObject : .openArray
  }

  private mutating func close(_ byte: UInt8, _ index: inout Int) throws(JSONError) -> Event {
    guard depth > 0, byte == UInt8(ascii: isInObject ? "}" : "]") else { throw unexpected(byte, at: index) }
    let event = isInObject ? Event.closeObject : .closeArray
    objects >>= 1
    depth -= 1
    index += 1
    endValue()
    return event
  }

  private mutating func endValue() { state = depth == 0 ? .end : .commaOrEnd }

  @inline(__always)
  private mutating func skipSpace(_ chunk: UnsafeRawBufferPointer, _ index: inout Int) {
    while index < chunk.count {
      let byte = unsafe chunk[index]
      if byte == 0x0A {
        line += 1
        lineStart = chunkStart + index + 1
      } else if byte != 0x20, byte != 0x09, byte != 0x0D {
        return
      }
      index += 1
    }
  }

  private mutating func readByteOrderMark(_ chunk: UnsafeRawBufferPointer, _ index: inout Int) throws(JSONError) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    while index < chunk.count, matched < 3 {
      guard unsafe chunk[index] == mark[matched] else {
        if matched > 0 { throw unsafe unexpected(chunk[index], at: index) }
        state = .value
        return
      }
      matched += 1
      index += 1
    }
    if matched == 3 { state = .value }
  }

  // MARK: Tokens

  private mutating func begin(_ token: State, at index: Int) {
    state = token
    tokenStart = chunkStart + index
    tokenLine = line
    tokenLineStart = lineStart
    carriedCount = 0
    isCarried = false
  }

  private mutating func readLiteral(_ chunk: UnsafeRawBufferPointer, _ index: inout Int) throws(JSONError) -> Event? {
    while index < chunk.count {
      guard unsafe chunk[index] == word.utf8Start[matched] else { throw unsafe unexpected(chunk[index], at: index) }
      matched += 1
      index += 1
      if matched == word.utf8CodeUnitCount {
        unsafe text = UnsafeRawBufferPointer(start: word.utf8Start, count: matched)
        endValue()
        return .literal
      }
    }
    return nil
  }

  private mutating func readNumber(
    _ chunk: UnsafeRawBufferPointer,
    _ index: inout Int,
    from next: Int? = nil
  ) throws(JSONError) -> Event? {
    let start = index
    index = next ?? index
    while index < chunk.count {
      guard let following = unsafe numberState.following(chunk[index]) else {
        guard numberState.isWhole else { throw failure(.number, at: index) }
        try unsafe takeText(chunk, start..<index)
        endValue()
        return .number
      }
      numberState = following
      index += 1
    }
    try unsafe carry(chunk, start..<index)
    return nil
  }

  private mutating func readString(_ chunk: UnsafeRawBufferPointer, _ index: inout Int) throws(JSONError) -> Event? {
    if !stash.isEmpty {
      try unsafe resolveStash(chunk, &index)
      if !stash.isEmpty { return nil }
    }
    var start = index
    while true {
      unsafe skipPlain(chunk, &index)
      guard index < chunk.count else {
        try unsafe carry(chunk, start..<index)
        return nil
      }
      let byte = unsafe chunk[index]
      if byte == UInt8(ascii: "\"") {
        try unsafe takeText(chunk, start..<index)
        index += 1
        if isName { state = .colon } else { endValue() }
        return isName ? .name : .string
      }
      if byte < 0x20 { throw tokenFailure(.controlCharacter(byte), at: index) }
      switch unsafe JSONStringUnit.read(chunk, at: index) {
      case .kept(let count):
        index += count
      case .broken(let count, let isEscape):
        try unsafe carry(chunk, start..<index)
        replace(isEscape: isEscape)
        index += count
        start = index
      case .incomplete:
        try unsafe carry(chunk, start..<index)
        unsafe stash = Array(chunk[index...])
        index = chunk.count
        return nil
      case .wrong(let place):
        throw tokenFailure(.escape, at: place)
      }
    }
  }

  /// Reads what the last chunk ended in, together with what this one begins with.
  private mutating func resolveStash(_ chunk: UnsafeRawBufferPointer, _ index: inout Int) throws(JSONError) {
    let known = stash.count
    let joined = unsafe stash + chunk[index...].prefix(JSONStringUnit.longest)
    stash = []
    var place = 0
    var wrongPlace: Int?
    unsafe joined.withUnsafeBytes { joined in
      while place < known, wrongPlace == nil {
        switch unsafe JSONStringUnit.read(joined, at: place) {
        case .kept(let count):
          unsafe appendCarried(joined, place..<place + count)
          place += count
        case .broken(let count, let isEscape):
          replace(isEscape: isEscape)
          place += count
        case .incomplete:
          // Only a chunk shorter than a unit leaves it undecided.
          unsafe stash = Array(joined[place...])
          place = joined.count
        case .wrong(let wrong):
          wrongPlace = wrong
        }
      }
    }
    if let wrongPlace { throw tokenFailure(.escape, at: index + wrongPlace - known) }
    index += place - known
  }

  private mutating func replace(isEscape: Bool) {
    isCarried = true
    repairedCharacters += 1
    let mark: StaticString = isEscape ? "\\uFFFD" : "\u{FFFD}"
    unsafe appendCarried(
      UnsafeRawBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount),
      0..<mark.utf8CodeUnitCount
    )
  }

  /// Passes over bytes that stand for themselves, sixteen at a time.
  @inline(__always)
  private func skipPlain(_ chunk: UnsafeRawBufferPointer, _ index: inout Int) {
    while index + 16 <= chunk.count {
      let block = unsafe chunk.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
      let plain = JSONBlock.plainASCIIPrefix(block)
      index += plain
      if plain < 16 { return }
    }
    while index < chunk.count {
      let byte = unsafe chunk[index]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte > 0x7F { return }
      index += 1
    }
  }

  // MARK: Words of tokens

  /// Makes a token's last bytes, behind those that were carried, its text.
  @inline(__always)
  private mutating func takeText(_ chunk: UnsafeRawBufferPointer, _ range: Range<Int>) throws(JSONError) {
    try checkLength(at: range.upperBound)
    if isCarried {
      unsafe appendCarried(chunk, range)
      unsafe text = UnsafeRawBufferPointer(start: carried, count: carriedCount)
    } else {
      unsafe text = UnsafeRawBufferPointer(rebasing: chunk[range])
    }
  }

  private mutating func carry(_ chunk: UnsafeRawBufferPointer, _ range: Range<Int>) throws(JSONError) {
    try checkLength(at: range.upperBound)
    isCarried = true
    unsafe appendCarried(chunk, range)
  }

  private mutating func appendCarried(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    guard !range.isEmpty, let start = bytes.baseAddress else { return }
    if carriedCapacity - carriedCount < range.count { growCarried(by: range.count) }
    unsafe UnsafeMutableRawPointer(carried + carriedCount).copyMemory(
      from: start + range.lowerBound,
      byteCount: range.count
    )
    carriedCount += range.count
  }

  @inline(never)
  private mutating func growCarried(by more: Int) {
    carriedCapacity = max(carriedCapacity * 2, carriedCount + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: carriedCapacity)
    unsafe larger.update(from: carried, count: carriedCount)
    unsafe carried.deallocate()
    unsafe carried = larger
  }

  private func checkLength(at index: Int) throws(JSONError) {
    if chunkStart + index - tokenStart > lengthLimit {
      throw JSONError(
        reason: .length(lengthLimit),
        line: tokenLine,
        column: tokenStart - tokenLineStart + 1,
        offset: tokenStart
      )
    }
  }

  // MARK: Errors

  private func failure(_ reason: JSONError.Reason, at index: Int) -> JSONError {
    let offset = chunkStart + index
    return JSONError(reason: reason, line: line, column: offset - lineStart + 1, offset: offset)
  }

  /// What is wrong within a token; that it is too long comes first, wherever its chunks end.
  private func tokenFailure(_ reason: JSONError.Reason, at index: Int) -> JSONError {
    do throws(JSONError) { try checkLength(at: index) } catch { return error }
    return failure(reason, at: index)
  }

  private func unexpected(_ byte: UInt8, at index: Int) -> JSONError {
    let found = (0x21...0x7E).contains(byte) ? "'\(UnicodeScalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
    return failure(.unexpected(found: found, expected: expected), at: index)
  }

  private var expected: String {
    switch state {
    case .beginning, .value, .string, .number, .literal: "a value"
    case .valueOrEnd: "a value or ']'"
    case .nameOrEnd: "a name or '}'"
    case .name: "a name"
    case .colon: "':'"
    case .commaOrEnd: isInObject ? "',' or '}'" : "',' or ']'"
    case .end: "the end"
    }
  }
}
