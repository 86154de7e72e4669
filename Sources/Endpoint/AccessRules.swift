internal import Foundation
internal import HTTPTypes
internal import Hummingbird

/// Who may ask for what.
///
/// A page of another site, open in the browser of someone who may reach the endpoint, must neither read nor change
/// anything. A name that leads here in that page's eyes (DNS rebinding) fails by `Host`, the page itself by `Origin`.
/// The token is sent by who knows it, never by a browser of its own accord to another site's page: with it any name will
/// do, as a service behind a proxy or in a cluster has names that nobody told us.
struct AccessRules {
  /// The first `Host` became the request's authority.
  private static let furtherHost = HTTPField.Name("Host")!  // HTTP allows the name.

  private let listened: Authority
  private let token: String?

  init(_ settings: EndpointSettings) {
    listened = Authority(host: settings.address)
    token = settings.token
  }

  /// Why a request is not answered; nil when it is.
  func refusal(of request: HTTPRequest, for route: Route?) -> Response? {
    let fields = request.headerFields
    guard let host = request.authority.flatMap({ Authority($0) }), !fields.contains(Self.furtherHost) else {
      return .text(.badRequest, "A request names the host once that it is meant for; this one does not.")
    }
    let isByBearer = isToken(fields[.authorization], scheme: "bearer") { $0 }
    let isTrusted = isByBearer || isToken(fields[.authorization], scheme: "basic", password)
    guard isOurs(host) || isTrusted else {
      return .text(.misdirectedRequest, "That host is not this service. Ask by its address, or send the token.")
    }
    if fields.contains(.origin), fields[.origin].flatMap({ Authority(origin: $0) }) != host {
      return .text(.forbidden, "A page of another site may not ask here.")
    }
    if let route, route.changesSomething || route.showsRecords {
      guard token != nil else {
        let name = EndpointSettings.tokenName
        return .text(
          .forbidden,
          "Nothing can be \(route.changesSomething ? "changed" : "tapped") here as long as the service has no token. "
            + "Set \(name) (a variable, \(name)_FILE or a systemd credential) and start the service again."
        )
      }
      return isByBearer ? nil : unauthorized("Bearer", "This needs the token: Authorization: Bearer TOKEN.")
    }
    if listened.isLoopback || route?.isForEveryone == true || isTrusted { return nil }
    return unauthorized(
      "Basic realm=\"Sluice\", charset=\"UTF-8\"",
      "This needs the token: Authorization: Bearer TOKEN, or in a browser as the password of any user."
    )
  }

  /// Whether a host is the one that is listened on.
  ///
  /// Where all addresses are, any is: unlike a name, an address cannot be made to lead here.
  private func isOurs(_ host: Authority) -> Bool {
    host.isLoopback || host.host == listened.host || listened.isEveryAddress && host.isAddress
  }

  private func unauthorized(_ challenge: String, _ words: String) -> Response {
    var response = Response.text(.unauthorized, words)
    response.headers[.wwwAuthenticate] = challenge
    return response
  }

  /// Whether a header's credentials are the token; as many steps wherever the first difference is.
  private func isToken(_ header: String?, scheme: String, _ secret: (Substring) -> Substring?) -> Bool {
    guard let token, let header, let space = header.firstIndex(of: " "), header[..<space].lowercased() == scheme,
      let sent = secret(header[header.index(after: space)...])
    else { return false }
    let difference = zip(sent.utf8, token.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) }
    return difference == 0 && sent.utf8.count == token.utf8.count
  }

  /// The password of `user:password` in Base64.
  private func password(_ credentials: Substring) -> Substring? {
    guard let data = Data(base64Encoded: String(credentials)), let text = String(data: data, encoding: .utf8),
      let colon = text.firstIndex(of: ":")
    else { return nil }
    return text[text.index(after: colon)...]
  }
}
