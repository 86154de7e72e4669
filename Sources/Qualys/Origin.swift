/// A server as far as credentials go: scheme, host and port, and nothing behind them.
package struct Origin: Sendable, Equatable {
  /// `https`; `http` for this machine only.
  package let scheme: String
  /// The host in lower case; an IPv6 address without its brackets.
  package let host: String
  /// The port, if it is not the scheme's own.
  package let port: Int?

  /// Reads `https://host` or `https://host:port`; `http` is for loopback addresses only.
  /// - Throws: what is wrong with the setting `name`, without the text itself.
  package init(_ text: String, setting name: String) throws(Misconfiguration) {
    let shape = "one has the shape https://host"
    guard let colon = text.firstRange(of: "://") else {
      throw Misconfiguration("'\(name)' does not begin with https://; \(shape)")
    }
    var rest = text[colon.upperBound...]
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    if rest.contains("@") {
      throw Misconfiguration("'\(name)' holds a user's name or password; they belong into 'username' and 'password'")
    }
    if rest.contains(where: { "/?#".contains($0) }) {
      throw Misconfiguration("'\(name)' is more than a server; \(shape), without a path")
    }
    guard let (host, port) = Self.authority(rest) else { throw Misconfiguration("'\(name)' is not a URL; \(shape)") }
    scheme = text[..<colon.lowerBound].lowercased()
    self.host = host
    self.port = port
    switch scheme {
    case "https": break
    case "http" where isLoopback: break
    case "http": throw Misconfiguration("'\(name)' would send the password in clear; write https://")
    default: throw Misconfiguration("'\(name)' does not begin with https://; \(shape)")
    }
  }

  /// A server that is known to be one.
  init(known host: String) { (scheme, self.host, port) = ("https", host, nil) }

  /// The text that requests begin with.
  var text: String {
    "\(scheme)://\(host.contains(":") ? "[\(host)]" : host)\(port.map { ":\($0)" } ?? "")"
  }

  /// Whether it is this machine.
  package var isLoopback: Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    let isIPv4 = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    return host == "localhost" || host == "::1" || isIPv4 && parts[0] == "127"
  }

  /// A host and its port: `host`, `host:port`, `[::1]:port`.
  static func authority(_ text: Substring) -> (host: String, port: Int?)? {
    var host = text.prefix { $0 != ":" }
    var rest = text.dropFirst(host.count)
    let isIPv6 = text.hasPrefix("[")
    if isIPv6 {
      host = text.dropFirst().prefix { $0 != "]" }
      rest = text.dropFirst(host.count + 1)
      guard rest.first == "]" else { return nil }
      rest = rest.dropFirst()
    }
    let isHost = host.utf8.allSatisfy { byte in
      if isIPv6 {
        return byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") || Character(Unicode.Scalar(byte)).isHexDigit
      }
      return switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
      default: false
      }
    }
    guard !host.isEmpty, isHost, isIPv6 == host.contains(":") else { return nil }
    if rest.isEmpty { return (host.lowercased(), nil) }
    guard rest.first == ":", let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
    return (host.lowercased(), Int(port))
  }
}
