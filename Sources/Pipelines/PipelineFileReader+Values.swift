extension PipelineFileReader {
  /// The entries of a mapping by key; unknown keys are reported.
  mutating func mapping(_ node: YAMLNode, of what: String, keys: [String], hiding later: [String] = [])
    -> [String: YAMLNode.Entry]?
  {
    guard case .map(let entries) = node.content else {
      findings.error("\(what) is a mapping, 'key: value', not \(node.kind)", at: node.location)
      return nil
    }
    var map: [String: YAMLNode.Entry] = [:]
    for entry in entries {
      if keys.contains(entry.key) {
        map[entry.key] = entry
      } else {
        let suggestion = Suggestion.phrase(for: entry.key, among: keys)
        findings.error(
          "\(what) has no key '\(entry.key)'\(suggestion)",
          at: entry.location,
          help: suggestion.isEmpty ? "it has \(keys.filter { !later.contains($0) }.joined(separator: ", "))" : nil
        )
      }
    }
    return map
  }

  /// The one value of a key.
  mutating func text(_ entry: YAMLNode.Entry?, _ key: String) -> WrittenText? {
    guard let entry else { return nil }
    guard let scalar = entry.value.scalar, !scalar.isEmpty, !scalar.text.isEmpty else {
      findings.error(
        "'\(key)' needs one value\(entry.value.scalar == nil ? ", not \(entry.value.kind)" : "")",
        at: entry.location
      )
      return nil
    }
    return WrittenText(
      value: scalar.text,
      shown: scalar.shown,
      isKnown: scalar.substitution != .unknown,
      location: entry.value.location
    )
  }

  /// A text that must be one of some words.
  mutating func choice(_ text: WrittenText, _ key: String, _ words: [String]) -> WrittenText? {
    if words.contains(text.value) { return text }
    guard text.isKnown else { return nil }
    let suggestion = Suggestion.phrase(for: text.value, among: words)
    findings.error(
      "'\(key)' cannot be '\(text.shown)'\(suggestion)",
      at: text.location,
      help: suggestion.isEmpty ? "it is one of \(words.joined(separator: ", "))" : nil
    )
    return nil
  }

  /// Whether a text can be the name of a pipeline or stream.
  mutating func isName(_ name: String, shown: String? = nil, at location: Location, of what: String) -> Bool {
    if PipelineName.isValid(name) { return true }
    findings.error(
      "'\(shown ?? name)' cannot be the name of \(what)",
      at: location,
      help: "names are made of letters, digits, '-' and '_', and do not begin with '-'"
    )
    return false
  }
}
