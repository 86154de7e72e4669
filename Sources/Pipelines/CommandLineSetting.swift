internal import Streaming

/// One `--set key=value`.
struct CommandLineSetting: Sendable {
  /// A component that an option can be set on, and where it is used: `STREAM`, and for a branch `STREAM.OUTPUT`.
  struct Target: Sendable {
    var use: ComponentUse
    var component: Component
    var places: [String]

    /// What may stand before an option to mean one of this component.
    var prefixes: [String] { [use.name] + places.map { "\($0).\(use.name)" } }

    var options: [String] {
      if case .options(let options) = component.form { options.map(\.name) } else { [] }
    }

    /// Whether a key behind the component's name means something.
    func takes(_ option: String) -> Bool {
      if case .entries = component.form { true } else { options.contains(option) }
    }
  }

  let key: String
  let value: String

  /// How messages speak of it.
  var location: Location {
    let node = YAMLNode.text(value, at: .commandLine(""))
    let isSecret = !ClearSecret.all(in: node, under: key.split(separator: ".").map(String.init)).isEmpty
    return .commandLine("--set \(key)=\(isSecret ? ClearSecret.stars : value)")
  }

  /// Keys of the file itself that can be set.
  static let fileKeys = ["name", "names", "replay", "dead-letters", "state", "events", "reserve", "start", "full"]

  /// The option as if it stood in the file.
  private func given(_ option: String) -> OptionReader.Given {
    OptionReader.Given(name: option, location: location, value: OptionReader.node(written: value, at: location))
  }

  /// Lays a setting of the file itself over the file; returns whether it was one.
  func apply(to root: inout YAMLNode) -> Bool {
    guard Self.fileKeys.contains(key), case .map(var entries) = root.content else { return false }
    let entry = YAMLNode.Entry(key: key, location: location, value: OptionReader.node(written: value, at: location))
    entries.removeAll { $0.key == key }
    root.content = .map(entries + [entry])
    return true
  }

  /// The component's use and the option that are meant; a finding when none is, or several are.
  func resolve(_ targets: [Target], _ findings: inout Findings) -> (use: Int, option: OptionReader.Given)? {
    let found = candidates(targets)
    if let only = found.first, Set(found.map(\.target.use.id)).count == 1 {
      return (only.target.use.id, given(only.option))
    }
    let all = targets.flatMap { target in target.options.map { Self.name(target, $0, among: targets) } }
    if found.isEmpty {
      let bare = Set(targets.flatMap(\.options)).sorted()
      let meant = Suggestion.phrase(for: key, among: key.contains(".") ? all : bare + Self.fileKeys)
      findings.error(
        "nothing here has an option '\(key)'\(meant)",
        at: location,
        help: "there is \((Self.fileKeys + all).joined(separator: ", "))"
      )
    } else {
      var names: [String] = []
      for (target, option) in found {
        let name = Self.name(target, option, among: targets)
        if !names.contains(name) { names.append(name) }
      }
      if names.count == 1 {
        findings.error("'\(key)' is an option of several stages; set it in the file", at: location)
      } else {
        findings.error("'\(key)' is an option of several", at: location, help: "say \(names.joined(separator: " or "))")
      }
    }
    return nil
  }

  private func candidates(_ targets: [Target]) -> [(target: Target, option: String)] {
    var found: [(target: Target, option: String)] = []
    for target in targets {
      if !key.contains("."), target.options.contains(key) { found.append((target, key)) }
      for prefix in target.prefixes where key.hasPrefix(prefix + ".") {
        let option = String(key.dropFirst(prefix.count + 1))
        if target.takes(option) { found.append((target, option)) }
      }
    }
    return found
  }

  /// The shortest key that means one option alone.
  private static func name(_ target: Target, _ option: String, among targets: [Target]) -> String {
    let others = targets.filter { $0.use.id != target.use.id }.flatMap(\.prefixes)
    let prefix = target.prefixes.first { !others.contains($0) } ?? target.prefixes[target.prefixes.count - 1]
    return "\(prefix).\(option)"
  }
}
