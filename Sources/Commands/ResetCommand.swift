internal import ArgumentParser
internal import Foundation
internal import Pipelines
internal import Qualys

struct ResetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset",
    abstract: "Makes the next round of a stream ask from another time, or for everything.",
    discussion: """
      A round at hand ends where it is: the pages that it has committed stay delivered, and their files get their names. \
      QIDs, ports and ids that were seen stay known: a 'deduplicate' drops what it saw before, unless '--forget' is \
      given. On a terminal it says what will happen and asks; elsewhere it needs '--yes'.

        sluice reset detections/detections --from 2026-11-01
        sluice reset ./mine.yaml/assets --from all --forget --yes

      Exit code 75 while a run has the state.
      """
  )

  @Argument(help: ArgumentHelp("A pipeline file or its name, a slash, and the stream.", valueName: "pipeline/stream"))
  var stream: String

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp("Ask from then on: 2026-11-01, 2026-11-01T06:00:00Z, or all for everything.", valueName: "time")
  )
  var time: String

  @Flag(help: "Forget what the stream's stages remember, which entries were delivered, and what is in quarantine, too.")
  var forget = false

  @Flag(help: "Do not ask.")
  var yes = false

  @Option(help: ArgumentHelp("The folder of the state, when it was given to 'run'.", valueName: "folder"))
  var state: String?

  func validate() throws {
    if Since(written: time) == nil {
      throw ValidationError("'--from' is 'all', or a time such as 2026-11-01 or 2026-11-01T06:00:00Z, not '\(time)'.")
    }
    let parts = stream.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count < 2 || parts.contains(where: \.isEmpty) && !stream.hasPrefix("/") || parts.last == "" {
      throw ValidationError("'\(stream)' names no stream; write PIPELINE/STREAM.")
    }
  }

  func run() async throws {
    guard let since = Since(written: time), let slash = stream.lastIndex(of: "/") else { return }
    let name = String(stream[stream.index(after: slash)...])
    let plan = try PipelineOptions.plan(of: String(stream[..<slash]), tellsWarnings: false) { request in
      request.streams = [name]
      request.requiresSecrets = true
    }
    let folder = LiveOptions.stateFolder(of: plan, option: state)
    try confirm(plan, folder, since)
    do {
      let notice = try await StreamReset(plan.streams[0], of: plan, state: folder).run(since: since, forgets: forget)
      if let notice { say("sluice: \(notice)") }
      say("\(plan.name)/\(name): the next round asks for \(Self.words(since.text))")
    } catch {
      throw RunCommand.exitCode(of: error)
    }
  }

  // MARK: - Confirming

  /// Says what will happen, and asks on a terminal.
  private func confirm(_ plan: Plan, _ folder: String, _ since: Since) throws {
    let status = PipelineStatus(
      of: plan,
      state: folder,
      events: LiveOptions.eventsPath(of: plan, state: folder),
      now: Int(Date().timeIntervalSince1970)
    )
    if let problem = status.problem {
      say("sluice: \(problem)")
      throw ExitStatus.configuration
    }
    guard status.hasState else {
      say("sluice: there is no state in '\(folder)': nothing was run yet, and there is nothing to reset")
      say("  help: a first round asks as 'start:' in the file says, or 'run --since'; '--state' names another folder")
      throw ExitStatus.configuration
    }
    for line in plannedChanges(status.streams[0], plan, since) { say(line) }
    if yes { return }
    guard isatty(STDIN_FILENO) == 1 else {
      say("sluice: nothing was changed; give '--yes' to have it done")
      throw ExitCode.validationFailure
    }
    FileHandle.standardError.write(Data("go on? [y/N] ".utf8))
    guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
      say("sluice: nothing was changed")
      throw ExitCode.validationFailure
    }
  }

  private func plannedChanges(_ status: StreamStatus, _ plan: Plan, _ since: Since) -> [String] {
    let before = status.window.map { Self.words($0.text) } ?? "what 'start' says"
    var lines = [
      "\(plan.name)/\(status.name): the next round would ask for \(before); it will ask for \(Self.words(since.text))"
    ]
    if let round = status.round {
      let pages = "\(Figures.count(round.pages)) committed page\(round.pages == 1 ? "" : "s")"
      lines.append("  the round at hand ends: its \(pages) stay, and their files get their names")
    }
    lines.append(
      forget
        ? "  what its stages remember, which entries were delivered, and what is in quarantine is forgotten"
        : "  what its stages remember stays, and so does what is in quarantine"
    )
    return lines
  }

  private static func words(_ since: String?) -> String { since.map { "what changed since \($0)" } ?? "everything" }
}
