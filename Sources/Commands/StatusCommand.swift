internal import ArgumentParser
internal import Foundation
internal import Pipelines

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Says how far pipelines have come, also while they run.",
    discussion: """
      For each stream: since when the next round asks, the round at hand, the last that was finished, how far it is \
      behind, what is left out, dead letters, and what went wrong and is not over. It only looks: it takes no lock and \
      changes nothing.

      A stream is behind when its last finished round began longer ago than twice 'every', or two days where the file does \
      not say 'every'; and before its first. Exit codes: 0 healthy, 75 behind, 78 a person must do something.
      """
  )

  @Argument(help: ArgumentHelp("Pipeline files, or the names of some in the folder Pipelines.", valueName: "pipeline"))
  var pipelines: [String]

  @Option(help: ArgumentHelp("The folder of the state, when it was given to 'run'.", valueName: "folder"))
  var state: String?

  @Flag(help: "Print it as JSON on standard output.")
  var json = false

  func validate() throws {
    if state != nil, pipelines.count > 1 {
      throw ValidationError("'--state' is the state of one pipeline; ask for one at a time.")
    }
  }

  func run() throws {
    let now = Int(Date().timeIntervalSince1970)
    let all = try pipelines.map { name in
      let plan = try PipelineOptions.plan(of: name, tellsWarnings: false) { $0.rehearses = true }
      let folder = LiveOptions.stateFolder(of: plan, option: state)
      return PipelineStatus(
        of: plan,
        state: folder,
        events: LiveOptions.eventsPath(of: plan, state: folder),
        now: now
      )
    }
    if json {
      print(try StatusJSON(all).text())
    } else {
      print(all.map { StatusText($0).description }.joined(separator: "\n\n"))
    }
    switch all.map(\.health).max() ?? .healthy {
    case .healthy: break
    case .behind: throw ExitStatus.tryLater
    case .needsPerson: throw ExitStatus.configuration
    }
  }
}
