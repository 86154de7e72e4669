internal import ArgumentParser
internal import Foundation
internal import Pipelines

struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Follows one host's detections, an asset or a KnowledgeBase entry through every stage.",
    discussion: """
      Says where in the answer its bytes stood, what each stage did with it and why, and which file it is in, or where \
      it would go. It runs the pipeline on its saved answers; nothing is written, sent or moved, and the state stays as \
      it is.

        sluice trace demo --host 10000038
        sluice trace demo --host 10000038 --qid 372799
        sluice trace detections --host 10000038 --input 'saved/detections-*.xml'
        sluice trace demo --qid 372799
        sluice trace demo --asset 70000114

      Exit code 65 says that it is not there, or that an answer could not be read to its end.
      """
  )

  @OptionGroup var pipeline: PipelineOptions

  @Option(help: ArgumentHelp("The ID of a host: its detections are followed.", valueName: "id"))
  var host: String?

  @Option(
    help: ArgumentHelp("Only detections of this QID; without --host the KnowledgeBase entry.", valueName: "number")
  )
  var qid: String?

  @Option(help: ArgumentHelp("The assetId of an asset.", valueName: "id"))
  var asset: String?

  @Option(
    help: ArgumentHelp(
      "Begin with a copy of the state in this folder; without it with an empty one.",
      valueName: "folder"
    )
  )
  var state: String?

  @Flag(help: "Show all fields of each record as it came.")
  var fields = false

  @Flag(help: "Print what was found as JSON.")
  var json = false

  func validate() throws {
    for (name, value) in [("host", host), ("qid", qid), ("asset", asset)] {
      guard let value else { continue }
      if value.isEmpty || !value.allSatisfy({ ("0"..."9").contains($0) }) {
        throw ValidationError("'--\(name)' takes a number, not '\(value)'.")
      }
    }
    if asset != nil, host != nil || qid != nil { throw ValidationError("'--asset' stands alone.") }
    if asset == nil, host == nil, qid == nil { throw ValidationError("Say what to follow: --host, --qid or --asset.") }
  }

  private var target: Trace.Target {
    if let asset { return .asset(id: asset) }
    if let host { return .host(id: host, qid: qid) }
    // Validation has seen to it.
    return .entry(qid: qid ?? "")
  }

  func run() async throws {
    let plan = try pipeline.plan(requiresSecrets: true, rehearses: true)
    let tracing = Tracing(target, in: plan)
    let streams = tracing.streams
    guard !streams.isEmpty else {
      say("sluice: no stream of '\(plan.name)' reads answers with \(TraceText.kind(of: target))")
      throw ExitStatus.configuration
    }
    let run = Run(plan.keeping(streams), output: pipeline.output, state: state, rehearsal: tracing)
    let trace: Trace
    let report: RunReport
    do {
      (report, trace) = try await Interruption.cancelling {
        let report = try await run.run()
        return (report, try tracing.trace(report))
      }
    } catch {
      throw RunCommand.exitCode(of: error)
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(trace), as: UTF8.self))
    } else if !trace.isEmpty {
      print(TraceText(trace, showsFields: fields).description)
    }
    for failure in report.streams.flatMap(\.failures) { say("sluice: \(failure.origin): \(failure.reason)") }
    if trace.isEmpty { say(TraceText.absence(of: target, trace.seen)) }
    if trace.isEmpty || report.hasFailures { throw ExitStatus.data }
  }
}
