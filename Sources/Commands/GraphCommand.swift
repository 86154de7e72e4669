internal import ArgumentParser
internal import Pipelines

struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draws a pipeline in Mermaid's words, for a README or a wiki."
  )

  @OptionGroup var pipeline: PipelineOptions

  func run() throws { print(try pipeline.plan(checksEnvironment: false).graph) }
}
