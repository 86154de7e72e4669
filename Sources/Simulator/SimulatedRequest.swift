internal import Foundation

/// A request as it came in.
struct SimulatedRequest: Sendable {
  let method: String
  let path: String

  /// How long path and query are, of which a web server takes so much.
  let targetLength: Int

  /// Header fields by their names in lower case.
  let headers: [String: String]

  /// Parameters of the query and of a form, in order.
  let parameters: [NamedValue]

  init(method: String, target: String, headers: [String: String], body: [UInt8]) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    self.method = method
    targetLength = target.utf8.count
    path = String(parts[0])
    self.headers = headers
    hasJSON = headers["content-type"]?.hasPrefix("application/json") == true && !body.isEmpty
    var parameters = parts.count == 2 ? Self.parameters(of: parts[1]) : []
    if headers["content-type"]?.hasPrefix("application/x-www-form-urlencoded") == true {
      parameters += Self.parameters(of: Substring(decoding: body, as: UTF8.self))
    }
    self.parameters = parameters
  }

  /// The last value of a parameter; those before it do not count.
  func value(of name: String) -> String? { parameters.last { $0.name == name }?.value }

  /// The API that is called, in whatever version of it.
  var api: SimulatedAPI? {
    let words = path.split(separator: "/").map(String.init)
    if words.count >= 3, words[0] == "api", ["2.0", "3.0", "4.0", "5.0"].contains(words[1]) {
      switch words.dropFirst(2).joined(separator: "/") {
      case "fo/asset/host/vm/detection": return .detections
      case "fo/asset/host": return .hosts
      case "fo/knowledge_base/vuln": return words[1] == "5.0" ? nil : .knowledgeBase
      default: return nil
      }
    }
    return [SimulatedAPI.assets, .count, .signIn].first { $0.path == path }
  }

  /// The user name and password of Basic authentication.
  var credentials: (user: String, password: String)? {
    guard let field = headers["authorization"], field.lowercased().hasPrefix("basic "),
      let data = Data(base64Encoded: field.dropFirst(6).trimmingCharacters(in: .whitespaces))
    else { return nil }
    let parts = String(decoding: data, as: UTF8.self).split(
      separator: ":",
      maxSplits: 1,
      omittingEmptySubsequences: false
    )
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }

  /// The gateway's token.
  var token: String? {
    guard let field = headers["authorization"], field.lowercased().hasPrefix("bearer ") else { return nil }
    return field.dropFirst(7).trimmingCharacters(in: .whitespaces)
  }

  /// Whether it has a body in JSON, as filters of the gateway are.
  let hasJSON: Bool

  private static func parameters(of form: Substring) -> [NamedValue] {
    form.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { text in
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
      }
      return NamedValue(parts[0], parts.count == 2 ? parts[1] : "")
    }
  }
}
