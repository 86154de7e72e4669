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
  /// The pipeline's `names`, which holds where a component with such an option has none of its own.
  let names: PlannedSetting?
  /// Places whose values must not be shown.
  let hidden: [Place]
  private(set) var findings = Findings()
  private(set) var result = Result()
  /// Whether the names of fields here are made, not looked for.
  private var makesFields = false

  init(_ component: Component, scope: FieldScope, names: PlannedSetting?, hiding hidden: [Place]) {
    self.component = component
    self.scope = scope
    self.names = names
    self.hidden = hidden
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

  private mutating func entries(
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
    if isTop, option.name == "names", let names {
      result.settings.append(names)
      return .text(names.value)
    }
    guard let standard = option.standard else { return nil }
    let node = Self.node(written: standard, at: .commandLine("default"))
    if isTop { result.settings.append(PlannedSetting(name: option.name, value: standard, origin: .standard)) }
    var reader = OptionReader(component, scope: FieldScope(), names: nil, hiding: [])
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
    let setting = PlannedSetting(
      name: name,
      value: node.hides(hidden) ? "********" : node.shown,
      origin: .given(node.location)
    )
    result.settings.append(setting)
  }

  mutating func error(_ message: String, at location: Location, help: String? = nil) {
    findings.error(message, at: location, help: help)
  }

  mutating func checkField(_ path: String, at location: Location, isNew: Bool = false) {
    if let finding = scope.finding(for: path, at: location, isNew: isNew) { findings.add(finding) }
  }
}

// MARK: - Values

extension OptionReader {
  /// A value of a kind; nil when it is none, which is then a finding, or not known.
  private mutating func value(_ node: YAMLNode, _ kind: OptionKind, _ name: String) -> OptionValue? {
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
    case .list, .group:
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

  /// Whether something that must not be shown stands in it.
  func hides(_ places: [Place]) -> Bool {
    var hides = false
    forEachScalar { _, location in
      if let place = location.place, places.contains(place) { hides = true }
    }
    return hides
  }
}
