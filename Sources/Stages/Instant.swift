/// A point in time as one of Qualys' dates tells it, to be compared with others.
///
/// Dates come as `2026-11-21T10:00:00.123Z`, with or without a fraction and with a zone in any of ISO 8601's forms (none
/// is UTC), and as milliseconds since 1970. Zero is "never", and that is no instant; nor is a day without a time.
struct Instant: Comparable {
  /// Since 1970.
  let seconds: Int
  private let nanoseconds: Int

  static func < (left: Instant, right: Instant) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// Reads a date; nil when it is none that we know.
  init?(_ text: [UInt8]) {
    var reader = Reader(rest: text[...])
    if let milliseconds = reader.wholeNumber() {
      // Before 1973 a number is no date of a scanner, but seconds or something else.
      guard milliseconds >= 100_000_000_000 else { return nil }
      seconds = milliseconds / 1000
      nanoseconds = milliseconds % 1000 * 1_000_000
      return
    }
    guard let day = reader.day(), reader.skip("Tt ") != nil, let hour = reader.number(2, 0...23),
      reader.skip(":") != nil,
      let minute = reader.number(2, 0...59)
    else { return nil }
    var second = 0
    var fraction = 0
    if reader.skip(":") != nil {
      // A leap second is the next minute's first.
      guard let number = reader.number(2, 0...60) else { return nil }
      second = number
      if reader.skip(".,") != nil {
        guard let number = reader.fraction() else { return nil }
        fraction = number
      }
    }
    guard let offset = reader.zone(), reader.rest.isEmpty else { return nil }
    seconds = ((day * 24 + hour) * 60 + minute - offset) * 60 + second
    nanoseconds = fraction
  }
}

/// Reads a date's parts from the front.
private struct Reader {
  var rest: ArraySlice<UInt8>

  /// The number that all of the text is.
  func wholeNumber() -> Int? {
    guard rest.count <= 18, !rest.isEmpty, rest.allSatisfy(Self.isDigit) else { return nil }
    return Self.number(rest)
  }

  /// A number of so many digits.
  mutating func number(_ digits: Int, _ range: ClosedRange<Int>) -> Int? {
    let text = rest.prefix(digits)
    guard text.count == digits, text.allSatisfy(Self.isDigit) else { return nil }
    let number = Self.number(text)
    rest = rest.dropFirst(digits)
    return range.contains(number) ? number : nil
  }

  /// One of some letters.
  mutating func skip(_ letters: StaticString) -> UInt8? {
    guard let letter = rest.first, "\(letters)".utf8.contains(letter) else { return nil }
    rest = rest.dropFirst()
    return letter
  }

  /// Days since 1970.
  mutating func day() -> Int? {
    guard let year = number(4, 1...9999), skip("-") != nil, let month = number(2, 1...12), skip("-") != nil,
      let day = number(2, 1...31)
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    let years = year - 1
    let daysOfYears = years * 365 + years / 4 - years / 100 + years / 400
    return daysOfYears - 719_162 + lengths[..<(month - 1)].reduce(0, +) + day - 1
  }

  /// Nanoseconds; what is finer is left out.
  mutating func fraction() -> Int? {
    let digits = rest.prefix(while: Self.isDigit)
    guard !digits.isEmpty else { return nil }
    rest = rest.dropFirst(digits.count)
    let number = Self.number(digits.prefix(9))
    return (digits.count..<max(9, digits.count)).reduce(number) { number, _ in number * 10 }
  }

  /// Minutes before UTC.
  mutating func zone() -> Int? {
    if rest.isEmpty || skip("Zz") != nil { return 0 }
    guard let sign = skip("+-"), let hours = number(2, 0...23) else { return nil }
    var minutes = 0
    if !rest.isEmpty {
      _ = skip(":")
      guard let number = number(2, 0...59) else { return nil }
      minutes = number
    }
    return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func number(_ digits: some Sequence<UInt8>) -> Int {
    digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }
}
