internal import ArgumentParser
internal import Foundation
internal import Pipelines
internal import Qualys
internal import Sinks
internal import State

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs every stream of a pipeline once.",
    discussion: """
      On a terminal it shows how far it has come; it ends with its balance: what came in, what went out, and what \
      became of the rest. SIGINT and SIGTERM end it within a batch and leave no temporary file.

        sluice run demo
        sluice run split --input saved/*.xml.gz --set level=1
        sluice run split --input - --output out < page.xml
        sluice run detections --replay captured --output out
        sluice run detections --replay captured --dry-run
      """
  )

  @OptionGroup var pipeline: PipelineOptions

  @Option(help: ArgumentHelp("Stop each stream, or each of its outputs, after so many logs.", valueName: "count"))
  var limit: Int?

  @Option(help: ArgumentHelp("How many cores to use; all by default.", valueName: "count"))
  var cores: Int = max(1, ProcessInfo.processInfo.activeProcessorCount)

  @Option(
    help: ArgumentHelp(
      "Keep the state of this replay in a folder, where the next one finds it; without it a replay begins with none.",
      valueName: "folder"
    )
  )
  var state: String?

  @Flag(help: "Send in a replay, too, which otherwise sends nothing.")
  var send = false

  @Flag(help: "Send and write nothing and leave the state as it is: only count, and say where logs would go.")
  var dryRun = false

  @Flag(help: "Print the balance as JSON on standard output.")
  var json = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("'--limit' takes a number from 1.") }
    if dryRun, send { throw ValidationError("'--dry-run' sends nothing, and '--send' asks for it; give one of them.") }
    if cores < 1 { throw ValidationError("'--cores' takes a number from 1.") }
  }

  func run() async throws {
    let plan = try pipeline.plan(requiresSecrets: true, sends: send, rehearses: dryRun)
    let progress = ProgressLine()
    let run = Run(
      plan,
      output: pipeline.output,
      state: state,
      limit: limit,
      cores: cores,
      rehearsal: dryRun ? DryRun() : nil
    ) { progress.show($0) }
    let report: RunReport
    do {
      report = try await Interruption.cancelling { try await run.run() }
      progress.clear()
    } catch {
      progress.clear()
      throw Self.exitCode(of: error)
    }
    if json {
      print(try ReportJSON(report).text())
    } else if !report.streams.contains(where: \.readerLeft) {
      say(BalanceText(report).description)
    }
    if !report.isBalanced { throw ExitStatus.software }
    if report.hasFailures { throw ExitStatus.data }
  }

  /// Says what ended a run, and as which exit code.
  static func exitCode(of error: any Error) -> ExitCode {
    if error is CancellationError {
      say("sluice: interrupted; what was not whole is taken back")
      return ExitStatus.tryLater
    }
    say("sluice: \(error)")
    return switch error {
    case is DiskError: ExitStatus.tryLater
    case let capture as CaptureError where capture.isOfDisk: ExitStatus.tryLater
    case let failure as HTTPSink.Failure where failure.kind == .unavailable: ExitStatus.tryLater
    case let refusal as Refusal where refusal.remedy != .person: ExitStatus.tryLater
    case is Exhausted, is PagingError: ExitStatus.tryLater
    case let state as StateError:
      switch state.code {
      case .newerSchema, .notWritable: ExitStatus.configuration
      default: ExitStatus.tryLater
      }
    case is HTTPSink.Failure, is Diagnostic, is Refusal, is CaptureError: ExitStatus.configuration
    default: ExitStatus.software
    }
  }
}
