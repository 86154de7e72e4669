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
    let values = Self.values
    var number: UInt128 = 0
    var all: UInt8 = 0
    for letter in text.dropLast() {
      let value = values[Int(letter)]
      number = number << 6 | UInt128(value & 63)
      all |= value
    }
    let last = values[Int(text[count - 1])]
    guard all | last < Self.none, last & 15 == 0 else { return nil }
    return number << 2 | UInt128(last >> 4)
  }

  /// What each byte stands for: a table, for letters of a digest come in no order that a processor could foresee.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: none, count: 256)
    for place in 0..<64 { values[Int(unsafe alphabet.utf8Start[place])] = UInt8(place) }
    return values
  }()
  /// Stands for nothing.
  private static let none: UInt8 = 64
}
