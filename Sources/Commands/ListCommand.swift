internal import ArgumentParser
internal import Pipelines
internal import Streaming

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the sources, stages and sinks that a pipeline file may name."
  )

  func run() throws {
    let registry = Components.registry
    let width = Role.allCases.flatMap { registry.components($0) }.map(\.name.count).max() ?? 0
    for role in Role.allCases {
      print("\(role.rawValue)s")
      for component in registry.components(role) {
        let padding = String(repeating: " ", count: width - component.name.count)
        print("  \(component.name)\(padding)  \(component.summary)")
      }
    }
    print("\n'sluice describe NAME' tells more.")
  }
}
