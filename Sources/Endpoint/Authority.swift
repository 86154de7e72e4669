internal import NIOCore

/// A host and a port, as the headers `Host` and `Origin` name them.
struct Authority: Equatable {
  /// In lower case; an address in its shortest form, without brackets.
  let host: String
  /// Nil when none is named.
  let port: Int?
  private let address: SocketAddress?

  /// A host by itself: a name or an address.
  init(host: String) { self.init(host: host, port: nil) }

  private init(host: String, port: Int?) {
    address = try? SocketAddress(ipAddress: host, port: 0)
    self.host = address?.ipAddress ?? host.lowercased()
    self.port = port
  }

  /// Reads `host`, `host:port` or `[::1]:port`; nil for what is none of them.
  init?(_ text: some StringProtocol) {
    let isBracketed = text.hasPrefix("[")
    let host = isBracketed ? text.dropFirst().prefix { $0 != "]" } : text.prefix { $0 != ":" }
    var rest = text.dropFirst(host.count + (isBracketed ? 1 : 0))
    if isBracketed {
      guard rest.first == "]" else { return nil }
      rest = rest.dropFirst()
    }
    var port: Int?
    if !rest.isEmpty {
      guard rest.first == ":", let number = UInt16(rest.dropFirst()) else { return nil }
      port = Int(number)
    }
    self.init(host: String(host), port: port)
    guard isBracketed ? isIPv6 : Self.isName(host) else { return nil }
  }

  /// Reads an origin, `http://host:port`; nil for `null` and for what is none.
  init?(origin: some StringProtocol) {
    guard let scheme = ["http://", "https://"].first(where: origin.hasPrefix) else { return nil }
    self.init(origin.dropFirst(scheme.count))
  }

  /// Whether it is an address: no name server has a say in where it leads.
  var isAddress: Bool { address != nil }

  var isIPv6: Bool { address?.protocol == .inet6 }

  /// Whether it stands for all addresses of a machine.
  var isEveryAddress: Bool { isAddress && ["0.0.0.0", "::"].contains(host) }

  /// Whether it leads to this machine and no other.
  var isLoopback: Bool { host == "localhost" || isAddress && (host == "::1" || host.hasPrefix("127.")) }

  private static func isName(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
      }
  }
}
