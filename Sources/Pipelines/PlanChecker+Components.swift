internal import Streaming

extension PlanChecker {
  /// The options that a component was given, in the file and on the command line.
  func given(_ use: ComponentUse, _ component: Component, _ findings: inout Findings) -> [OptionReader.Given]? {
    guard var given = OptionReader.given(use, of: component, &findings) else { return nil }
    for setting in settings[use.id] ?? [] {
      given.removeAll { $0.name == setting.name }
      given.append(setting)
    }
    return given
  }

  /// Reads a component's options; nil when they are not options at all.
  mutating func read(_ use: ComponentUse, _ component: Component, _ scope: FieldScope) -> OptionReader.Result? {
    guard let given = given(use, component, &findings) else { return nil }
    var reader = OptionReader(component, scope: scope, pipeline: pipelineSettings)
    reader.read(given, at: use.location)
    findings.add(reader.findings)
    return reader.result
  }

  /// Makes a component, or tries to, out of options that were read.
  ///
  /// - Returns: The component, and what was made: nil when an option is not known yet. Nil altogether when the options
  ///   are wrong.
  mutating func make<Made>(
    _ use: ComponentUse,
    _ component: Component,
    _ read: OptionReader.Result,
    _ body: (Options) throws(OptionError) -> Made
  ) -> (component: PlannedComponent, made: Made?)? {
    if read.isBroken { return nil }
    let known: Set<String> =
      switch component.form {
      case .options(let options): Set(options.map(\.name))
      case .entries: Set(read.entries.map(\.key))
      }
    var options = Options(read.entries, known: known)
    options.holdsSecrets = !read.secrets.isEmpty
    let planned = PlannedComponent(
      name: use.name,
      location: use.location,
      component: component,
      options: options,
      settings: Self.sorted(read.settings, as: component)
    )
    if read.hasUnknown { return (planned, nil) }
    do {
      return (planned, try body(options))
    } catch {
      let location = error.option.flatMap { read.locations[$0] } ?? use.location
      findings.error(
        Self.redact(error.description, read.secrets),
        at: location,
        help: error.help.map { Self.redact($0, read.secrets) }
      )
      return nil
    }
  }

  /// Reports a component that would call Qualys where the file does not say how, and no capture answers.
  mutating func reportNoQualys(_ use: ComponentUse) {
    let finding = Diagnostic(
      request.requiresSecrets ? .error : .warning,
      "'\(use.name)' calls Qualys, and the file does not say how",
      at: use.location,
      help: "add 'qualys:' with platform, username and password; or give '--replay' with a capture"
    )
    findings.add(finding)
  }

  /// Reports a word that no component has.
  mutating func reportUnknown(_ use: ComponentUse, _ role: Role) {
    if let (other, _) = request.registry.component(named: use.name) {
      findings.error("'\(use.name)' is a \(other.rawValue), not a \(role.rawValue)", at: use.location)
      return
    }
    let names = request.registry.components(role).map(\.name)
    let suggestion = Suggestion.phrase(for: use.name, among: names)
    findings.error(
      "there is no \(role.rawValue) '\(use.name)'\(suggestion)",
      at: use.location,
      help: suggestion.isEmpty ? "'sluice list' shows all" : nil
    )
  }

  /// Settings in the order of the component's documentation.
  private static func sorted(_ settings: [PlannedSetting], as component: Component) -> [PlannedSetting] {
    guard case .options(let options) = component.form else { return settings }
    return options.compactMap { option in settings.last { $0.name == option.name } }
  }

  /// A message without values that came from outside.
  private static func redact(_ text: String, _ secrets: [(text: String, written: String)]) -> String {
    secrets.reduce(text) { text, secret in
      secret.text.isEmpty ? text : text.replacing(secret.text, with: secret.written)
    }
  }
}
