package import Records

extension Condition: CustomStringConvertible {
  /// What is so when it does not hold.
  package var opposite: String { if case .not(let condition) = self { "\(condition)" } else { "not \(self)" } }

  /// The condition in the words of a pipeline file, in one line.
  package var description: String {
    switch self {
    case .all(let conditions): "all of (\(conditions.map(\.description).joined(separator: "; ")))"
    case .any(let conditions): "any of (\(conditions.map(\.description).joined(separator: "; ")))"
    case .not(let condition): "not (\(condition))"
    case .field(let path, let test): "\(path) \(test)"
    }
  }

  /// Why the condition does not hold for a record, with the record's own values; nil when it does.
  package func mismatch(in fields: Fields) -> String? {
    if holds(for: fields) { return nil }
    switch self {
    case .all(let conditions): return conditions.lazy.compactMap { $0.mismatch(in: fields) }.first
    case .any(let conditions): return conditions.compactMap { $0.mismatch(in: fields) }.joined(separator: "; and ")
    case .not(let condition): return "\(condition) holds, and must not"
    case .field(let path, .exists(let truth)):
      return "\(path) is \(truth ? "not there" : "there"), and must \(truth ? "be" : "not be")"
    case .field(let path, let test):
      var texts: [String] = []
      fields.forEachText(at: path) { node in
        if texts.count < 3 { texts.append(Self.shown(fields.text(of: node))) }
      }
      if texts.isEmpty { return "\(path) is not there, and \(test) was asked for" }
      return "\(path) is \(texts.joined(separator: ", ")), and \(test) was asked for"
    }
  }

  /// A text as far as a person reads it.
  private static func shown(_ text: String) -> String {
    if text.isEmpty { return "empty" }
    return text.count > 60 ? "\(text.prefix(60))…" : text
  }
}

extension Condition.Test: CustomStringConvertible {
  package var description: String {
    switch self {
    case .exists(let truth): "exists \(truth)"
    case .isOneOf(let choices): choices.count == 1 ? "equals \(choices[0])" : "in [\(choices.joined(separator: ", "))]"
    case .atLeast(let bound): "at-least \(bound)"
    case .atMost(let bound): "at-most \(bound)"
    case .matches(let pattern): "matches \(pattern.text)"
    }
  }
}
