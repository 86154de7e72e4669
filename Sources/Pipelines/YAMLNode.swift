/// A value of the pipeline file, and where it stands.
struct YAMLNode: Sendable {
  /// What a value holds.
  enum Content: Sendable {
    case scalar(Scalar)
    case list([YAMLNode])
    case map([Entry])
  }

  /// A text, number or truth value; nothing tells them apart before something asks for one.
  struct Scalar: Sendable {
    /// What became of the `${NAME}` in it.
    enum Substitution: Sendable {
      /// There is none.
      case none
      /// All were found: the text is secret.
      case done
      /// One was not found, or nobody looked: the text is not known.
      case unknown
    }

    /// The value, with its `${NAME}` replaced.
    var text: String
    /// The value as it was written.
    var written: String
    /// Whether it stands in quotes, or as a block of text.
    var isQuoted: Bool
    var substitution = Substitution.none
    /// Names that were looked up in vain.
    var missing: [String] = []

    /// Whether nothing stands there.
    var isEmpty: Bool { !isQuoted && (written.isEmpty || written == "~" || written == "null") }
    /// The value as messages may show it.
    var shown: String { substitution == .none ? text : written }
  }

  /// A key and its value.
  struct Entry: Sendable {
    var key: String
    var location: Location
    var value: YAMLNode
  }

  var content: Content
  var location: Location

  /// The scalar, if it is one.
  var scalar: Scalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
  /// Whether nothing stands there.
  var isEmpty: Bool { scalar?.isEmpty == true }

  /// What messages call a value of this kind.
  var kind: String {
    switch content {
    case .scalar(let scalar): scalar.isEmpty ? "nothing" : "one value"
    case .list: "a list"
    case .map: "a mapping"
    }
  }

  /// A text that stands in no file.
  static func text(_ text: String, at location: Location) -> YAMLNode {
    YAMLNode(content: .scalar(Scalar(text: text, written: text, isQuoted: true)), location: location)
  }
}

extension YAMLNode {
  /// The value as one would write it in a line, with `${NAME}` where it comes from outside.
  var shown: String {
    switch content {
    case .scalar(let scalar): Self.quoted(scalar.shown)
    case .list(let nodes): "[" + nodes.map(\.shown).joined(separator: ", ") + "]"
    case .map(let entries):
      entries.isEmpty
        ? "{}" : "{ " + entries.map { "\(Self.quoted($0.key)): \($0.value.shown)" }.joined(separator: ", ") + " }"
    }
  }

  /// A text as it would be written in YAML, on one line.
  static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && !text.contains { "\"'#,[]{}\n\t\\`".contains($0) } && !"-?:&*!|>%@~ ".contains(text.first ?? " ")
      && !text.contains(": ") && !text.hasSuffix(" ") && !text.hasSuffix(":")
    if isPlain || text.hasPrefix("${") && text.hasSuffix("}") { return text }
    let escaped = text.map { character in
      switch character {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\t": "\\t"
      default: String(character)
      }
    }
    return "\"\(escaped.joined())\""
  }
}

extension YAMLNode {
  /// The same value at another place.
  func moved(to location: Location) -> YAMLNode {
    var node = self
    node.location = location
    switch content {
    case .scalar: break
    case .list(let nodes): node.content = .list(nodes.map { $0.moved(to: location) })
    case .map(let entries):
      node.content = .map(entries.map { Entry(key: $0.key, location: location, value: $0.value.moved(to: location)) })
    }
    return node
  }
}
