/// Entities in an answer's DOCTYPE, and a reference to them in its first text.
package enum HostileEntities: String, Sendable, CaseIterable {
  /// One that is harmless, and nothing that Qualys sends.
  case `internal`
  /// Ten levels of ten: ten billion laughs.
  case laughs
  /// One of 64 KiB, referred to 10,000 times.
  case quadratic
  /// A file of this machine.
  case file
  /// Something on the network.
  case http
  /// A parameter entity, which brings declarations from the network.
  case parameter

  static let names = allCases.map(\.rawValue).joined(separator: ", ")

  /// Puts them into an answer.
  func edits(of api: SimulatedAPI) -> [AnswerEdit] {
    [
      AnswerEdit(after: "dtd/output.dtd\"", insert: Array(" [\n\(declarations)\n]".utf8)),
      AnswerEdit(after: AnswerEdit.markOfText(in: api), insert: Array(reference.utf8)),
    ]
  }

  private var declarations: String {
    switch self {
    case .internal: #"<!ENTITY x "expanded">"#
    case .laughs:
      (0..<10).map { level in
        let content = level == 0 ? "ha" : String(repeating: "&x\(level - 1);", count: 10)
        return "<!ENTITY x\(level) \"\(content)\">"
      }.joined(separator: "\n")
    case .quadratic: "<!ENTITY x \"\(String(repeating: "x", count: 65_536))\">"
    case .file: #"<!ENTITY x SYSTEM "file:///etc/passwd">"#
    // Port 9 discards: nobody listens there, and nobody should ask.
    case .http: #"<!ENTITY x SYSTEM "http://127.0.0.1:9/entity">"#
    case .parameter: "<!ENTITY % p SYSTEM \"http://127.0.0.1:9/entities.dtd\">\n%p;"
    }
  }

  private var reference: String {
    switch self {
    case .internal, .file, .http: "&x;"
    case .laughs: "&x9;"
    case .quadratic: String(repeating: "&x;", count: 10_000)
    case .parameter: ""
    }
  }
}
