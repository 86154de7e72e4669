internal import AsyncHTTPClient
internal import Foundation

/// The proxy that the environment names in `https_proxy`, and the hosts that `no_proxy` excepts from it.
package struct ProxySettings: Sendable {
  private let server: Server?
  private let exceptions: [(host: String, port: Int?)]

  private struct Server: Sendable {
    var host: String
    var port: Int
    var credentials: Credentials?
  }

  /// Reads `https_proxy` and `no_proxy`, or the same in capitals.
  /// - Throws: what is wrong with the proxy's URL, without the URL: it may hold a password.
  package init(environment: [String: String]) throws(Misconfiguration) {
    func value(_ name: String) -> String? {
      [name, name.uppercased()].compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    if let url = value("https_proxy") {
      server = try Self.server(url)
    } else {
      server = nil
    }
    let entries = (value("no_proxy") ?? "").split { $0 == "," || $0.isWhitespace }
    exceptions = entries.compactMap { entry in
      if entry == "*" { return ("*", nil) }
      // A bare IPv6 address has colons of its own.
      if entry.count(where: { $0 == ":" }) > 1, !entry.hasPrefix("[") { return (entry.lowercased(), nil) }
      return Origin.authority(entry.hasPrefix("*.") ? entry.dropFirst(2) : entry)
    }
  }

  private static func server(_ url: String) throws(Misconfiguration) -> Server {
    var rest = Substring(url)
    if let colon = url.firstRange(of: "://") {
      guard url[..<colon.lowerBound].lowercased() == "http" else {
        throw Misconfiguration("'https_proxy' does not begin with http://; other kinds of proxy are not supported")
      }
      rest = url[colon.upperBound...]
    }
    var credentials: Credentials?
    if let at = rest.lastIndex(of: "@") {
      let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map { part in
        Secret(part.removingPercentEncoding ?? String(part))
      }
      credentials = Credentials(username: parts[0], password: parts.count > 1 ? parts[1] : Secret(""))
      rest = rest[rest.index(after: at)...]
    }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    guard let (host, port) = Origin.authority(rest) else {
      throw Misconfiguration("'https_proxy' is not the URL of a proxy; one has the shape http://host:port")
    }
    return Server(host: host, port: port ?? 80, credentials: credentials)
  }

  /// The proxy through which an origin is reached; never one for this machine itself.
  func proxy(for origin: Origin) -> HTTPClient.Configuration.Proxy? {
    guard let server, !origin.isLoopback, !exceptions.contains(where: { Self.excepts($0, origin) }) else { return nil }
    let authorization = server.credentials.map { credentials in
      HTTPClient.Authorization.basic(username: credentials.username.reveal(), password: credentials.password.reveal())
    }
    return .server(host: server.host, port: server.port, authorization: authorization)
  }

  private static func excepts(_ entry: (host: String, port: Int?), _ origin: Origin) -> Bool {
    if entry.host == "*" { return true }
    if let port = entry.port, port != origin.port ?? 443 { return false }
    let suffix = entry.host.hasPrefix(".") ? String(entry.host.dropFirst()) : entry.host
    return origin.host == suffix || origin.host.hasSuffix(".\(suffix)")
  }
}
