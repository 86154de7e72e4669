internal import Health
internal import Qualys
internal import State
internal import Streaming

/// Since when each stream asks in a live round: its window, everything, or what a person said.
struct LiveRounds {
  let plan: Plan
  let live: Live
  let state: any StateStore
  let isStateNew: Bool
  let events: EventSummary

  /// What one stream asks for.
  struct Asked {
    /// Instead of the window that the state holds.
    var since: Since?
    /// As a person reads it: the window, and what the file leaves out.
    var words: String?
    /// Whether nobody knows yet how long such a round takes.
    var isFirst = false
  }

  /// Decides for each stream, and says aloud what is not the usual window.
  ///
  /// - Throws: ``NeedsBeginning`` when a first round does not know; nothing was changed then.
  func begin(_ streams: [PlannedStream]) throws -> [String: Asked] {
    let streams = streams.filter(\.needsBeginning)
    let unknown = try streams.filter { try hasNothing($0) && $0.beginning == nil && live.since == nil && !isStateNew }
    guard unknown.isEmpty else { throw NeedsBeginning(pipeline: plan.name, streams: unknown.map(\.name)) }
    var asked: [String: Asked] = [:]
    for stream in streams { asked[stream.name] = try begin(stream) }
    return asked
  }

  private func begin(_ stream: PlannedStream) throws -> Asked {
    let window = try Windows(state).beginning(of: stream.name)
    if live.since == nil, try isUnderWay(stream) {
      say(stream, "the round that was not finished goes on")
      return Asked(since: nil, words: words(stream, window))
    }
    let since = try since(of: stream, window)
    let asked = since ?? window
    try FullPulls(state: state).begin(stream.name, isFull: asked == .all, at: live.pace.date())
    return Asked(since: since, words: words(stream, asked), isFirst: window == nil)
  }

  private func since(of stream: PlannedStream, _ window: Since?) throws -> Since? {
    if let since = live.since {
      say(stream, since == .all ? "everything, as '--since' asks for" : "as '--since' asks for")
      return since
    }
    if isStateNew {
      tellFullPull(of: stream, because: "the state could not be trusted")
      return .all
    }
    guard window != nil else {
      let size = stream.source.settings.first { Self.pageSizes.contains($0.name) }?.value
      let pages = size.map { $0 == "0" ? " in one page" : ", in pages of \($0)" } ?? ""
      say(
        stream,
        "the first round: " + (stream.beginning == .all ? "everything" : "what changed since 'start'") + pages
      )
      return stream.beginning
    }
    if let interval = stream.fullPulls,
      try FullPulls(state: state).isDue(stream.name, every: interval, at: live.pace.date())
    {
      tellFullPull(of: stream, because: "'full: \(Interval.text(interval))' is due")
      return .all
    }
    return nil
  }

  /// A round has ended: what it was is kept, unless it ended early, since then it goes on.
  func finish(_ stream: PlannedStream, endedEarly: Bool) throws {
    if endedEarly { return }
    let wasFull = try stream.needsBeginning && FullPulls(state: state).finish(stream.name)
    try FinishedRounds(state: state).note(stream.name, at: live.pace.date(), wasFull: wasFull)
  }

  // MARK: - What the state says

  /// Whether the state says nothing of where a stream goes on.
  private func hasNothing(_ stream: PlannedStream) throws -> Bool {
    try Windows(state).beginning(of: stream.name) == nil && !isUnderWay(stream)
  }

  /// Whether a round of the stream was not finished, and the source knows where to go on with it.
  private func isUnderWay(_ stream: PlannedStream) throws -> Bool {
    let progress = try RoundProgress(state.progress(of: stream.name), of: stream.name)
    return progress.round != nil && progress.cursor != nil
  }

  // MARK: - Words

  /// Options that say how much comes in a page, and not what.
  private static let pageSizes = ["truncation_limit", "pageSize"]

  private func words(_ stream: PlannedStream, _ since: Since?) -> String {
    let given = stream.source.settings.filter { setting in
      guard case .given = setting.origin else { return false }
      return !Self.pageSizes.contains(setting.name)
    }
    let filters = given.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    return (since?.text.map { "what changed since \($0)" } ?? "everything")
      + (filters.isEmpty ? "" : ", with \(filters)")
  }

  private func tellFullPull(of stream: PlannedStream, because reason: String) {
    say(stream, "everything is asked for, since \(reason)")
    events.record(HealthEvent("FullPull", .info, stream: stream.name, "everything is asked for, since \(reason)"))
  }

  private func say(_ stream: PlannedStream, _ text: String) { live.onNotice("\(plan.name)/\(stream.name): \(text)") }
}
