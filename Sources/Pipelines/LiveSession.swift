package import Health
internal import Qualys
package import Sinks
package import State
internal import Streaming
internal import Synchronization

/// What live rounds of a pipeline have open between them: its state, and its way to Qualys.
///
/// Rounds of different streams may run at once; of one stream it is one after another.
package final class LiveSession: Sendable {
  private let run: Run
  private let state: SQLiteState
  /// What the rounds keep their state in.
  package let store: any StateStore
  /// What waits for sinks that have a spool.
  private let spools: Spools
  private let live: Live
  private let events: any EventRecorder
  private let connection: LiveConnection
  /// What a person should know of the opening.
  private let notices: [String]
  /// Streams that had a round since a state was begun that replaces one which could not be trusted.
  private let knowing = Mutex<Set<String>>([])
  private let roundCount = Mutex(0)

  /// Opens a pipeline.
  ///
  /// - Throws: `StateError`; `Misconfiguration` and what else a person must mend before anything is asked.
  package init(_ run: Run, _ live: Live, _ events: any EventRecorder) throws {
    self.run = run
    self.live = live
    self.events = events
    state = try run.openLiveState(live)
    var notices: [String] = []
    if let aside = state.movedAside {
      let message =
        "the state could not be trusted and was moved to '\(aside.path)': \(aside.reason); everything is asked for anew"
      notices.append(message)
      events.record(HealthEvent("StateMovedAside", .warning, stream: "", message))
    }
    self.notices = notices
    for stream in run.plan.streams {
      guard let old = stream.previousName else { continue }
      if try state.rename(old, to: stream.name, in: Run.sharedSpaces) {
        live.onNotice("'\(stream.name)' goes on with the state of '\(old)'")
      }
    }
    store = live.keeping(state)
    // What a run must not move it leaves alone.
    let spooling = run.rehearsal == nil && live.keepsState ? run.plan.streams : []
    spools = try Spools(of: spooling, in: state.folder, store, run.disk) { stream, sink, isFull in
      events.record(.spool(of: sink, stream, isFull: isFull))
    }
    for text in spools.elsewhere where !spooling.isEmpty { live.onNotice("\(run.plan.name): \(text)") }
    var connecting = live
    // Answers to calls that were made ahead are no capture that can be replayed.
    if run.plan.capture?.on == .always { connecting.readsAhead = false }
    connection = try live.connect(run.plan, connecting, run.wrap)
  }

  /// One round of some streams, in the file's order, each behind the one that it starts behind.
  ///
  /// - Parameters:
  ///   - live: What the session was opened with, or that with other listeners.
  ///   - events: Those of this round.
  /// - Throws: What stands in the way of all streams: the state, a first round that does not know where to begin.
  package func round(of streams: [PlannedStream], _ live: Live, _ events: EventSummary) async throws -> RunReport {
    let start = live.pace.elapsed()
    var report = RunReport(pipeline: run.plan.name, isRehearsal: run.rehearsal != nil)
    report.notices = notices
    let names = streams.map(\.name)
    let rounds = LiveRounds(
      plan: run.plan,
      live: live,
      state: store,
      isStateNew: state.movedAside != nil && knowing.withLock { $0.isDisjoint(with: names) },
      events: events
    )
    let asked = try rounds.begin(streams)
    // Captures of rounds that begin in the same second are told apart by it.
    let number = roundCount.withLock { count in
      count += 1
      return count
    }
    let round = Round(number: 1, transport: nil, time: live.pace.date())
    // Without a call there is nothing to keep.
    let captures = streams.contains(where: \.callsQualys) ? run.captures(live, events) : nil
    let reserve = DiskReserve(of: run, live)
    captures?.removeOld()
    captures?.begin(round: number, at: round.time, state: state)
    defer { captures?.end() }
    let running = LiveRun(
      streams: streams,
      live: live,
      rounds: rounds,
      asked: asked,
      events: events,
      round: round,
      firstRound: FirstRoundNotice(run.plan, live, connection)
    ) { [run, connection, store, spools] stream, since in
      var context = run.context(of: stream, store)
      let (transport, readAhead) = connection.stream(keeping: captures) { wire in
        reserve.map { ReservedTransport(wire, $0, of: stream.name, live, events) } ?? wire
      }
      context.transport = WaitsShown(base: transport, live: live)
      context.readAhead = readAhead
      context.since = since
      context.stop = live.stop
      context.waits = live.waits
      context.spools = spools
      context.needsBeginning = stream.needsBeginning
      context.events = captures?.watchedEvents ?? events
      context.onBadPage = { captures?.keepLast() }
      let made = try StreamRun(stream, in: context, limit: run.limit, run.settings(of: stream))
      live.onStream(made.watched)
      return made
    }
    try await running.run(&report)
    knowing.withLock { $0.formUnion(report.streams.map(\.name)) }
    report.events = events.entries
    report.calls = connection.calls
    report.duration = live.pace.elapsed() - start
    return report
  }

  /// What the state says of a stream: its last finished round, and when the round began that gave the newest data, seconds
  /// since 1970 of the server's clock.
  ///
  /// - Throws: `StateError`.
  package func standing(of stream: PlannedStream) throws -> (last: FinishedRound?, watermark: Int?) {
    let known = try Windows.beginning(of: stream.name, in: store)?.text.flatMap(ServerTime.seconds)
    return (try FinishedRounds.last(of: stream.name, in: store), known.map { $0 + Windows.overlap })
  }

  // MARK: - Spools

  /// Brings what waits in spools to its sinks, until the run ends, or as ``endForwarding()`` says.
  ///
  /// - Parameter isForEver: Whether sinks that fail are tried again whatever ails them.
  /// - Returns: The sinks that gave up, and why.
  package func forward(forEver isForEver: Bool) async -> [GivenUp] {
    await withTaskGroup(of: GivenUp?.self) { group in
      for spooled in spools.all {
        let context = run.context(of: spooled.stream, store)
        let delivery = SpooledDelivery(of: spooled, run, context, live, events, forEver: isForEver)
        group.addTask { await delivery.deliver().map { GivenUp(delivery: delivery, error: $0) } }
      }
      return await group.reduce(into: []) { given, one in if let one { given.append(one) } }
    }
  }

  /// A sink that gave up; what waits for it may still grow.
  package struct GivenUp: Sendable {
    let delivery: SpooledDelivery
    let error: any Error

    /// How it stands in a report, as of now.
    var failed: RunReport.Failed { delivery.failed(error) }
  }

  /// Lets the spools be delivered to their end, and no longer: no stream adds to them any more.
  func endForwarding() async { for spooled in spools.all { await spooled.spool.endForwarding(whenEmpty: true) } }

  /// What the spools of a stream show: the output and the number of the sink in it, from 0.
  package func spools(of stream: String) -> [(output: String, number: Int, watch: SpoolWatch)] {
    spools.all.filter { $0.stream.name == stream }.map { ($0.output.name, $0.number, $0.spool.watch) }
  }

  /// What sinks with a spool have refused for ever, in words.
  var refusals: [String] {
    spools.all.compactMap { spooled in
      let refused = spooled.spool.watch.current.refused
      if refused == 0 { return nil }
      return "'\(spooled.stream.name)': '\(spooled.name)' refused \(refused) records out of its spool: dead letters"
    }
  }

  /// Closes all connections, and the spools; a state that goes with its run goes.
  package func close() async {
    await connection.close()
    for spooled in spools.all { await spooled.spool.close() }
    state.removeIfTemporary()
  }
}

extension HealthEvent {
  /// A spool makes its stream wait, or does not any more.
  fileprivate static func spool(of sink: String, _ stream: String, isFull: Bool) -> HealthEvent {
    let text =
      isFull
      ? "the spool of '\(sink)' is full: the stream waits until the sink takes something of it; see why it does not, or "
        + "give it more room with 'spool'" : "the spool of '\(sink)' has room again: the stream goes on"
    var event = HealthEvent(spoolFull, isFull ? .error : .info, stream: stream, text)
    event.errorClass = isFull ? .firstPartyGeneric : nil
    event.isRecovery = !isFull
    event.sink = sink
    return event
  }
}
