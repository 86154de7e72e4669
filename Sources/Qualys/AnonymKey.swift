internal import Crypto

/// Makes pseudonyms out of names: the same name gives the same one as long as the key is the same.
///
/// Whoever does not have the key cannot tell which name a pseudonym was, nor try names out.
struct AnonymKey: Sendable {
  private let key: SymmetricKey

  /// A key that is gone with this value.
  init() { key = SymmetricKey(size: .bits256) }

  /// A key of one's own, so that several captures have the same pseudonyms.
  init(_ bytes: [UInt8]) { key = SymmetricKey(data: bytes) }

  /// Bytes that only the key and the name lead to.
  func digest(_ kind: String, _ name: some Sequence<UInt8>) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array("\(kind):".utf8) + Array(name), using: key))
  }

  /// So many hexadecimal digits.
  func digits(_ count: Int, _ kind: String, _ name: some Sequence<UInt8>) -> [UInt8] {
    digest(kind, name).flatMap { [Self.hexadecimal[Int($0 >> 4)], Self.hexadecimal[Int($0 & 15)]] }.prefix(count)
      .map(\.self)
  }

  static let hexadecimal = Array("0123456789abcdef".utf8)

  // MARK: - Addresses

  /// An address of 10.0.0.0/8 for an IPv4 address; what is nobody's own (a mask, loopback, none) stays.
  ///
  /// Two of some thousand addresses can get the same one.
  func address(_ bytes: [UInt8]) -> [UInt8] {
    switch bytes[0] {
    case 0, 127, 255: return bytes
    default: return [10] + digest("ipv4", bytes).prefix(3)
    }
  }

  /// An address of 2001:db8::/32, which is for documentation, for an IPv6 address; `::` and `::1` stay.
  func address6(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.dropLast().allSatisfy({ $0 == 0 }), bytes[15] < 2 { return bytes }
    return [0x20, 0x01, 0x0D, 0xB8] + digest("ipv6", bytes).prefix(12)
  }

  /// A locally administered address for a MAC address; all zeros and all ones stay.
  func hardwareAddress(_ bytes: [UInt8]) -> [UInt8] {
    if Set(bytes).count == 1, [0, 255].contains(bytes[0]) { return bytes }
    return [0x02] + digest("mac", bytes).prefix(5)
  }
}
