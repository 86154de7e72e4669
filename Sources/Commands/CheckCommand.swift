internal import ArgumentParser
internal import Pipelines

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a pipeline without running it, and says everything that is wrong at once."
  )

  @OptionGroup var pipeline: PipelineOptions

  @Flag(help: "Look neither at secrets nor at folders, as when the file is checked on another machine.")
  var noEnvironment = false

  func run() throws {
    let plan = try pipeline.plan(checksEnvironment: !noEnvironment)
    let streams = plan.streams.map(\.name).joined(separator: ", ")
    say("'\(plan.name)' can run: \(streams)")
  }
}
