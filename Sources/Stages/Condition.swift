package import Records
package import Streaming

/// What a record must be like, out of a pipeline file.
package indirect enum Condition: Sendable {
  case all([Condition])
  case any([Condition])
  case not(Condition)
  case field(FieldPath, Test)

  /// What the text of a field must be like; of a field that repeats, one text is enough.
  package enum Test: Sendable {
    case exists(Bool)
    case isOneOf([String])
    case atLeast(String)
    case atMost(String)
    case matches(Pattern)
  }

  /// The options of a condition, as `filter` documents them.
  package static func options() -> [Option] {
    [
      Option("field", .field, "The field to look at."),
      Option("equals", .text, "Its text is this; numbers are compared as numbers."),
      Option("in", .list(.text), "Its text is one of these."),
      Option("at-least", .text, "It is this or more: as numbers when both are, else as text, which orders dates."),
      Option("at-most", .text, "It is this or less."),
      Option("matches", .text, "Its text contains a match of this regular expression (POSIX extended)."),
      Option("exists", .boolean, "The record has it (true), or not (false); null in JSON is not having it."),
      Option("all", .list(.group("condition", Condition.options)), "All of these conditions hold."),
      Option("any", .list(.group("condition", Condition.options)), "At least one of these conditions holds."),
      Option("not", .group("condition", Condition.options), "This condition does not hold."),
    ]
  }

  /// Reads a condition out of checked options.
  package init(_ entries: [(key: String, value: OptionValue)]) throws(OptionError) {
    var path: FieldPath?
    var tests: [Test] = []
    var conditions: [Condition] = []
    for (key, value) in entries {
      switch (key, value) {
      case ("field", .text(let text)): path = FieldPath(text)
      case ("equals", .text(let text)): tests.append(.isOneOf([text]))
      case ("in", .list(let values)):
        tests.append(.isOneOf(values.compactMap { if case .text(let text) = $0 { text } else { nil } }))
      case ("at-least", .text(let text)): tests.append(.atLeast(text))
      case ("at-most", .text(let text)): tests.append(.atMost(text))
      case ("matches", .text(let text)): tests.append(.matches(try Pattern(text)))
      case ("exists", .boolean(let truth)): tests.append(.exists(truth))
      case ("all", .list(let values)): conditions.append(.all(try Self.conditions(values)))
      case ("any", .list(let values)): conditions.append(.any(try Self.conditions(values)))
      case ("not", .entries(let inner)): conditions.append(.not(try Condition(inner)))
      default: break
      }
    }
    if let path {
      if tests.isEmpty {
        throw OptionError(
          "field",
          "nothing is said about '\(path)'",
          help: "add one of equals, in, at-least, at-most, matches, exists"
        )
      }
      conditions += tests.map { .field(path, $0) }
    } else if !tests.isEmpty {
      throw OptionError(nil, "the condition does not say which field", help: "add 'field:'")
    }
    guard !conditions.isEmpty else {
      throw OptionError(nil, "the condition is empty", help: "for example { field: DETECTION.SEVERITY, at-least: 3 }")
    }
    self = conditions.count == 1 ? conditions[0] : .all(conditions)
  }

  private static func conditions(_ values: [OptionValue]) throws(OptionError) -> [Condition] {
    var conditions: [Condition] = []
    for value in values {
      if case .entries(let entries) = value { conditions.append(try Condition(entries)) }
    }
    return conditions
  }

  /// Whether a record is like that.
  package func holds(for fields: Fields) -> Bool {
    switch self {
    case .all(let conditions): conditions.allSatisfy { $0.holds(for: fields) }
    case .any(let conditions): conditions.contains { $0.holds(for: fields) }
    case .not(let condition): !condition.holds(for: fields)
    case .field(let path, .exists(let truth)): fields.hasField(at: path) == truth
    case .field(let path, let test): test.holds(at: path, in: fields)
    }
  }
}

extension Condition.Test {
  fileprivate func holds(at path: FieldPath, in fields: Fields) -> Bool {
    var found = false
    fields.forEachText(at: path) { node in
      if !found { found = holds(for: fields.text(of: node)) }
    }
    return found
  }

  func holds(for text: String) -> Bool {
    switch self {
    case .exists(let truth): truth
    case .isOneOf(let choices): choices.contains { Self.compare(text, $0) == 0 }
    case .atLeast(let bound): Self.compare(text, bound) >= 0
    case .atMost(let bound): Self.compare(text, bound) <= 0
    case .matches(let pattern): pattern.matches(text)
    }
  }

  /// Compares as numbers when both are, else by bytes.
  private static func compare(_ left: String, _ right: String) -> Int {
    // Ids have up to twenty digits.
    if let left = Int128(left), let right = Int128(right) { return left < right ? -1 : left == right ? 0 : 1 }
    if let left = Double(left), let right = Double(right), left.isFinite, right.isFinite {
      return left < right ? -1 : left == right ? 0 : 1
    }
    return left == right ? 0 : Array(left.utf8).lexicographicallyPrecedes(Array(right.utf8)) ? -1 : 1
  }
}
