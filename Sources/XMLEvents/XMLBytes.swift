extension UInt8 {
  static var tab: UInt8 { 0x09 }
  static var lineFeed: UInt8 { 0x0A }
  static var carriageReturn: UInt8 { 0x0D }
  static var space: UInt8 { UInt8(ascii: " ") }
  static var exclamationMark: UInt8 { UInt8(ascii: "!") }
  static var quotationMark: UInt8 { UInt8(ascii: "\"") }
  static var numberSign: UInt8 { UInt8(ascii: "#") }
  static var ampersand: UInt8 { UInt8(ascii: "&") }
  static var apostrophe: UInt8 { UInt8(ascii: "'") }
  static var hyphen: UInt8 { UInt8(ascii: "-") }
  static var semicolon: UInt8 { UInt8(ascii: ";") }
  static var lessThan: UInt8 { UInt8(ascii: "<") }
  static var greaterThan: UInt8 { UInt8(ascii: ">") }
  static var slash: UInt8 { UInt8(ascii: "/") }
  static var questionMark: UInt8 { UInt8(ascii: "?") }
  static var leftBracket: UInt8 { UInt8(ascii: "[") }
  static var rightBracket: UInt8 { UInt8(ascii: "]") }
  static var lowercaseX: UInt8 { UInt8(ascii: "x") }

  var isSpace: Bool { self == .space || self == .tab || self == .lineFeed || self == .carriageReturn }

  var isForbiddenControl: Bool { self < .space && !isSpace }

  /// Whether the byte needs no closer look in any mode.
  var isPlain: Bool {
    switch self {
    case .lessThan, .ampersand, .rightBracket, .hyphen, .questionMark: false
    default: self < 0x80 && !isForbiddenControl
    }
  }

  /// Whether the byte may be in the name of an entity, as far as one can tell without decoding.
  var isNameByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF: true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), .hyphen: true
    default: false
    }
  }

  /// Whether a name may begin with the byte; of all that may, those of ASCII without the colon.
  var beginsPlainName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    default: false
    }
  }

  /// Whether the byte may be in a name, likewise.
  var isPlainNameByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), .hyphen: true
    default: beginsPlainName
    }
  }

  /// Whether the byte stands for itself in an attribute's value between double quotes.
  var isPlainInValue: Bool { self >= .space && self != .quotationMark && self != .lessThan && self != .ampersand }

  func digit(radix: UInt32) -> UInt32? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f") where radix == 16: UInt32(self - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F") where radix == 16: UInt32(self - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}

extension StaticString {
  var bytes: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
  }
}

extension UnsafeRawBufferPointer {
  /// Whether a text stands at a place.
  @inline(__always)
  func holds(_ text: StaticString, at place: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard place + length <= count else { return false }
    for index in 0..<length where unsafe self[place + index] != text.utf8Start[index] { return false }
    return true
  }

  /// Whether what stands in a range stands behind it at a place, too; there must be so many bytes.
  @inline(__always)
  func repeats(_ range: Range<Int>, at place: Int) -> Bool {
    let length = range.count
    if length < 8 {
      for index in 0..<length where unsafe self[range.lowerBound + index] != self[place + index] { return false }
      return true
    }
    // Words, and a last one that may have been compared in part.
    var index = 0
    while index < length {
      let offset = Swift.min(index, length - 8)
      let first = unsafe loadUnaligned(fromByteOffset: range.lowerBound + offset, as: UInt64.self)
      let second = unsafe loadUnaligned(fromByteOffset: place + offset, as: UInt64.self)
      guard first == second else { return false }
      index += 8
    }
    return true
  }
}
