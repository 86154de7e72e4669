internal import ArgumentParser
internal import Foundation
internal import Pipelines

struct EstimateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Says how many logs and bytes a pipeline would give, which fields weigh most, and what each stage saves.",
    discussion: """
      It runs the pipeline on saved answers, a replay or --input; nothing is written, sent or moved, no secret of a sink \
      is needed, and the state stays as it is. A replay's first round is everything that there is; the rounds after it \
      are what changed meanwhile, and are scaled to a day by their times.

        sluice estimate demo
        sluice estimate detections --replay captured
        sluice estimate detections --input 'saved/detections-*.xml' --set limit=32KiB
      """
  )

  @OptionGroup var pipeline: PipelineOptions

  @Option(help: ArgumentHelp("Stop each stream, or each of its outputs, after so many logs.", valueName: "count"))
  var limit: Int?

  @Flag(help: "Print the estimate as JSON.")
  var json = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("'--limit' takes a number from 1.") }
  }

  func run() async throws {
    let plan = try pipeline.plan(requiresSecrets: true, rehearses: true)
    let estimating = Estimating(plan)
    let progress = ProgressLine()
    let run = Run(plan, output: pipeline.output, limit: limit, rehearsal: estimating) { progress.show($0) }
    let report: RunReport
    let estimate: Estimate
    do {
      (report, estimate) = try await Interruption.cancelling {
        let report = try await run.run()
        return (report, try estimating.estimate())
      }
      progress.clear()
    } catch {
      progress.clear()
      throw RunCommand.exitCode(of: error)
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(estimate), as: UTF8.self))
    } else {
      print(EstimateText(estimate, isReplay: plan.replay != nil).description)
    }
    for failure in report.streams.flatMap(\.failures) { say("sluice: \(failure.origin): \(failure.reason)") }
    if report.hasFailures { throw ExitStatus.data }
  }
}
