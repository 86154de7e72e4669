/// Where a subscription lives: the API server, and the gateway of the asset inventory.
package struct Platform: Sendable, Equatable {
  package let server: Origin
  /// The gateway; nil when only the server was given.
  package let gateway: Origin?

  /// A platform by its name, such as `US2`.
  package init(named name: String) throws(Misconfiguration) {
    guard let platform = Self.known.first(where: { $0.name == name }) else {
      let names = Self.names.joined(separator: ", ")
      throw Misconfiguration("there is no platform '\(name)'; there are \(names), or give 'server' and 'gateway'")
    }
    server = Origin(known: platform.server)
    gateway = Origin(known: platform.gateway)
  }

  /// A platform by the URLs of its servers, as private ones have them.
  package init(server: String, gateway: String?) throws(Misconfiguration) {
    self.server = try Origin(server, setting: "server")
    if let gateway {
      self.gateway = try Origin(gateway, setting: "gateway")
    } else {
      self.gateway = nil
    }
  }

  /// The names that Qualys has for its shared platforms.
  package static let names = known.map(\.name)

  /// The shared platforms (`qualys-api` 6).
  private static let known: [(name: String, server: String, gateway: String)] = [
    ("US1", "qualysapi.qualys.com", "gateway.qg1.apps.qualys.com"),
    ("US2", "qualysapi.qg2.apps.qualys.com", "gateway.qg2.apps.qualys.com"),
    ("US3", "qualysapi.qg3.apps.qualys.com", "gateway.qg3.apps.qualys.com"),
    ("US4", "qualysapi.qg4.apps.qualys.com", "gateway.qg4.apps.qualys.com"),
    ("EU1", "qualysapi.qualys.eu", "gateway.qg1.apps.qualys.eu"),
    ("EU2", "qualysapi.qg2.apps.qualys.eu", "gateway.qg2.apps.qualys.eu"),
    ("EU3", "qualysapi.qg3.apps.qualys.it", "gateway.qg3.apps.qualys.it"),
    ("IN1", "qualysapi.qg1.apps.qualys.in", "gateway.qg1.apps.qualys.in"),
    ("CA1", "qualysapi.qg1.apps.qualys.ca", "gateway.qg1.apps.qualys.ca"),
    ("AE1", "qualysapi.qg1.apps.qualys.ae", "gateway.qg1.apps.qualys.ae"),
    ("UK1", "qualysapi.qg1.apps.qualys.co.uk", "gateway.qg1.apps.qualys.co.uk"),
    ("AU1", "qualysapi.qg1.apps.qualys.com.au", "gateway.qg1.apps.qualys.com.au"),
    ("KSA1", "qualysapi.qg1.apps.qualysksa.com", "gateway.qg1.apps.qualysksa.com"),
  ]
}
