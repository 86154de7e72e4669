internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import SystemPackage

/// Why a connection failed, in words that name no host and hold no URL.
package struct NetworkTrouble: Error, Sendable, CustomStringConvertible {
  package let description: String
  /// Whether trying again is of no use until a person changes something.
  package let isConfiguration: Bool
  /// Whether the time for connecting was over.
  package let isLate: Bool

  private init(_ description: String, isConfiguration: Bool = false, isLate: Bool = false) {
    self.description = description
    self.isConfiguration = isConfiguration
    self.isLate = isLate
  }

  /// Words for an error of the HTTP client, of the system or of TLS.
  package init(_ error: any Error) {
    switch error {
    case let error as HTTPClientError: self.init(error)
    case let error as NIOConnectionError:
      let codes = error.connectionErrors.compactMap { ($0.error as? IOError)?.errnoCode }
      if error.connectionErrors.isEmpty {
        self.init("the server's name cannot be looked up")
      } else if let code = codes.first {
        self.init("it cannot be connected to: \(Errno(rawValue: code))")
      } else {
        self.init("it cannot be connected to: it did not answer in time", isLate: true)
      }
    case let error as IOError: self.init("the connection broke: \(Errno(rawValue: error.errnoCode))")
    case HTTPParserError.invalidEOFState: self.init(Self.closedTooEarly)
    case is HTTPParserError: self.init("the answer breaks the rules of HTTP")
    case NIOSSLError.uncleanShutdown: self.init("the connection was cut without a goodbye of TLS (close_notify)")
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      self.init("its certificate is for another name", isConfiguration: true)
    default: self.init(text: "\(error)", of: error)
    }
  }

  private static let closedTooEarly = "the connection was closed before the whole answer was there"

  private init(_ error: HTTPClientError) {
    switch error {
    case .connectTimeout, .getConnectionFromPoolTimeout:
      self.init("it did not take the connection in time", isLate: true)
    case .tlsHandshakeTimeout: self.init("TLS was not agreed on in time", isLate: true)
    case .remoteConnectionClosed: self.init(Self.closedTooEarly)
    case .httpProxyHandshakeTimeout: self.init("the proxy did not answer in time", isLate: true)
    case .invalidProxyResponse: self.init("the proxy did not let the connection through")
    case .proxyAuthenticationRequired:
      self.init("the proxy refuses the user's name or password, or there is none", isConfiguration: true)
    default: self.init("the connection broke (\(error.shortDescription))")
    }
  }

  /// What the TLS library says in its text alone.
  private init(text: String, of error: any Error) {
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      self.init(
        "its certificate cannot be trusted: it has expired, or nobody known has signed it",
        isConfiguration: true
      )
    } else if ["CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA"].contains(where: text.contains) {
      self.init("it wants a client's certificate, or refuses the one that it got", isConfiguration: true)
    } else {
      self.init("the connection broke (\(type(of: error)))")
    }
  }
}
