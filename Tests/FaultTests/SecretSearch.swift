import Foundation
import TestSupport

/// Secrets that are used in tests, each unlike anything else.
enum Canary {
  static let user = "canary-user-6b1f"
  /// With characters that forms, URLs and JSON write otherwise.
  static let password = "canary/pass+w0rd=&%\"7"
  /// What ``RecordingServer``'s URL ends with.
  static let receiverCode = "ZaVnC4dhaV3=="

  /// All of them, by name.
  static func all(tokens: [String]) -> [(name: String, text: String)] {
    let fixed = [
      ("user", user), ("password", password), ("user and password", "\(user):\(password)"), ("URL", receiverCode),
    ]
    return fixed + tokens.map { ("token", $0) }
  }
}

/// Looks for secrets in bytes: as they are, in base64, as URLs, forms and JSON have them, in hexadecimal.
struct SecretSearch {
  /// What was found, and in how much.
  struct Result: Sendable {
    var hits: [String] = []
    var byteCount = 0
  }

  private let needles: [(name: String, bytes: Data)]
  private(set) var result = Result()

  init(_ secrets: [(name: String, text: String)]) {
    needles = secrets.flatMap { secret in
      Self.forms(of: secret.text).map { (name: "\(secret.name), \($0.name)", bytes: Data($0.text.utf8)) }
    }
  }

  private static func forms(of text: String) -> [(name: String, text: String)] {
    let bytes = Data(text.utf8)
    let base64 = bytes.base64EncodedString().replacing("=", with: "")
    let hex = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    func percent(_ unreserved: String) -> String {
      let allowed = CharacterSet(charactersIn: unreserved).union(.alphanumerics)
      return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? text
    }
    var forms = [
      ("as it is", text), ("base64", base64), ("hexadecimal", hex), ("HEXADECIMAL", hex.uppercased()),
      ("as JSON", text.replacing("\"", with: "\\\"")),
      ("as JSON with slashes", text.replacing("\"", with: "\\\"").replacing("/", with: "\\/")),
      ("base64 for URLs", base64.replacing("+", with: "-").replacing("/", with: "_")),
    ]
    forms += ["-._~", "-._*", "-._~/", "-._~!$&'()*+,;=:@/"].map { ("percent-encoded", percent($0)) }
    return forms.reduce(into: []) { kept, form in if !kept.contains(where: { $0.text == form.1 }) { kept.append(form) }
    }
  }

  mutating func look(into text: String, at place: String = "text") { look(into: Data(text.utf8), at: place) }

  mutating func look(into bytes: Data, at place: String) {
    result.byteCount += bytes.count
    for needle in needles where bytes.range(of: needle.bytes) != nil {
      result.hits.append("\(needle.name), in \(place)")
    }
  }

  /// Looks into each file below a folder, and into what is in it when it is gzip; and at the names.
  mutating func look(intoFolder folder: URL) throws {
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() {
      look(into: name, at: "a name")
      var isFolder: ObjCBool = false
      let file = folder.appending(path: name)
      guard unsafe FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue else {
        continue
      }
      let bytes = try Data(contentsOf: file)
      look(into: bytes, at: name)
      // An answer that was kept as it came may be gzip that is damaged: Qualys' bytes, of which nothing can be read.
      if bytes.starts(with: [0x1F, 0x8B]), let members = try? GzipMembers(Array(bytes)) {
        look(into: Data(members.text), at: name)
      }
    }
  }
}
