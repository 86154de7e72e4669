internal import ArgumentParser
internal import Pipelines

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Says what a pipeline would do: what flows between its stages, what waits where, whence each option."
  )

  @OptionGroup var pipeline: PipelineOptions

  func run() throws {
    let plan = try pipeline.plan(checksEnvironment: false)
    print(plan.explanation { _, edge in edge == 0 ? "2 batches may wait here, read ahead" : nil })
  }
}
