package import Streaming

extension Component {
  /// Checks that everything a person or an editor is shown is there and fits.
  package func demandIsDocumented(for type: Any.Type, named expected: String? = nil) throws {
    let word = expected ?? Self.word(for: type)
    try demand(name == word, "is called '\(name)', but '\(type)' is '\(word)' in a pipeline file")
    try demand(Self.isSentence(summary), "'\(summary)' is not one sentence with a full stop")
    try demand(!example.isEmpty, "\(name) has no example")
    try demand(example.hasPrefix("- \(name)"), "the example of \(name) does not begin with its name")
    switch form {
    case .options(let options):
      try Self.demand(options)
      if let retention {
        try TestSupport.demand(options.contains { $0.name == retention }, "'\(retention)' is not one of its options")
      }
      if let principal {
        try TestSupport.demand(options.contains { $0.name == principal }, "'\(principal)' is not one of its options")
      }
    case .entries: try demand(principal == nil, "a component with entries of the user's own has no principal option")
    }
  }

  /// Checks that the component takes each option that it documents, if need be with an error, but not with a trap.
  package func demandOptionsCanBeGiven(_ make: (Options) throws -> Any) throws {
    switch form {
    case .entries(_, let value):
      _ = try make(Options([("SOME_FIELD", value.sample)], known: []))
    case .options(let options):
      let known = Set(options.map(\.name))
      for option in options {
        do {
          _ = try make(Options([(option.name, option.kind.sample)], known: known))
        } catch let error as OptionError {
          try demand(Self.isWellPut(error), "says '\(error)' about '\(option.name)'")
        }
      }
    }
  }

  private func demand(_ condition: Bool, _ violation: @autoclosure () -> String) throws {
    try TestSupport.demand(condition, violation())
  }

  /// A type's name as a word of a pipeline file: `EncodeJSON<Host>` is `encode-json`.
  private static func word(for type: Any.Type) -> String {
    var word = ""
    var wasLower = false
    for character in "\(type)".prefix(while: { $0 != "<" }) {
      if character.isUppercase, wasLower { word += "-" }
      wasLower = character.isLowercase
      word += character.lowercased()
    }
    return word
  }

  private static func isSentence(_ text: String) -> Bool {
    text.hasSuffix(".") && !text.hasSuffix("..") && !text.contains("\n") && !text.dropLast().contains(". ")
      && text.first?.isUppercase == true
  }

  private static func isWellPut(_ error: OptionError) -> Bool {
    !error.description.isEmpty && !error.description.hasSuffix(".")
  }

  private static func demand(_ options: [Option], within groups: Set<String> = []) throws {
    for option in options {
      let isKebab = option.name.allSatisfy { $0.isLowercase || $0 == "-" } && !option.name.isEmpty
      try TestSupport.demand(isKebab, "the option '\(option.name)' is not in kebab-case")
      try TestSupport.demand(option.summary.hasSuffix("."), "the help of '\(option.name)' is not a sentence")
      try TestSupport.demand(option.summary.count > 10, "the help of '\(option.name)' says nothing")
      try TestSupport.demand(option.kind.takes(option.standard), "the default of '\(option.name)' is not of its kind")
      try TestSupport.demand(
        !option.isRequired || option.standard == nil,
        "'\(option.name)' is required with a default"
      )
      if let (group, members) = option.kind.members, !groups.contains(group) {
        try demand(members(), within: groups.union([group]))
      }
    }
    try TestSupport.demand(Set(options.map(\.name)).count == options.count, "two options have one name")
  }
}

extension OptionKind {
  /// The options of a group, or of each member of a list of groups.
  fileprivate var members: (group: String, options: @Sendable () -> [Option])? {
    switch self {
    case .group(let name, let options): (name, options)
    case .list(let kind), .entries(let kind): kind.members
    case .text, .boolean, .integer, .size, .duration, .field, .path, .choice: nil
    }
  }

  /// Some value of this kind.
  fileprivate var sample: OptionValue {
    switch self {
    case .text, .field, .path: .text("SOME_FIELD")
    case .boolean: .boolean(true)
    case .integer(let range), .size(let range), .duration(let range): .integer(range.lowerBound)
    case .choice(let words): .text(words.last ?? "")
    case .list(let kind): .list([kind.sample])
    case .group, .entries: .entries([])
    }
  }

  /// Whether a default is of this kind, as far as can be told without a pipeline file's reader.
  fileprivate func takes(_ standard: String?) -> Bool {
    guard let standard else { return true }
    return switch self {
    case .text, .field, .path: !standard.isEmpty
    case .boolean: ["true", "false"].contains(standard)
    case .integer(let range): Int(standard).map(range.contains) ?? false
    case .size, .duration: standard.first?.isNumber == true
    case .choice(let words): words.contains(standard)
    case .list, .group, .entries: false
    }
  }
}
