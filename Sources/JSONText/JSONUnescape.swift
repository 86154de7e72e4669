/// Takes the escapes out of the raw text of a JSON string.
package enum JSONUnescape {
  /// The text that a raw string stands for; the reader has checked its escapes.
  /// - Complexity: O(bytes).
  package static func text(of raw: UnsafeRawBufferPointer) -> [UInt8] {
    guard unsafe raw.contains(backslash) else { return unsafe Array(raw) }
    var text: [UInt8] = []
    text.reserveCapacity(raw.count)
    var index = 0
    while index < raw.count {
      let byte = unsafe raw[index]
      if byte != backslash {
        text.append(byte)
        index += 1
      } else {
        unsafe index += append(escapeAt: index, of: raw, to: &text)
      }
    }
    return text
  }

  private static let backslash = UInt8(ascii: "\\")

  /// Appends what an escape stands for; says how many bytes it took.
  private static func append(escapeAt index: Int, of raw: UnsafeRawBufferPointer, to text: inout [UInt8]) -> Int {
    guard index + 1 < raw.count else {
      text.append(backslash)
      return 1
    }
    let letter = unsafe raw[index + 1]
    switch letter {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "u"):
      guard let high = unsafe unit(in: raw, at: index + 2) else { break }
      if (0xD800..<0xDC00).contains(high), index + 12 <= raw.count, unsafe raw[index + 6] == backslash,
        let low = unsafe unit(in: raw, at: index + 8), (0xDC00..<0xE000).contains(low),
        let scalar = UnicodeScalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      {
        text += UTF8.encode(scalar).map { Array($0) } ?? []
        return 12
      }
      text += UTF8.encode(UnicodeScalar(high) ?? "\u{FFFD}").map { Array($0) } ?? []
      return 6
    default: text.append(letter)
    }
    return 2
  }

  /// The number that four hexadecimal digits make.
  static func unit(in bytes: UnsafeRawBufferPointer, at index: Int) -> UInt32? {
    guard index + 4 <= bytes.count else { return nil }
    var number: UInt32 = 0
    for place in index..<index + 4 {
      guard let digit = unsafe hexadecimal(bytes[place]) else { return nil }
      number = number << 4 | digit
    }
    return number
  }

  static func hexadecimal(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
