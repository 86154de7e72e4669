/// Reads a rule of a fault script word by word.
struct FaultWords {
  private let line: Substring
  private let number: Int
  private(set) var rest: Substring

  init(_ statement: Substring, of line: Substring, number: Int) {
    self.line = line
    self.number = number
    rest = statement
  }

  /// Whether nothing is left but blanks.
  var isAtEnd: Bool { rest.allSatisfy(\.isWhitespace) }

  mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }

  /// The next word, up to a blank; blanks between quotation marks belong to it, and the marks are left out.
  mutating func next() -> Substring {
    skipBlanks()
    var isQuoted = false
    let word = rest.prefix { character in
      if character == "\"" { isQuoted.toggle() }
      return isQuoted || !character.isWhitespace
    }
    rest = rest[word.endIndex...]
    return word
  }

  /// The next word before the colon.
  mutating func nextBeforeColon() -> Substring {
    skipBlanks()
    let word = rest.prefix { !$0.isWhitespace && $0 != ":" }
    rest = rest[word.endIndex...]
    return word
  }

  /// Takes the colon.
  mutating func takeColon() throws(FaultScriptError) {
    skipBlanks()
    guard rest.first == ":" else { throw wrong("':' follows the calls", at: rest) }
    rest.removeFirst()
    skipBlanks()
  }

  mutating func numberIfAny(_ what: String, in range: ClosedRange<Int>) throws(FaultScriptError) -> Int? {
    isAtEnd ? nil : try number(what, in: range)
  }

  mutating func number(_ what: String, in range: ClosedRange<Int>) throws(FaultScriptError) -> Int {
    let word = next()
    guard let number = Int(word), range.contains(number) else { throw wrong("'\(word)' is not \(what)", at: word) }
    return number
  }

  /// A number of bytes of the body.
  mutating func bytes() throws(FaultScriptError) -> Int { try number("a number of bytes", in: 0...Int.max) }

  /// A number of bytes of the body, or nothing at the rule's end.
  mutating func bytesIfAny() throws(FaultScriptError) -> Int? { isAtEnd ? nil : try bytes() }

  /// How many of something, from 1 to ten million.
  mutating func count(usual: Int) throws(FaultScriptError) -> Int {
    try numberIfAny("a number from 1 to 10000000", in: 1...10_000_000) ?? usual
  }

  mutating func time() throws(FaultScriptError) -> Duration {
    let word = next()
    guard let time = Duration(faultTime: word) else {
      throw wrong("'\(word)' is not a time; write 500ms, 5s, 2m or 1h", at: word)
    }
    return time
  }

  mutating func rate() throws(FaultScriptError) -> Int {
    let word = next()
    guard word.hasSuffix("/s"), let rate = Int(word.dropLast(2)), rate >= 1 else {
      throw wrong("'\(word)' is not a rate; write 100/s for 100 bytes each second", at: word)
    }
    return rate
  }

  /// One of a few words.
  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ what: String,
    of type: Choice.Type = Choice.self
  ) throws(FaultScriptError) -> Choice {
    let word = next()
    return try choice(what, word)
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ what: String,
    _ word: Substring
  ) throws(FaultScriptError) -> Choice {
    if let choice = Choice(rawValue: String(word)) { return choice }
    let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw wrong("'\(word)' is not \(what); there are \(all)", at: word)
  }

  func wrong(_ message: String, at place: Substring) -> FaultScriptError {
    let column = line.distance(from: line.startIndex, to: place.startIndex) + 1
    return FaultScriptError(line: number, column: column, message: message)
  }
}

extension Duration {
  /// Reads a time as scripts and options have it: 500ms, 5s, 2m or 1h.
  package init?(faultTime word: some StringProtocol) {
    for (unit, seconds) in [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3_600.0)] where word.hasSuffix(unit) {
      guard let number = Double(word.dropLast(unit.count)) else { continue }
      // A Duration holds more, but nobody waits for it.
      guard (0...1e9).contains(number) else { return nil }
      self = .seconds(number * seconds)
      return
    }
    return nil
  }
}
