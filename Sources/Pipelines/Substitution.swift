internal import Qualys

/// Puts what is looked up in the place of each `${NAME}`, in values and never in keys.
///
/// `$${` stands for the characters `${` themselves.
struct Substitution {
  /// Where names are looked up; nil when nobody is to look.
  var secrets: SecretSource?
  private(set) var findings = Findings()
  /// The names that were asked for, in order, each once.
  private(set) var names: [String] = []

  init(_ secrets: SecretSource?) { self.secrets = secrets }

  /// The node with its scalars replaced.
  mutating func replace(in node: YAMLNode) -> YAMLNode {
    var node = node
    switch node.content {
    case .scalar(let scalar): node.content = .scalar(replace(in: scalar, at: node.location))
    case .list(let nodes): node.content = .list(nodes.map { replace(in: $0) })
    case .map(let entries):
      node.content = .map(
        entries.map { entry in
          var entry = entry
          entry.value = replace(in: entry.value)
          return entry
        }
      )
    }
    return node
  }

  private mutating func replace(in scalar: YAMLNode.Scalar, at location: Location) -> YAMLNode.Scalar {
    guard scalar.written.contains("${") else { return scalar }
    var result = scalar
    result.text = ""
    var rest = scalar.written[...]
    while let dollar = rest.firstIndex(of: "$") {
      result.text += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        result.text += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") {
        guard let name = Self.name(in: rest) else {
          findings.error(
            "'${' is not followed by a name and '}'",
            at: location,
            help: "'$${' stands for the characters themselves"
          )
          result.substitution = .unknown
          return result
        }
        rest = rest.dropFirst(name.count + 3)
        put(name, into: &result, at: location)
      } else {
        result.text += "$"
        rest = rest.dropFirst()
      }
    }
    result.text += rest
    return result
  }

  private mutating func put(_ name: String, into scalar: inout YAMLNode.Scalar, at location: Location) {
    if !names.contains(name) { names.append(name) }
    do throws(ExposedSecret) {
      if let found = try secrets?.find(name) {
        scalar.text += found.value
        if scalar.substitution == .none { scalar.substitution = .done }
        if let exposure = found.exposure { findings.add(exposure, at: location) }
        return
      }
      if secrets != nil, !scalar.missing.contains(name) { scalar.missing.append(name) }
    } catch {
      findings.add(error, at: location)
    }
    scalar.text += "${\(name)}"
    scalar.substitution = .unknown
  }

  /// The name in a text that begins with `${`.
  private static func name(in text: Substring) -> String? {
    guard let end = text.firstIndex(of: "}") else { return nil }
    let name = text[..<end].dropFirst(2)
    let isName = name.unicodeScalars.allSatisfy { scalar in
      switch scalar {
      case "A"..."Z", "a"..."z", "0"..."9", "_": true
      default: false
      }
    }
    guard isName, let first = name.first, !first.isNumber else { return nil }
    return String(name)
  }
}

extension YAMLNode {
  /// Calls `body` with each scalar and its place.
  func forEachScalar(_ body: (Scalar, Location) -> Void) {
    switch content {
    case .scalar(let scalar): body(scalar, location)
    case .list(let nodes): for node in nodes { node.forEachScalar(body) }
    case .map(let entries): for entry in entries { entry.value.forEachScalar(body) }
    }
  }
}
