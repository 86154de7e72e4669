internal import ArgumentParser
internal import Pipelines

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON Schema of pipeline files, for editors.",
    discussion: "In a YAML editor: # yaml-language-server: $schema=./sluice.schema.json"
  )

  func run() throws { print(PipelineSchema.text(Components.registry), terminator: "") }
}
