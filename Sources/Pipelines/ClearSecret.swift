/// Finds passwords, tokens and the like that stand in clear in a file.
struct ClearSecret: Sendable {
  /// What is shown in its place.
  static let stars = "********"

  /// What it is: `the password`.
  var what: String
  /// The name of a variable that could hold it.
  var variable: String
  /// Where it stands.
  var location: Location

  /// The warning about it.
  var diagnostic: Diagnostic {
    Diagnostic(.warning, "\(what) stands in clear in the file; write ${\(variable)}", at: location)
  }

  /// Finds all of them under a node.
  static func all(in node: YAMLNode, under parents: [String] = []) -> [ClearSecret] {
    switch node.content {
    case .list(let nodes): return nodes.flatMap { all(in: $0, under: parents) }
    case .map(let entries): return entries.flatMap { all(in: $0.value, under: parents + [$0.key]) }
    case .scalar(let scalar):
      // A value that comes from outside, even in part, was thought of.
      guard scalar.substitution == .none, !scalar.isEmpty, !scalar.text.isEmpty else { return [] }
      let key = parents.last ?? ""
      if let word = word(for: key) {
        return [ClearSecret(what: "the \(word)", variable: variable(parents), location: node.location)]
      }
      if let word = secret(inURL: scalar.text) {
        return [ClearSecret(what: "the URL with its \(word)", variable: variable(parents), location: node.location)]
      }
      if ["url", "http"].contains(key), isMoreThanHost(scalar.text) {
        return [ClearSecret(what: "the URL", variable: variable(parents), location: node.location)]
      }
      return []
    }
  }

  /// Where they stand in a text that cannot be read as YAML, by their keys.
  static func places(in source: SourceText) -> [Place] {
    (1...source.lineCount).compactMap { number in
      let line = source.scalars(number)
      for colon in line.indices where line[colon] == ":" {
        let key = line[..<colon].reversed().drop { $0 == " " || $0 == "\"" || $0 == "'" }.prefix { isPartOfKey($0) }
        let value = line[(colon + 1)...].drop { $0 == " " }
        let name = SourceText.string(key.reversed())
        if word(for: name) != nil || name == "url", !value.isEmpty {
          return Place(line: number, column: value.startIndex + 1, length: value.count)
        }
      }
      return nil
    }
  }

  private static func isPartOfKey(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar == "-" || scalar == "_"
  }

  /// What a key of this name holds, if it is a secret.
  private static func word(for key: String) -> String? {
    switch key.lowercased().replacing("_", with: "-") {
    case "password", "passwd": "password"
    case "token", "access-token", "auth-token", "api-token", "x-sumo-token": "token"
    case "secret", "client-secret", "api-secret": "secret"
    case "api-key", "apikey", "x-api-key": "key"
    case "authorization", "proxy-authorization": "authorization"
    default: nil
    }
  }

  /// What a URL holds that nobody should read: `user:password@`, or the token of a Sumo Logic address.
  private static func secret(inURL text: String) -> String? {
    guard let scheme = text.firstRange(of: "://") else { return nil }
    let rest = text[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if authority.contains("@") { return "password" }
    if let path = rest.firstRange(of: "/receiver/v1/http/"), path.upperBound < rest.endIndex { return "token" }
    return nil
  }

  /// Whether a sink's URL is more than a host: whoever knows the rest can send there.
  private static func isMoreThanHost(_ text: String) -> Bool {
    guard let scheme = text.firstRange(of: "://") else { return true }
    return text[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }.count > 1
  }

  private static func variable(_ parents: [String]) -> String {
    let words = parents.filter { !["sinks", "streams", "stages", "outputs", "headers", "source"].contains($0) }
    return words.suffix(2).joined(separator: "_").uppercased().replacing("-", with: "_")
      .filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}
