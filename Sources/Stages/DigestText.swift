/// The first half of a digest as a text: its 128 bits in 22 characters of base64url (RFC 4648, section 5, unpadded).
///
/// Hexadecimal digits would be 32, and cost a compressor twice as much time.
enum DigestText {
  static let count = 22

  private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

  /// Writes the text to the first ``count`` bytes of a room.
  static func write(_ number: UInt128, to room: UnsafeMutableRawBufferPointer) {
    precondition(room.count >= count)
    // The last character has two bits.
    for place in 0..<count - 1 {
      unsafe room[place] = alphabet.utf8Start[Int(truncatingIfNeeded: number >> (122 - 6 * place)) & 63]
    }
    unsafe room[count - 1] = alphabet.utf8Start[Int(truncatingIfNeeded: number << 4) & 63]
  }

  /// The number whose text this is; nil for any other text.
  static func number(_ text: [UInt8]) -> UInt128? {
    guard text.count == count else { return nil }
    var number: UInt128 = 0
    for letter in text.dropLast() {
      guard let value = value(letter) else { return nil }
      number = number << 6 | UInt128(value)
    }
    guard let last = value(text[count - 1]), last & 15 == 0 else { return nil }
    return number << 2 | UInt128(last >> 4)
  }

  private static func value(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
