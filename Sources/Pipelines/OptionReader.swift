internal import Streaming

/// Reads what stands behind a component's name against what the component says of its options.
struct OptionReader {
  /// An option that was given, before its value is looked at.
  struct Given: Sendable {
    var name: String
    var location: Location
    var value: YAMLNode
  }

  /// The options of a component, read.
  struct Result: Sendable {
    /// The values, defaults last.
    var entries: [(key: String, value: OptionValue)] = []
    /// Where each option, also those within others, has its value.
    var locations: [String: Location] = [:]
    /// The options as a person should see them.
    var settings: [PlannedSetting] = []
    /// Whether a value could not be looked up, so that the component cannot be made.
    var hasUnknown = false
    /// Whether a finding of an error was made.
    var isBroken = false
    /// The text of each value that came from outside, and how it was written.
    var secrets: [(text: String, written: String)] = []
  }

  let component: Component
  let scope: FieldScope
  /// The pipeline's own settings, which hold where a component with such an option was given none.
  let pipeline: [PlannedSetting]
  private(set) var findings = Findings()
  var result = Result()
  /// Whether the names of fields here are made, not looked for.
  private var makesFields = false

  init(_ component: Component, scope: FieldScope, pipeline: [PlannedSetting]) {
    self.component = component
    self.scope = scope
    self.pipeline = pipeline
  }

  /// Stages whose keys are fields that they make; one that looks for its fields needs no line here.
  private static let makers: Set<String> = ["add-fields"]

  /// The options that a body gives; a lone value stands for the principal option.
  static func given(_ use: ComponentUse, of component: Component, _ findings: inout Findings) -> [Given]? {
    guard let body = use.body, !body.isEmpty else { return [] }
    if case .map(let entries) = body.content {
      return entries.map { Given(name: $0.key, location: $0.location, value: $0.value) }
    }
    if let principal = component.principal {
      return [Given(name: principal, location: body.location, value: body)]
    }
    if case .options(let options) = component.form, options.isEmpty {
      findings.error("'\(component.name)' has no options", at: body.location)
    } else {
      findings.error(
        "'\(component.name)' takes a mapping of options, not \(body.kind)",
        at: body.location,
        help: "for example '\(component.example)'"
      )
    }
    return nil
  }

  /// Reads options; `location` is the component's own.
  mutating func read(_ given: [Given], at location: Location) {
    switch component.form {
    case .options(let options):
      result.entries = entries(given, options, at: location, of: "'\(component.name)'", isTop: true)
    case .entries(let key, let value):
      makesFields = Self.makers.contains(component.name)
      if given.isEmpty {
        error("'\(component.name)' needs an entry", at: location, help: "for example '\(component.example)'")
      }
      for entry in given {
        if case .field = key { checkField(entry.name, at: entry.location, isNew: makesFields) }
        result.locations[entry.name] = entry.value.location
        show(entry.name, entry.value)
        if let value = self.value(entry.value, value, entry.name) { result.entries.append((entry.name, value)) }
      }
    }
    result.isBroken = findings.hasErrors
  }

  // MARK: - Options

  /// The values of options; `what` is what messages call their owner.
  mutating func entries(
    _ given: [Given],
    _ options: [Option],
    at location: Location,
    of what: String,
    isTop: Bool = false
  ) -> [(key: String, value: OptionValue)] {
    var entries: [(key: String, value: OptionValue)] = []
    for entry in given {
      guard let option = options.first(where: { $0.name == entry.name }) else {
        let names = options.map(\.name)
        let suggestion = Suggestion.phrase(for: entry.name, among: names)
        let all = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
        error(
          "\(what) has no option '\(entry.name)'\(suggestion)",
          at: entry.location,
          help: suggestion.isEmpty ? all : nil
        )
        continue
      }
      if result.locations[option.name] == nil { result.locations[option.name] = entry.value.location }
      if isTop { show(option.name, entry.value) }
      if let value = value(entry.value, option.kind, option.name) { entries.append((option.name, value)) }
    }
    for option in options where !given.contains(where: { $0.name == option.name }) {
      if let standard = standard(option, isTop: isTop) {
        entries.append((option.name, standard))
      } else if option.isRequired {
        error("\(what) needs '\(option.name)'", at: location, help: "\(option.name): \(option.summary)")
      }
    }
    return entries
  }

  /// What holds when an option is left out.
  private mutating func standard(_ option: Option, isTop: Bool) -> OptionValue? {
    if isTop, let setting = pipeline.first(where: { $0.name == option.name }) {
      result.settings.append(setting)
      return .text(setting.value)
    }
    guard let standard = option.standard else { return nil }
    let node = Self.node(written: standard, at: .commandLine("default"))
    if isTop { result.settings.append(PlannedSetting(name: option.name, value: standard, origin: .standard)) }
    var reader = OptionReader(component, scope: FieldScope(), pipeline: [])
    let value = reader.value(node, option.kind, option.name)
    precondition(!reader.findings.hasErrors, "the default of '\(component.name).\(option.name)' does not fit its kind")
    return value
  }

  /// A value written in one line: a list or mapping in brackets is read as YAML, all else is taken as it stands.
  static func node(written text: String, at location: Location) -> YAMLNode {
    if text.hasPrefix("[") || text.hasPrefix("{"), let root = YAMLReader.read(text).root {
      return root.moved(to: location)
    }
    return YAMLNode(
      content: .scalar(YAMLNode.Scalar(text: text, written: text, isQuoted: text.isEmpty)),
      location: location
    )
  }

  private mutating func show(_ name: String, _ node: YAMLNode) {
    let isSecret = !ClearSecret.all(in: node, under: [name]).isEmpty
    let value = isSecret ? ClearSecret.stars : node.shown
    result.settings.append(PlannedSetting(name: name, value: value, origin: .given(node.location)))
  }

  /// Reports what is wrong.
  mutating func error(_ message: String, at location: Location, help: String? = nil) {
    findings.error(message, at: location, help: help)
  }

  /// Reports what is the matter with a field's name.
  mutating func checkField(_ path: String, at location: Location, isNew: Bool = false) {
    if let finding = scope.finding(for: path, at: location, isNew: isNew) { findings.add(finding) }
  }
}
