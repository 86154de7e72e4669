/// Reads one rule of a fault script, word by word.
struct FaultRuleReader {
  private let line: Substring
  private let number: Int
  private var rest: Substring

  init(_ statement: Substring, of line: Substring, number: Int) {
    self.line = line
    self.number = number
    rest = statement
  }

  /// Reads the rule, or nothing where there are no words.
  mutating func read() throws(FaultScriptError) -> FaultScript.Rule? {
    skipBlanks()
    if rest.isEmpty { return nil }
    let api = try readAPI()
    let calls = try readCalls()
    skipBlanks()
    guard rest.first == ":" else { throw wrong("':' follows the calls", at: rest) }
    rest.removeFirst()
    skipBlanks()
    let place = rest
    let fault = try readFault()
    switch (fault, api) {
    case (.missingHasMore, .assets), (.nextID, .detections): break
    case (.missingHasMore, _): throw wrong("only 'assets' has a hasMore to leave out", at: place)
    case (.nextID, _): throw wrong("only 'detections' has a WARNING that names the next page", at: place)
    default: break
    }
    skipBlanks()
    guard rest.isEmpty else { throw wrong("'\(rest.prefix { !$0.isWhitespace })' follows the fault", at: rest) }
    return FaultScript.Rule(api: api, calls: calls, fault: fault)
  }

  // MARK: Which calls

  private mutating func readAPI() throws(FaultScriptError) -> SimulatedAPI {
    let word = nextWord()
    if let api = SimulatedAPI(rawValue: String(word)) { return api }
    let names = SimulatedAPI.allCases.map(\.rawValue).joined(separator: ", ")
    throw wrong("there is no API '\(word)'; there are \(names)", at: word)
  }

  private mutating func readCalls() throws(FaultScriptError) -> ClosedRange<Int> {
    let word = nextWord()
    if word == "*" { return 1...Int.max }
    let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard (1...2).contains(ends.count), let first = ends.first, let last = ends.last, first >= 1, last >= first else {
      throw wrong("'\(word)' is no call; calls are a number from 1, two as in 2-4, or * for all", at: word)
    }
    return first...last
  }

  // MARK: What happens

  private mutating func readFault() throws(FaultScriptError) -> Fault {
    let word = nextWord()
    switch word {
    case "status":
      let status = try readNumber("a status", in: 200...599)
      return .status(status, code: try readNumberIfAny("a code", in: 1...9_999))
    case "error": return .error(try readNumber("a code", in: 1...9_999))
    case "html": return .html
    case "empty": return .empty
    case "cut": return .cut(try readNumberIfAny("a number of bytes", in: 0...Int.max))
    case "reset": return .reset(try readNumberIfAny("a number of bytes", in: 0...Int.max))
    case "truncate": return .truncate(try readNumber("a number of bytes", in: 0...Int.max))
    case "incident": return .incident(try readNumber("a number of bytes", in: 0...Int.max))
    case "stall":
      let time = try readTime()
      return .stall(time, after: try readNumberIfAny("a number of bytes", in: 0...Int.max))
    case "drip": return .drip(try readRate())
    case "bad-utf8": return .badUTF8
    case "missing-has-more": return .missingHasMore
    case "next-id":
      let number = nextWord()
      guard !number.isEmpty else { throw wrong("'next-id' takes a number", at: number) }
      return .nextID(String(number))
    default:
      throw wrong(
        """
        there is no fault '\(word)'; there are status, error, html, empty, cut, reset, truncate, incident, stall, drip, \
        bad-utf8, missing-has-more, next-id
        """,
        at: word
      )
    }
  }

  private mutating func readNumberIfAny(_ what: String, in range: ClosedRange<Int>) throws(FaultScriptError) -> Int? {
    skipBlanks()
    return rest.isEmpty ? nil : try readNumber(what, in: range)
  }

  private mutating func readNumber(_ what: String, in range: ClosedRange<Int>) throws(FaultScriptError) -> Int {
    let word = nextWord()
    guard let number = Int(word), range.contains(number) else { throw wrong("'\(word)' is not \(what)", at: word) }
    return number
  }

  private mutating func readTime() throws(FaultScriptError) -> Duration {
    let word = nextWord()
    for (unit, seconds) in [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3_600.0)] where word.hasSuffix(unit) {
      if let number = Double(word.dropLast(unit.count)), number >= 0, number.isFinite {
        return .seconds(number * seconds)
      }
    }
    throw wrong("'\(word)' is not a time; write 500ms, 5s, 2m or 1h", at: word)
  }

  private mutating func readRate() throws(FaultScriptError) -> Int {
    let word = nextWord()
    guard word.hasSuffix("/s"), let rate = Int(word.dropLast(2)), rate >= 1 else {
      throw wrong("'\(word)' is not a rate; write 100/s for 100 bytes each second", at: word)
    }
    return rate
  }

  // MARK: Words

  private mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }

  private mutating func nextWord() -> Substring {
    skipBlanks()
    let word = rest.prefix { !$0.isWhitespace && $0 != ":" }
    rest = rest[word.endIndex...]
    return word
  }

  private func wrong(_ message: String, at place: Substring) -> FaultScriptError {
    let column = line.distance(from: line.startIndex, to: place.startIndex) + 1
    return FaultScriptError(line: number, column: column, message: message)
  }
}
