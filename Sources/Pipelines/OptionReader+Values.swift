internal import Streaming

extension OptionReader {
  /// A value of a kind; nil when it is none, which is then a finding, or not known.
  mutating func value(_ node: YAMLNode, _ kind: OptionKind, _ name: String) -> OptionValue? {
    switch kind {
    case .list(let member):
      let nodes = if case .list(let nodes) = node.content { nodes } else { [node] }
      var values: [OptionValue] = []
      for node in nodes {
        guard let value = value(node, member, name) else { continue }
        values.append(value)
      }
      return .list(values)
    case .group(_, let options):
      guard case .map(let given) = node.content else {
        error("'\(name)' takes a mapping of options, not \(node.kind)", at: node.location)
        return nil
      }
      let entries = given.map { Given(name: $0.key, location: $0.location, value: $0.value) }
      return .entries(self.entries(entries, options(), at: node.location, of: "'\(name)'"))
    case .entries(let kind):
      guard case .map(let given) = node.content else {
        error("'\(name)' takes a mapping of names to values, not \(node.kind)", at: node.location)
        return nil
      }
      var entries: [(key: String, value: OptionValue)] = []
      for entry in given {
        let path = "\(name).\(entry.key)"
        result.locations[path] = entry.value.location
        guard let value = value(entry.value, kind, path) else { continue }
        entries.append((entry.key, value))
      }
      return .entries(entries)
    default:
      guard let scalar = node.scalar, !scalar.isEmpty else {
        error(
          node.isEmpty ? "'\(name)' needs a value" : "'\(name)' takes one value, not \(node.kind)",
          at: node.location
        )
        return nil
      }
      switch scalar.substitution {
      case .none: break
      case .done: result.secrets.append((scalar.text, scalar.written))
      case .unknown: result.hasUnknown = true
      }
      return self.scalar(scalar, kind, name, at: node.location)
    }
  }

  private mutating func scalar(
    _ scalar: YAMLNode.Scalar,
    _ kind: OptionKind,
    _ name: String,
    at location: Location
  ) -> OptionValue? {
    let isUnknown = scalar.substitution == .unknown
    switch kind {
    case .text:
      return .text(scalar.text)
    case .path:
      if scalar.text.isEmpty { error("'\(name)' is empty", at: location) }
      return .text(scalar.text)
    case .field:
      if !isUnknown { checkField(scalar.text, at: location) }
      return .text(scalar.text)
    case .choice(let words):
      if !isUnknown, !words.contains(scalar.text) {
        let suggestion = Suggestion.phrase(for: scalar.text, among: words)
        error(
          "'\(name)' cannot be '\(scalar.shown)'\(suggestion)",
          at: location,
          help: suggestion.isEmpty ? "it is one of \(words.joined(separator: ", "))" : nil
        )
      }
      return .text(scalar.text)
    case .boolean:
      switch scalar.text {
      case "true": return .boolean(true)
      case "false": return .boolean(false)
      default:
        if !isUnknown { error("'\(name)' is true or false, not '\(scalar.shown)'", at: location) }
        return nil
      }
    case .integer(let range):
      return number(scalar, Int(scalar.text), in: range, "'\(name)' is a whole number", "", at: location) { String($0) }
    case .size(let range):
      return number(
        scalar,
        ByteSize.parse(scalar.text),
        in: range,
        "'\(name)' is a size",
        ", such as 64KiB",
        at: location,
        ByteSize.text
      )
    case .duration(let range):
      return number(
        scalar,
        Interval.parse(scalar.text).map { Int($0.components.seconds) },
        in: range,
        "'\(name)' is a time span",
        ", such as 90s, 5m, 1h or 14d",
        at: location
      ) { Interval.text(.seconds($0)) }
    case .list, .group, .entries:
      return nil
    }
  }

  private mutating func number(
    _ scalar: YAMLNode.Scalar,
    _ value: Int?,
    in range: ClosedRange<Int>,
    _ what: String,
    _ example: String,
    at location: Location,
    _ text: (Int) -> String
  ) -> OptionValue? {
    if let value, range.contains(value) { return .integer(value) }
    if scalar.substitution != .unknown {
      let bounds =
        range.upperBound == .max
        ? " of \(text(range.lowerBound)) or more" : " from \(text(range.lowerBound)) to \(text(range.upperBound))"
      error("\(what)\(bounds)\(example), not '\(scalar.shown)'", at: location)
    }
    return nil
  }
}
