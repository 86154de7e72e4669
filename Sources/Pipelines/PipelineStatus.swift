package import Health
internal import Qualys
internal import Sinks
package import State
internal import Streaming
internal import SystemPackage

/// How a pipeline stands, seen from outside, also while it runs: what its state, its events and its dead letters say.
package struct PipelineStatus: Sendable {
  /// What is to be done about it, the worst last.
  package enum Health: String, Sendable, Comparable, CaseIterable {
    case healthy
    /// What was collected is older than it should be, or nothing was yet.
    case behind
    /// It does not get better by itself.
    case needsPerson = "needs a person"

    package static func < (left: Health, right: Health) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
  }

  package let pipeline: String
  /// The folder of the state.
  package let folder: String
  /// Where dead letters are.
  package let deadLetterPath: String
  /// Whether there is a state.
  package private(set) var hasState = false
  /// The process that runs it now; nil when none does.
  package private(set) var holder: StateHolder?
  /// Why the state cannot be used.
  package private(set) var problem: String?
  package private(set) var streams: [StreamStatus] = []
  /// What went wrong for the pipeline as a whole, and is not over.
  package private(set) var events: [LoggedEvent] = []

  package var health: Health {
    if problem != nil || events.contains(where: \.needsPerson) { return .needsPerson }
    return streams.map(\.health).max() ?? .healthy
  }

  /// Looks; takes no lock, and changes nothing.
  ///
  /// - Parameters:
  ///   - folder: That of the state.
  ///   - events: The file of events.
  ///   - now: Seconds since 1970.
  package init(of plan: Plan, state folder: String, events: String, now: Int) {
    pipeline = plan.name
    self.folder = folder
    deadLetterPath = plan.deadLetterPath
    let logged = EventLog.last(of: plan.name, in: events)
    let former = DeadLetters.former(FilePath(deadLetterPath)).string
    let letters = DeadLetters.counts(in: deadLetterPath).merging(DeadLetters.counts(in: former), uniquingKeysWith: +)
    let path = FilePath(folder)
    holder = StateReader.holder(of: path)
    streams = plan.streams.map { Self.unknown($0, plan) }
    do {
      hasState =
        try StateReader.look(at: path) { state in
          streams = try plan.streams.map { try Self.status(of: $0, plan, state, now: now) }
        } != nil
    } catch {
      problem = "\(error)"
    }
    for index in streams.indices {
      let name = streams[index].name
      streams[index].deadLetters = letters[name] ?? 0
      do {
        streams[index].spooled = try Spools.look(at: plan.streams[index], in: path).filter { $0.bytes > 0 }
      } catch {
        streams[index].problem = streams[index].problem ?? "\(error)"
      }
      streams[index].events = Self.open(
        logged.filter { $0.stream == name },
        since: streams[index].finished?.ended
      )
      for place in streams[index].leftOut.indices {
        let id = streams[index].leftOut[place].id
        let told = logged.last { $0.stream == name && $0.tracker == Self.quarantined && $0.id == Int(clamping: id) }
        streams[index].leftOut[place].since = told?.time
      }
    }
    self.events = Self.open(
      logged.filter { $0.stream.isEmpty },
      since: streams.compactMap { $0.finished?.ended }.max()
    )
  }

  // MARK: - One stream

  private static let quarantined = "HostQuarantined"

  private static func unknown(_ stream: PlannedStream, _ plan: Plan) -> StreamStatus {
    StreamStatus(name: stream.name, isMeasured: plan.replay == nil && stream.api != nil, every: stream.interval)
  }

  private static func status(
    of stream: PlannedStream,
    _ plan: Plan,
    _ state: StateReader,
    now: Int
  ) throws -> StreamStatus {
    var status = unknown(stream, plan)
    // Until it runs under its new name, a stream is kept under the old one.
    var name = stream.name
    if let old = stream.previousName, try state.progress(of: name) == nil, try state.progress(of: old) != nil {
      name = old
    }
    do {
      let progress = try RoundProgress(state.progress(of: name), of: name)
      if progress.round != nil {
        status.round = .init(pages: progress.pages, place: progress.cursor.flatMap { RoundPlace(Array($0)) })
      }
    } catch let error as UnreadableProgress {
      status.problem = "\(error)"
    }
    status.window = try Windows.beginning(of: name, in: state)
    status.finished = try FinishedRounds.last(of: name, in: state)
    status.leftOut = try Quarantine.entries(of: name, in: state).map { .init(id: $0.id, missing: $0.since) }
    if let known = status.window?.text.flatMap(ServerTime.seconds) {
      status.behind = max(0, now - known - Windows.overlap)
    }
    return status
  }

  // MARK: - Events

  /// The events that nothing has ended: no recovery of their kind, and no round that was finished afterwards.
  ///
  /// What is left out is told by the state itself.
  private static func open(_ events: [LoggedEvent], since finished: Int?) -> [LoggedEvent] {
    var open: [LoggedEvent] = []
    for event in events where event.tracker != quarantined {
      open.removeAll { $0.tracker == event.tracker && $0.sink == event.sink }
      // A round may end well while a sink is in trouble.
      if !event.isHealthy, event.sink != nil || event.time > finished ?? .min { open.append(event) }
    }
    return open
  }
}
