/// Where the endpoint listens, and what it asks of who calls.
package struct EndpointSettings: Sendable, CustomStringConvertible, CustomReflectable {
  /// The name under which the token is looked for, as for every secret.
  package static let tokenName = "SLUICE_TOKEN"
  /// Characters that a token has at least: fewer could be guessed from another machine.
  package static let shortestToken = 16

  /// An address of this machine, or `localhost`; `0.0.0.0` and `::` are all of its addresses.
  package var address: String
  /// 0 is any that is free.
  package var port: Int
  /// What must be sent with whatever changes something, and off loopback with everything but `/health`.
  package var token: String?

  package init(address: String = "127.0.0.1", port: Int = 8090, token: String? = nil) {
    self.address = address
    self.port = port
    self.token = token
  }

  /// The page's URL; on all addresses, as it is seen from this machine.
  package func url(port: Int) -> String {
    let host = Authority(host: address)
    let name = host.isEveryAddress ? "localhost" : host.isIPv6 ? "[\(host.host)]" : host.host
    return "http://\(name):\(port)/"
  }

  package var description: String { "port \(port), \(token == nil ? "without" : "with") a token" }
  package var customMirror: Mirror { Mirror(self, children: ["port": port]) }

  /// Looks at the settings as a whole.
  /// - Throws: What is wrong, without the address and the token.
  func check() throws(EndpointError) {
    guard 0...65_535 ~= port else { throw EndpointError("the endpoint's port is not within 0 to 65535") }
    if let token {
      guard token.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
        throw EndpointError("\(Self.tokenName) may hold letters, digits and signs of ASCII only, and no spaces")
      }
      guard token.utf8.count >= Self.shortestToken else {
        throw EndpointError("\(Self.tokenName) has fewer than \(Self.shortestToken) characters and could be guessed")
      }
    } else if !Authority(host: address).isLoopback {
      throw EndpointError(
        "the endpoint would be open to the network: set \(Self.tokenName), or let it listen on 127.0.0.1"
      )
    }
  }
}
