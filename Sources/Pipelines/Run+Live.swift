internal import Health
internal import Qualys
internal import State
internal import Streaming
internal import SystemPackage

extension Run {
  /// The names of spaces of the state in which keys name streams.
  static let sharedSpaces = [Windows.space, FullPulls.space, Quarantine.space, FinishedRounds.space]

  /// One round of every stream, asked of Qualys itself.
  ///
  /// - Throws: What stands in the way of all streams: the state, the transport, a first round that does not know where to
  ///   begin; or `CancellationError`.
  func run(_ live: Live) async throws -> RunReport {
    let events = EventSummary(live.events)
    do {
      return try await live.stop.cancelling(after: StopSignal.limit) { try await self.run(live, events) }
    } catch let error as CancellationError {
      throw error
    } catch {
      events.record(HealthEvent(ErrorClass.of(error), stream: "", "\(error)"))
      throw error
    }
  }

  private func run(_ live: Live, _ events: EventSummary) async throws -> RunReport {
    let start = live.pace.elapsed()
    var report = RunReport(pipeline: plan.name, isRehearsal: rehearsal != nil)
    let state = try openLiveState(live)
    if let aside = state.movedAside {
      let message =
        "the state could not be trusted and was moved to '\(aside.path)': \(aside.reason); everything is asked for anew"
      report.notices.append(message)
      events.record(HealthEvent("StateMovedAside", .warning, stream: "", message))
    }
    for stream in plan.streams {
      guard let old = stream.previousName else { continue }
      if try state.rename(old, to: stream.name, in: Self.sharedSpaces) {
        live.onNotice("'\(stream.name)' goes on with the state of '\(old)'")
      }
    }
    let store = live.keeping(state)
    let rounds = LiveRounds(
      plan: plan,
      live: live,
      state: store,
      isStateNew: state.movedAside != nil,
      events: events
    )
    let asked = try rounds.begin()
    var connecting = live
    // Answers to calls that were made ahead are no capture that can be replayed.
    if plan.capture?.on == .always { connecting.readsAhead = false }
    let connection = try live.connect(plan, connecting, wrap)
    let round = Round(number: 1, transport: nil, time: live.pace.date())
    let captures = captures(live, events)
    captures?.removeOld()
    captures?.begin(round: round.number, at: round.time, state: state)
    defer { captures?.end() }
    let run = LiveRun(
      plan: plan,
      live: live,
      rounds: rounds,
      asked: asked,
      events: events,
      round: round,
      firstRound: FirstRoundNotice(plan, live, connection)
    ) { stream, since in
      var context = context(of: stream, store)
      let (transport, readAhead) = connection.stream(keeping: captures)
      context.transport = WaitsShown(base: transport, pace: live.pace, onWait: live.onWait)
      context.readAhead = readAhead
      context.since = since
      context.stop = live.stop
      context.waits = live.waits
      context.needsBeginning = stream.needsBeginning
      context.events = captures?.watchedEvents ?? events
      context.onBadPage = { captures?.keepLast() }
      return try StreamRun(stream, in: context, limit: limit, settings(of: stream))
    }
    do {
      try await run.run(&report)
      await connection.close()
    } catch {
      await connection.close()
      throw error
    }
    report.events = events.entries
    report.calls = connection.calls
    report.duration = live.pace.elapsed() - start
    return report
  }

  /// What keeps answers, when the file asks for it and the run may leave something behind.
  private func captures(_ live: Live, _ events: EventSummary) -> CaptureKeeper? {
    guard let settings = plan.capture, let state, rehearsal == nil else { return nil }
    return CaptureKeeper(
      settings,
      in: settings.folder ?? "\(state)/captures",
      pipeline: plan.name,
      events: events,
      pace: live.pace
    )
  }

  /// The durable state, or a copy of it that goes with a run which must not move it.
  private func openLiveState(_ live: Live) throws -> SQLiteState {
    guard let state else { preconditionFailure("a live run has a state") }
    let folder = FilePath(state)
    return rehearsal == nil && live.keepsState
      ? try SQLiteState(in: folder) : try SQLiteState.temporary(copying: folder)
  }
}
