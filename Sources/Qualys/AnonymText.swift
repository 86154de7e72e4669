internal import JSONText

/// Words in bytes: what they are made of, how they are compared, written in XML and JSON.
enum AnonymText {
  /// Whether a byte belongs to words: letters, digits, what is not ASCII, and what joins parts of names.
  static func isWord(_ byte: UInt8) -> Bool { isPart(byte) || isJoint(byte) }

  /// Whether a byte belongs to a part of a word.
  static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: true
    default: false
    }
  }

  /// Whether a byte joins parts of a word, such as labels of a domain.
  static func isJoint(_ byte: UInt8) -> Bool { byte == 0x2E || byte == 0x2D || byte == 0x5F }

  static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  static func lowercased(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.map(lower) }

  /// Whether a text is another one that is in lower case.
  static func isEqual(_ text: ArraySlice<UInt8>, _ lowercased: [UInt8]) -> Bool {
    text.count == lowercased.count && zip(text, lowercased).allSatisfy { lower($0) == $1 }
  }

  // MARK: - Hash (FNV-1a) of the text in lower case

  static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

  static func hash(_ text: ArraySlice<UInt8>) -> UInt64 { text.reduce(seed, hash) }

  static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(lower(byte))) &* 0x100_0000_01B3 }

  // MARK: - Names

  /// A value without what cannot begin or end a name: spaces, quotes, the end of CDATA.
  static func core(of value: [UInt8]) -> [UInt8] {
    guard let first = value.firstIndex(where: isPart), let last = value.lastIndex(where: isPart) else { return [] }
    // An escaped letter, as JSON writes it, begins with its backslash.
    let escape = value[..<first].last == UInt8(ascii: "\\") && value[first] == UInt8(ascii: "u")
    return Array(value[(escape ? first - 1 : first)...last])
  }

  /// Names that everybody has, which tell nothing of anybody.
  static func isCommon(_ text: [UInt8]) -> Bool { common.contains(text) }

  private static let common = Set(
    [
      "admin", "administrator", "administrators", "backup", "bin", "com", "daemon", "default", "defaultaccount", "ec2",
      "everyone", "false", "guest", "host", "internal", "local", "localdomain", "localhost", "mail", "n/a", "net",
      "network", "nobody", "none", "null", "org", "root", "service", "system", "true", "unknown", "user", "users",
      "workgroup", "www",
    ].map { Array($0.utf8) }
  )

  /// Whether a name is told apart from other words and numbers wherever it stands.
  static func isDistinct(_ text: [UInt8]) -> Bool {
    let hasDigit = text.contains { (0x30...0x39).contains($0) }
    let hasLetter = text.contains { isPart($0) && !(0x30...0x39).contains($0) }
    return hasLetter && text.count >= (hasDigit ? 3 : 4)
  }

  /// Whether a name is an address, which is known by its form.
  static func isAddress(_ text: [UInt8]) -> Bool {
    let key = AnonymKey([])
    return AnonymAddresses.ipv4(text[...], key) != nil || AnonymAddresses.ipv6(text[...], key) != nil
      || AnonymAddresses.hardware(text[...], separator: UInt8(ascii: ":"), key) != nil
      || AnonymAddresses.hardware(text[...], separator: UInt8(ascii: "-"), key) != nil
  }

  /// Bytes that are no UTF-8, or that XML forbids, one of each kind.
  static func rubbish(in text: ArraySlice<UInt8>) -> [UInt8] {
    (String(validating: text, as: UTF8.self) == nil ? [0xFF] : [])
      + (text.first { $0 < 0x20 && $0 != 9 && $0 != 10 && $0 != 13 }.map { [$0] } ?? [])
  }

  // MARK: - Escapes

  private static let entities = [
    ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")), ("&quot;", UInt8(ascii: "\"")),
    ("&apos;", UInt8(ascii: "'")), ("&amp;", UInt8(ascii: "&")),
  ].map { (text: Array($0.0.utf8), byte: $0.1) }

  static func unescapedXML(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = text[...]
    while let byte = rest.first {
      let entity = byte == UInt8(ascii: "&") ? entities.first { rest.starts(with: $0.text) } : nil
      result.append(entity?.byte ?? byte)
      rest = rest.dropFirst(entity?.text.count ?? 1)
    }
    return result
  }

  /// The ways in which XML may write a text: which of the quotes are escaped is up to the writer.
  static func escapedXML(_ text: [UInt8]) -> [[UInt8]] {
    ["<>&", "<>&\"", "<>&\"'"].map { characters in
      text.flatMap { byte in
        characters.utf8.contains(byte) ? entities.first { $0.byte == byte }?.text ?? [byte] : [byte]
      }
    }
  }

  static func unescapedJSON(_ text: [UInt8]) -> [UInt8] {
    unsafe text.withUnsafeBytes { unsafe JSONUnescape.text(of: $0) }
  }

  static func escapedJSON(_ text: [UInt8]) -> [UInt8] {
    text.flatMap { byte -> [UInt8] in
      byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") ? [UInt8(ascii: "\\"), byte] : [byte]
    }
  }
}
