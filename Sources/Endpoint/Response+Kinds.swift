internal import Foundation
internal import HTTPTypes
internal import Hummingbird

extension Response {
  /// A sentence for a person.
  static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(status, "text/plain; charset=utf-8", text + "\n")
  }

  /// A value as JSON, its keys in order.
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Response(status, "application/json", String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// A text of a type.
  init(_ status: HTTPResponse.Status, _ type: String, _ text: String) {
    self.init(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  /// The answer with what keeps browsers from doing more with it than they should.
  func hardened() -> Response {
    var response = self
    for (name, value) in Self.hardening { response.headers[name] = value }
    return response
  }

  private static let hardening: [(HTTPField.Name, String)] = [
    (.cacheControl, "no-store"),
    (
      .contentSecurityPolicy,
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    (.crossOriginResourcePolicy, "same-origin"),
    (.xContentTypeOptions, "nosniff"),
    // The name is one that HTTP allows.
    (HTTPField.Name("Referrer-Policy")!, "no-referrer"),
  ]
}
