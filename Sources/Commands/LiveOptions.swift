internal import Foundation
internal import Health
internal import Pipelines
internal import Qualys
internal import Streaming

/// What a live run is given by its command: where its state is, where its events go, what it says aloud.
struct LiveOptions {
  let plan: Plan
  let state: String
  let since: Since?
  let waits: Bool
  /// Whether the state is only looked at.
  let keepsState: Bool
  let isRehearsal: Bool

  /// The events' file: the pipeline's, else one beside its state.
  static func eventsPath(of plan: Plan, state: String) -> String { plan.events ?? "\(state)/events.jsonl" }

  /// The folder of a pipeline's state: the command line's, the file's, or the usual one.
  static func stateFolder(of plan: Plan, option: String?) -> String {
    StateFolder.path(of: plan.name, option: option, file: plan.state) { ProcessInfo.processInfo.environment[$0] }
  }

  /// - Parameter tellsSize: Whether a first round says what to expect, which costs a call.
  func live(stop: StopSignal, _ progress: ProgressLine, tellsSize: Bool = false) -> Live {
    var live = Live()
    live.tellsSize = tellsSize
    live.since = since
    live.waits = waits
    live.keepsState = keepsState
    live.stop = stop
    live.freeSpace = { Live.freeSpace(in: $0) }
    // A dry run leaves nothing behind.
    if !isRehearsal { live.events = Self.events(of: plan, state: state) { text in progress.say("sluice: \(text)") } }
    live.onNotice = { text in progress.say(text) }
    live.onWait = { waiting in progress.show(waiting) }
    return live
  }

  /// What writes events into the pipeline's file of them.
  static func events(of plan: Plan, state: String, onFailure: @escaping @Sendable (String) -> Void) -> EventFile {
    EventFile(
      pipeline: plan.name,
      account: plan.account,
      .file(eventsPath(of: plan, state: state)),
      onFailure: onFailure
    )
  }
}
