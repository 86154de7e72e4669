internal import Foundation

/// How long a token of the gateway holds, as its own text says.
///
/// The server's clock made both times, so that only what lies between them is believed.
enum TokenLifetime {
  /// What Qualys documents, for tokens that cannot be read.
  static let usual = Duration.seconds(4 * 3_600)

  private struct Claims: Decodable {
    var iat: Double
    var exp: Double
  }

  /// The lifetime of a JWT: up to a day; four hours when it does not say.
  static func of(_ token: String) -> Duration {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return usual }
    let text = String(parts[1]).replacing("-", with: "+").replacing("_", with: "/")
    let padded = text + String(repeating: "=", count: (4 - text.count % 4) % 4)
    guard let data = Data(base64Encoded: padded), let claims = try? JSONDecoder().decode(Claims.self, from: data),
      claims.exp > claims.iat
    else { return usual }
    return .seconds(min(claims.exp - claims.iat, 86_400))
  }
}
