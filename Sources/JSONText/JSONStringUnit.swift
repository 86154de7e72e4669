/// What stands at a place of a JSON string that is not plain ASCII: an escape, or a character of several bytes.
package enum JSONStringUnit: Equatable {
  /// So many bytes, kept as they are.
  case kept(Int)
  /// So many bytes that are no character, to be replaced.
  case broken(Int, isEscape: Bool)
  /// What follows the bytes at hand decides.
  case incomplete
  /// A backslash that begins no escape: the first byte that is wrong.
  case wrong(at: Int)

  /// The longest unit.
  static let longest = 12

  /// Reads the unit at a place; it begins with a backslash or a byte over 0x7F.
  package static func read(_ bytes: UnsafeRawBufferPointer, at index: Int) -> JSONStringUnit {
    unsafe bytes[index] == UInt8(ascii: "\\") ? escape(bytes, at: index) : character(bytes, at: index)
  }

  private static func escape(_ bytes: UnsafeRawBufferPointer, at index: Int) -> JSONStringUnit {
    guard index + 1 < bytes.count else { return .incomplete }
    switch unsafe bytes[index + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return .kept(2)
    case UInt8(ascii: "u"): return unsafe surrogates(bytes, at: index)
    default: return .wrong(at: index + 1)
    }
  }

  private static func surrogates(_ bytes: UnsafeRawBufferPointer, at index: Int) -> JSONStringUnit {
    if let early = unsafe digits(bytes, at: index + 2) { return early }
    guard let first = unsafe JSONUnescape.unit(in: bytes, at: index + 2) else { return .incomplete }
    if (0xDC00..<0xE000).contains(first) { return .broken(6, isEscape: true) }
    guard (0xD800..<0xDC00).contains(first) else { return .kept(6) }
    // A high surrogate: a low one must follow at once.
    guard index + 6 < bytes.count else { return .incomplete }
    guard unsafe bytes[index + 6] == UInt8(ascii: "\\") else { return .broken(6, isEscape: true) }
    guard index + 7 < bytes.count else { return .incomplete }
    guard unsafe bytes[index + 7] == UInt8(ascii: "u") else { return .broken(6, isEscape: true) }
    if let early = unsafe digits(bytes, at: index + 8) { return early }
    guard let second = unsafe JSONUnescape.unit(in: bytes, at: index + 8) else { return .incomplete }
    return (0xDC00..<0xE000).contains(second) ? .kept(12) : .broken(6, isEscape: true)
  }

  /// What is wrong with four digits, or that they are not all there.
  private static func digits(_ bytes: UnsafeRawBufferPointer, at index: Int) -> JSONStringUnit? {
    for place in index..<index + 4 {
      guard place < bytes.count else { return .incomplete }
      if unsafe JSONUnescape.hexadecimal(bytes[place]) == nil { return .wrong(at: place) }
    }
    return nil
  }

  /// A character of several bytes (RFC 3629); of a broken one, as many bytes go as could have begun one.
  private static func character(_ bytes: UnsafeRawBufferPointer, at index: Int) -> JSONStringUnit {
    let lead = unsafe bytes[index]
    var second: ClosedRange<UInt8> = 0x80...0xBF
    let length: Int
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if lead == 0xE0 { second = 0xA0...0xBF }
      if lead == 0xED { second = 0x80...0x9F }
    case 0xF0...0xF4:
      length = 4
      if lead == 0xF0 { second = 0x90...0xBF }
      if lead == 0xF4 { second = 0x80...0x8F }
    default: return .broken(1, isEscape: false)
    }
    for place in 1..<length {
      guard index + place < bytes.count else { return .incomplete }
      let allowed = place == 1 ? second : 0x80...0xBF
      guard unsafe allowed.contains(bytes[index + place]) else { return .broken(place, isEscape: false) }
    }
    return .kept(length)
  }
}
