/// A value out of a pipeline file, checked against its option's kind.
public indirect enum OptionValue: Sendable, Equatable {
  /// Text, a choice, a path or a field.
  case text(String)
  /// A truth value.
  case boolean(Bool)
  /// A whole number, bytes or seconds.
  case integer(Int)
  /// Several values.
  case list([OptionValue])
  /// Options within an option, or entries of the user's own, in the file's order.
  case entries([(key: String, value: OptionValue)])

  /// Compares values, entries in order.
  public static func == (left: OptionValue, right: OptionValue) -> Bool {
    switch (left, right) {
    case (.text(let left), .text(let right)): left == right
    case (.boolean(let left), .boolean(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.list(let left), .list(let right)): left == right
    case (.entries(let left), .entries(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }
}

/// The options that a component was given: checked, with defaults laid under them.
///
/// Asking for an option that the component does not document is a programming error and traps.
public struct Options: Sendable {
  /// The entries, in the file's order, defaults last.
  public let entries: [(key: String, value: OptionValue)]
  private let known: Set<String>
  /// Whether a value came from outside the pipeline file, so that none may be shown.
  package var holdsSecrets = false

  /// Creates options out of checked values; `known` are the names that may be asked for.
  public init(_ entries: [(key: String, value: OptionValue)], known: Set<String>) {
    self.entries = entries
    self.known = known
  }

  /// The value of an option, or nil when it is neither given nor has a default.
  public subscript(name: String) -> OptionValue? {
    precondition(known.contains(name), "option '\(name)' is not documented")
    return entries.first { $0.key == name }?.value
  }

  /// The text of an option.
  public func text(_ name: String) -> String? {
    if case .text(let text) = self[name] { text } else { nil }
  }

  /// The number of an option, bytes for a size, seconds for a duration.
  public func integer(_ name: String) -> Int? {
    if case .integer(let number) = self[name] { number } else { nil }
  }

  /// The truth value of an option.
  public func boolean(_ name: String) -> Bool? {
    if case .boolean(let truth) = self[name] { truth } else { nil }
  }

  /// The texts of a list.
  public func texts(_ name: String) -> [String]? {
    guard case .list(let values) = self[name] else { return nil }
    return values.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  /// The names and texts of entries of the user's own, in order.
  public func pairs(_ name: String) -> [(name: String, text: String)]? {
    guard case .entries(let entries) = self[name] else { return nil }
    return entries.compactMap { entry in if case .text(let text) = entry.value { (entry.key, text) } else { nil } }
  }
}

/// An option whose value has the right type but cannot be used.
public struct OptionError: Error, Sendable, CustomStringConvertible {
  /// The option, or nil for the component as a whole.
  public let option: String?
  /// What is wrong.
  public let description: String
  /// What to do.
  public let help: String?

  /// Creates an error about an option.
  public init(_ option: String?, _ description: String, help: String? = nil) {
    self.option = option
    self.description = description
    self.help = help
  }
}
