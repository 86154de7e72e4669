internal import Foundation

/// The gateway's token, which has the three parts of a JWT; its signature is nobody's.
struct AccessToken: Sendable {
  let text: String

  /// In seconds since 1970.
  let expiry: Int

  /// Makes token `number` of a user.
  init(user: String, number: Int, issued: Int, lifetime: Int) {
    expiry = issued + lifetime
    let claims = [
      "iss": "simulator", "sub": user, "jti": "\(number)", "iat": "\(issued)", "exp": "\(expiry)",
    ]
    // Numbers stand as numbers, and the order is always the same.
    let members = claims.sorted { $0.key < $1.key }.map { name, value in
      ["iat", "exp"].contains(name) ? "\"\(name)\":\(value)" : "\"\(name)\":\"\(value)\""
    }
    let header = Self.encode(#"{"alg":"RS256","typ":"JWT"}"#)
    text = "\(header).\(Self.encode("{\(members.joined(separator: ","))}")).\(Self.encode("simulated-\(number)"))"
  }

  private static func encode(_ text: String) -> String {
    Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
