internal import ArgumentParser
internal import Foundation
internal import Pipelines
internal import Qualys

struct CaptureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Runs the sources of a pipeline and keeps every answer as it came, to be replayed.",
    discussion: """
      Nothing is written or sent but the capture, and the pipeline's state stays as it is: windows and QIDs are those of \
      its next round. The folder gets mode 0700; no credentials and no header fields that name anybody are in it, but \
      the answers are your hosts. With --anonymize they get pseudonyms before anything reaches the folder.

        sluice capture detections --to captured
        sluice run detections --replay captured --output out
        sluice capture detections --to shared --anonymize
      """
  )

  @OptionGroup var pipeline: PipelineOptions

  @Option(help: ArgumentHelp("The folder to write into; a new or an empty one.", valueName: "folder"))
  var to: String

  @Option(
    help: ArgumentHelp(
      "Begin with a copy of the state in this folder; without it with one of a live pipeline's own, else with an empty one.",
      valueName: "folder"
    )
  )
  var state: String?

  @Option(
    help: ArgumentHelp(
      "Ask Qualys for what changed since a day or time (2026-11-01, 2026-11-01T06:00:00Z), or for all.",
      valueName: "time"
    )
  )
  var since: String?

  @OptionGroup var pseudonyms: PseudonymOptions

  @Flag(
    name: [.customLong("anonymize"), .customLong("anonymous")],
    help: "Give hosts, users, addresses and serial numbers pseudonyms."
  )
  var anonymize = false

  func validate() throws {
    if pseudonyms.anonymizeKeyFile != nil, !anonymize {
      throw ValidationError("'--anonymize-key-file' needs '--anonymize'.")
    }
    if let since { try RunCommand.validate(since: since) }
  }

  func run() async throws {
    let plan = try pipeline.plan(requiresSecrets: true, rehearses: true, callsQualys: true)
    let anonymizer = anonymize ? try pseudonyms.anonymizer() : nil
    let status: ExitCode?
    do {
      if let anonymizer {
        status = try await capture(plan, with: anonymizer)
      } else {
        status = try await capture(plan, into: to)
        say("replay it with: sluice run \(pipeline.pipeline) --replay \(to)")
      }
    } catch {
      throw RunCommand.exitCode(of: error)
    }
    if let status { throw status }
  }

  /// Captures into a folder beside, which goes in any case.
  private func capture(_ plan: Plan, with anonymizer: Anonymizer) async throws -> ExitCode? {
    let original = "\(to.hasSuffix("/") ? String(to.dropLast()) : to).original"
    defer { try? FileManager.default.removeItem(atPath: original) }
    let status = try await capture(plan, into: original)
    say(PseudonymOptions.text(of: try await anonymizer.copy(original, to: to), to))
    return status
  }

  /// Runs the sources, and says what was captured; gives the exit code when that is not all.
  private func capture(_ plan: Plan, into folder: String) async throws -> ExitCode? {
    let writer = try CaptureWriter(folder)
    let own = stateFolder(of: plan)
    let start = try own.flatMap { try writer.keepState(from: $0) }
    let progress = ProgressLine()
    defer { progress.clear() }
    let stop = StopSignal()
    let run = Run(
      plan,
      state: start ?? (plan.isLive ? own : nil),
      rehearsal: CaptureRounds(writer: writer),
      live: plan.isLive ? live(plan, stop, progress) : nil,
      onProgress: { progress.show($0) },
      wrap: { transport in CapturingTransport(transport, .wanted) { writer } }
    )
    let report =
      if plan.isLive {
        try await Interruption.stopping(stop) { try await run.run() }
      } else {
        try await Interruption.cancelling { try await run.run() }
      }
    if let failure = writer.failure { throw failure }
    progress.clear()
    for notice in report.notices { say("sluice: \(notice)") }
    for failure in report.streams.flatMap(\.failures) { say("sluice: \(failure.origin): \(failure.reason)") }
    for failed in report.failed { say("sluice: \(report.pipeline)/\(failed.stream): \(failed.error)") }
    if report.interrupted != nil { say("sluice: interrupted; what was answered until then is captured") }
    let (answers, bytes) = writer.size
    say("\(Figures.count(answers)) answers, \(Figures.bytes(bytes)) as they came, in '\(folder)'")
    return ExitStatus.worst(
      report.failed.map { RunCommand.status(of: $0.error) } + (report.interrupted == nil ? [] : [ExitStatus.tryLater])
    )
  }

  /// The state to begin with: the one that is named, else a live pipeline's own.
  private func stateFolder(of plan: Plan) -> String? {
    guard plan.isLive else { return state }
    return StateFolder.path(of: plan.name, option: state, file: plan.state) {
      ProcessInfo.processInfo.environment[$0]
    }
  }

  /// One call after another, as a replay answers them; nothing is kept but the capture.
  private func live(_ plan: Plan, _ stop: StopSignal, _ progress: ProgressLine) -> Live {
    let options = LiveOptions(
      plan: plan,
      state: stateFolder(of: plan) ?? "",
      since: since.flatMap { Since(written: $0) },
      waits: false,
      keepsState: false,
      isRehearsal: true
    )
    var live = options.live(stop: stop, progress)
    live.readsAhead = false
    return live
  }
}

/// A rehearsal that tells the capture when a round begins.
private struct CaptureRounds: Rehearsal {
  let writer: CaptureWriter

  func begin(round: Int, at time: Int, of stream: PlannedStream) { writer.begin(round: round, at: time) }
}
