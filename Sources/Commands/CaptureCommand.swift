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
      "Begin with a copy of the state in this folder; without it with an empty one.",
      valueName: "folder"
    )
  )
  var state: String?

  @OptionGroup var pseudonyms: PseudonymOptions

  @Flag(help: "Give hosts, users, addresses and serial numbers pseudonyms.")
  var anonymize = false

  func validate() throws {
    if pseudonyms.anonymizeKeyFile != nil, !anonymize {
      throw ValidationError("'--anonymize-key-file' needs '--anonymize'.")
    }
  }

  func run() async throws {
    let plan = try pipeline.plan(requiresSecrets: true, rehearses: true)
    let anonymizer = anonymize ? try pseudonyms.anonymizer() : nil
    do {
      if let anonymizer {
        try await capture(plan, with: anonymizer)
      } else {
        say(try await capture(plan, into: to))
        say("replay it with: sluice run \(pipeline.pipeline) --replay \(to)")
      }
    } catch {
      throw RunCommand.exitCode(of: error)
    }
  }

  /// Captures into a folder beside, which goes in any case.
  private func capture(_ plan: Plan, with anonymizer: Anonymizer) async throws {
    let original = "\(to.hasSuffix("/") ? String(to.dropLast()) : to).original"
    defer { try? FileManager.default.removeItem(atPath: original) }
    say(try await capture(plan, into: original))
    say(PseudonymOptions.text(of: try await anonymizer.copy(original, to: to), to))
  }

  /// Runs the sources, and says what was captured.
  private func capture(_ plan: Plan, into folder: String) async throws -> String {
    let writer = try CaptureWriter(folder)
    let start = try state.flatMap { try writer.keepState(from: $0) }
    let progress = ProgressLine()
    defer { progress.clear() }
    let run = Run(
      plan,
      state: start,
      rehearsal: CaptureRounds(writer: writer),
      onProgress: { progress.show($0) },
      wrap: { transport in CapturingTransport(transport, .wanted) { writer } }
    )
    let report = try await Interruption.cancelling { try await run.run() }
    if let failure = writer.failure { throw failure }
    for failure in report.streams.flatMap(\.failures) { say("sluice: \(failure.origin): \(failure.reason)") }
    let (answers, bytes) = writer.size
    return "\(Figures.count(answers)) answers, \(Figures.bytes(bytes)) as they came, in '\(folder)'"
  }
}

/// A rehearsal that tells the capture when a round begins.
private struct CaptureRounds: Rehearsal {
  let writer: CaptureWriter

  func begin(round: Int, at time: Int, of stream: PlannedStream) { writer.begin(round: round, at: time) }
}
