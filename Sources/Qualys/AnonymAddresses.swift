internal import Glibc

/// Addresses in text, and the pseudonyms for them in the same form.
enum AnonymAddresses {
  /// The pseudonym of four numbers between dots, or between dashes as in `ip-10-0-0-1`; nil when they are no address.
  static func ipv4(_ text: ArraySlice<UInt8>, separator: UInt8 = UInt8(ascii: "."), _ key: AnonymKey) -> [UInt8]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = UInt8(String(decoding: part, as: UTF8.self))
      else { return nil }
      bytes.append(number)
    }
    let numbers = key.address(bytes).map { Array(String($0).utf8) }
    return Array(numbers.joined(separator: [separator]))
  }

  /// The pseudonym of six pairs of hexadecimal digits between colons or dashes.
  static func hardware(_ text: ArraySlice<UInt8>, separator: UInt8, _ key: AnonymKey) -> [UInt8]? {
    guard text.count == 17 else { return nil }
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 6 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard part.count == 2, !part.contains(UInt8(ascii: "+")),
        let byte = UInt8(String(decoding: part, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(byte)
    }
    let pairs = key.hardwareAddress(bytes).map {
      [AnonymKey.hexadecimal[Int($0 >> 4)], AnonymKey.hexadecimal[Int($0 & 15)]]
    }
    return Array(pairs.joined(separator: [separator]))
  }

  /// The pseudonym of an IPv6 address, however it is written; 2001:db8:… in eight groups.
  static func ipv6(_ text: ArraySlice<UInt8>, _ key: AnonymKey) -> [UInt8]? {
    var address = in6_addr()
    guard text.count <= 45, unsafe inet_pton(AF_INET6, String(decoding: text, as: UTF8.self), &address) == 1 else {
      return nil
    }
    let bytes = unsafe withUnsafeBytes(of: &address) { unsafe Array($0) }
    let other = key.address6(bytes)
    if other == bytes { return Array(text) }
    let groups = stride(from: 0, to: 16, by: 2).map { String(Int(other[$0]) << 8 | Int(other[$0 + 1]), radix: 16) }
    return Array(groups.joined(separator: ":").utf8)
  }
}
