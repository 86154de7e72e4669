internal import ArgumentParser
internal import Pipelines
internal import Streaming

struct DescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Says what a source, stage or sink does, takes and gives, and its options."
  )

  @Argument(help: "The component's name, as 'list' has it.")
  var component: String

  func run() throws {
    let registry = Components.registry
    guard let (role, found) = registry.component(named: component) else {
      let names = Role.allCases.flatMap { registry.components($0) }.map(\.name)
      let nearest = Suggestion.closest(to: component, among: names)
      throw ValidationError(
        "There is no component '\(component)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "; see 'sluice list'.")
      )
    }
    print("\(found.name) (\(role.rawValue)): \(found.summary)")
    if !found.discussion.isEmpty { print("\n\(wrapped(found.discussion, indent: ""))") }
    print("")
    for ports in registry.ports(of: found.name, role) {
      switch (ports.input?.name, ports.output?.name) {
      case (let input?, let output?): print("takes \(input), gives \(output)")
      case (let input?, nil): print("takes \(input)")
      case (nil, let output?): print("gives \(output)")
      case (nil, nil): break
      }
    }
    for stage in found.requires { print("needs '\(stage)' before it") }
    printOptions(of: found)
    print("\nexample\n  " + found.example.split(separator: "\n").joined(separator: "\n  "))
  }

  private func printOptions(of component: Component) {
    switch component.form {
    case .options(let options):
      guard !options.isEmpty else { return print("\nno options") }
      print("\noptions")
      for option in options {
        var facts = option.kind.description
        if option.isRequired { facts += ", required" }
        if let standard = option.standard { facts += ", default \(standard)" }
        if option.name == component.principal { facts += "; may stand alone" }
        print("  \(option.name) (\(facts))\n\(wrapped(option.summary, indent: "      "))")
      }
    case .entries(let key, let value):
      print("\nentries of your own: \(key.description) to \(value.description)")
    }
  }

  private func wrapped(_ text: String, indent: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { paragraph in
      var lines = [""]
      for word in paragraph.split(separator: " ") {
        if lines[lines.count - 1].count + word.count > 96 { lines.append("") }
        lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
      }
      return lines.map { indent + $0 }.joined(separator: "\n")
    }.joined(separator: "\n")
  }
}

extension OptionKind {
  /// What a person writes.
  fileprivate var description: String {
    switch self {
    case .text: "text"
    case .boolean: "true or false"
    case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .size: "bytes, such as 64KiB"
    case .duration: "time span, such as 5m or 14d"
    case .field: "field, such as DETECTION.SEVERITY"
    case .path: "path"
    case .choice(let words): words.joined(separator: " | ")
    case .list(let kind): "list of \(kind.description)"
    case .group(let name, _): name
    case .entries(let kind): "names of your own to \(kind.description)"
    }
  }
}
