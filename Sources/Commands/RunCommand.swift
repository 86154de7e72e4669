internal import ArgumentParser
internal import Foundation
internal import Health
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
        sluice run detections --since 2026-11-01
        sluice run detections --wait

      With 'qualys:' in the file and no '--replay' it asks Qualys itself, one round of every stream. What must outlive \
      it is kept in --state, else the file's 'state:', else $STATE_DIRECTORY/NAME, else $XDG_STATE_HOME/sluice/NAME, \
      else ~/.local/state/sluice/NAME; events go into events.jsonl there, or where 'events:' says. A stream that fails \
      ends alone: the others go on, but for those behind it, and for a wrong password or a state that cannot be used, \
      which end all. SIGINT and SIGTERM let the page at hand end, for 30 seconds at most; the next run goes on behind it.
      """
  )

  @OptionGroup var pipeline: PipelineOptions

  @Option(help: ArgumentHelp("Stop each stream, or each of its outputs, after so many logs.", valueName: "count"))
  var limit: Int?

  @Option(help: ArgumentHelp("How many cores to use; all by default.", valueName: "count"))
  var cores: Int = max(1, ProcessInfo.processInfo.activeProcessorCount)

  @Option(
    help: ArgumentHelp(
      "Keep the state in this folder; without it a replay begins with none, and leaves none.",
      valueName: "folder"
    )
  )
  var state: String?

  @Option(
    help: ArgumentHelp(
      "In this live round ask for what changed since a day or time (2026-11-01, 2026-11-01T06:00:00Z), or for all.",
      valueName: "time"
    )
  )
  var since: String?

  @Flag(help: "In a live run wait out for ever what passes: a Qualys, or a receiver, that is not there; a full disk.")
  var wait = false

  @Flag(help: "Send in a replay, too, which otherwise sends nothing.")
  var send = false

  @Flag(help: "Send and write nothing and leave the state as it is: only count, and say where logs would go.")
  var dryRun = false

  @Flag(help: "Print the balance as JSON on standard output.")
  var json = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("'--limit' takes a number from 1.") }
    if dryRun, send { throw ValidationError("'--dry-run' sends nothing, and '--send' asks for it; give one of them.") }
    if let since { try Self.validate(since: since) }
    if cores < 1 { throw ValidationError("'--cores' takes a number from 1.") }
  }

  /// - Throws: what the command line is told when a time cannot be understood.
  static func validate(since: String) throws {
    guard Since(written: since) == nil else { return }
    throw ValidationError("'--since' is 'all', or a time such as 2026-11-01 or 2026-11-01T06:00:00Z, not '\(since)'.")
  }

  func run() async throws {
    let plan = try pipeline.plan(requiresSecrets: true, sends: send, rehearses: dryRun, callsQualys: true)
    let progress = ProgressLine()
    let code = CodeMemory()
    let stop = StopSignal()
    let options = plan.isLive ? liveOptions(plan) : nil
    let run = Run(
      plan,
      output: pipeline.output,
      state: options?.state ?? state,
      limit: limit,
      cores: cores,
      rehearsal: dryRun ? DryRun() : nil,
      live: options?.live(stop: stop, progress, tellsSize: true)
    ) {
      progress.show($0)
      code.letGo(written: $0.bytes)
    }
    CodeMemory.letGo()
    let report: RunReport
    do {
      report =
        if options == nil {
          try await Interruption.cancelling { try await run.run() }
        } else {
          try await Interruption.stopping(stop) { try await run.run() }
        }
      progress.clear()
    } catch {
      progress.clear()
      throw Self.exitCode(of: error)
    }
    try show(report)
    if let status = Self.exitCode(of: report) { throw status }
  }

  private func liveOptions(_ plan: Plan) -> LiveOptions {
    LiveOptions(
      plan: plan,
      state: LiveOptions.stateFolder(of: plan, option: state),
      since: since.flatMap { Since(written: $0) },
      waits: wait,
      // What was cut short, or read from elsewhere, says nothing of how far Qualys was read.
      keepsState: limit == nil && pipeline.input.isEmpty,
      isRehearsal: dryRun
    )
  }

  private func show(_ report: RunReport) throws {
    if json {
      print(try ReportJSON(report).text())
    } else if !report.streams.contains(where: \.readerLeft) {
      say(BalanceText(report).description)
    }
    for failed in report.failed {
      say("sluice: \(report.pipeline)/\(failed.stream): \(failed.error)")
      say("  \(failed.errorClass.rawValue); \(Self.delivered(failed.pages)), the next run goes on behind them")
    }
    if let interrupted = report.interrupted {
      say("sluice: interrupted; \(Self.delivered(interrupted.pages)), the next run goes on behind them")
    }
  }

  private static func delivered(_ pages: Int) -> String {
    "\(Figures.count(pages)) page\(pages == 1 ? " is" : "s are") delivered"
  }

  /// The exit code of a run that ended with a report: the worst of what happened; nil when all is well.
  static func exitCode(of report: RunReport) -> ExitCode? {
    var codes = report.failed.map { status(of: $0.error) }
    if !report.isBalanced { codes.append(ExitStatus.software) }
    if report.hasFailures { codes.append(ExitStatus.data) }
    if report.interrupted != nil { codes.append(ExitStatus.tryLater) }
    return ExitStatus.worst(codes)
  }

  /// Says what ended a run, and as which exit code.
  static func exitCode(of error: any Error) -> ExitCode {
    if error is CancellationError {
      say("sluice: interrupted; what was not whole is taken back")
      return ExitStatus.tryLater
    }
    say("sluice: \(error)")
    return status(of: error)
  }

  /// What an error means to whoever started the run.
  static func status(of error: any Error) -> ExitCode {
    switch error {
    case let held as Undelivered: status(of: held.error)
    case is DiskError, is DiskReserve.Shortage: ExitStatus.tryLater
    case let capture as CaptureError where capture.isOfDisk: ExitStatus.tryLater
    case let failure as HTTPSink.Failure where failure.kind == .unavailable: ExitStatus.tryLater
    case let refusal as Refusal where refusal.remedy != .person: ExitStatus.tryLater
    case is Exhausted, is PagingError: ExitStatus.tryLater
    case let state as StateError:
      switch state.code {
      case .newerSchema, .notWritable: ExitStatus.configuration
      default: ExitStatus.tryLater
      }
    case is HTTPSink.Failure, is Diagnostic, is Refusal, is CaptureError, is Misconfiguration, is NeedsBeginning,
      is FirstRound, is UnrecoverableFile, is UnreadableProgress:
      ExitStatus.configuration
    default: ExitStatus.software
    }
  }
}
