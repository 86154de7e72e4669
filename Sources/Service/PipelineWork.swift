internal import Health
internal import Logging
internal import Pipelines
internal import Qualys
internal import State
internal import Streaming

/// The rounds of a pipeline's streams as its file says now, until they are stopped.
struct PipelineWork: Sendable {
  let plan: Plan
  let settings: PipelineService.Settings
  let boards: [StreamBoard]
  let wakeups: [String: Wakeup]
  let ring: EventRing
  let troubles: OpenTroubles
  let taps: Taps
  let stop: StopSignal
  let gate: CredentialsGate
  /// By how much the first rounds are put off, from 0 to 1.
  let jitter: Double

  private var pace: Pace { settings.pace }

  func run() async {
    var failures = 0
    while !stop.isStopped, !Task.isCancelled {
      do {
        let session = try open()
        await rounds(of: session)
        await session.close()
        return
      } catch {
        failures += 1
        for board in boards { fail(board, error, attempt: failures, isOfAll: true) }
        await pause(after: failures, ErrorClass.of(error), boards)
      }
    }
  }

  private func board(_ name: String) -> StreamBoard? { boards.first { $0.name == name } }

  /// Whether a stream can go well while Qualys takes no call.
  private func provesLittle(_ name: String) -> Bool { plan.streams.first { $0.name == name }?.callsQualys == false }

  /// Opens the state and what reaches Qualys.
  private func open() throws -> LiveSession {
    let run = Run(
      plan,
      state: settings.stateFolder(plan),
      cores: settings.cores,
      taps: taps,
      onProgress: { board($0.stream)?.progress($0) },
      onCommit: { stream, _, _ in
        board(stream)?.commit()
        troubles.end(of: stream, [.thirdPartyGeneric, .firstPartyGeneric], alone: provesLittle(stream))
      },
      wrap: { gate.before($0) }
    )
    let session = try LiveSession(run, live(of: nil), troubles)
    try ring.open(session.store)
    for (board, stream) in zip(boards, plan.streams) {
      let standing = try session.standing(of: stream)
      board.know(last: standing.last, watermark: standing.watermark)
      board.watch(session.spools(of: stream.name))
      board.initialize()
    }
    return session
  }

  /// What the session needs, with a stream's listeners.
  private func live(of stream: StreamBoard?) -> Live {
    var live = Live(settings.connect)
    live.waits = true
    live.events = troubles
    live.stop = stop
    live.pace = pace
    live.freeSpace = settings.freeSpace
    if let wakeup = stream.flatMap({ wakeups[$0.name] }) { live.hasten = { await wakeup.wait() } }
    live.onNotice = { [log = settings.log] in log.info("\($0)") }
    live.onWait = { stream?.wait($0) }
    live.onStream = { watched in stream?.watch(watched) }
    live.onFailure = { failure in
      stream?.fail(
        "\(failure.error)",
        ErrorClass.of(failure.error),
        attempt: failure.attempt,
        nextTry: failure.wait.map { pace.date() + $0 }
      )
    }
    return live
  }

  // MARK: - Rounds

  private func rounds(of session: LiveSession) async {
    await withTaskGroup { group in
      group.addTask { _ = await session.forward(forEver: true) }
      for stream in plan.streams {
        group.addTask { await rounds(of: stream, session) }
      }
    }
  }

  /// A stream's rounds, each in its time: when it is due, or behind a round of the stream that it follows.
  private func rounds(of stream: PlannedStream, _ session: LiveSession) async {
    guard let board = board(stream.name) else { return }
    var schedule = schedule(of: stream, session)
    let isFollowing = plan.predecessor(of: stream) != nil
    while !stop.isStopped, !Task.isCancelled {
      let wait = schedule?.wait(at: pace.elapsed())
      board.next(at: isFollowing ? nil : wait.map { pace.date() + Int($0.components.seconds) })
      let woken = isFollowing ? [stream.name, Self.turn(of: stream.name)] : [stream.name]
      guard await rest(isFollowing ? nil : wait, woken) != nil else { return }
      // What follows another and has an interval of its own leaves turns out until it is due.
      if isFollowing, let schedule, schedule.wait(at: pace.elapsed()) > .zero { continue }
      schedule?.begin(at: pace.elapsed())
      var failures = 0
      while await !round(of: stream, board, session, &failures) {
        if stop.isStopped || Task.isCancelled { return }
      }
      for other in plan.streams where plan.predecessor(of: other)?.name == stream.name {
        wakeups[Self.turn(of: other.name)]?.raise()
      }
    }
  }

  /// Under which name a stream hears that the one before it has had its round.
  static func turn(of stream: String) -> String { "turn of \(stream)" }

  private func schedule(of stream: PlannedStream, _ session: LiveSession) -> Schedule? {
    guard let every = plan.interval(of: stream) else { return nil }
    let last = (try? session.standing(of: stream))?.last
    let began = last.map { $0.began.flatMap(ServerTime.seconds) ?? $0.ended }
    let ago = began.map { Duration.seconds(pace.date() - $0) }
    let schedule = Schedule(every: every, last: ago, now: pace.elapsed(), random: jitter)
    // Of events that it tells itself nobody wants to hear that they are late.
    if let ago, ago > every + every, !stream.givesHealthEvents { tellLate(stream, ago, last, schedule) }
    return schedule
  }

  /// Says how late a stream is, and by when it will not be any more.
  private func tellLate(_ stream: PlannedStream, _ ago: Duration, _ last: FinishedRound?, _ schedule: Schedule) {
    let begins = pace.date() + Int(schedule.wait(at: pace.elapsed()).components.seconds)
    let ends = last?.length.map { ", and should have caught up by \(ServerTime.text(begins + $0))" } ?? ""
    let text =
      "the last round began \(ago.components.seconds / 60) minutes ago; the next begins at \(ServerTime.text(begins))\(ends)"
    troubles.record(HealthEvent("CatchingUp", .info, stream: stream.name, text))
  }

  /// One round of a stream; false when it did not end well, after a pause.
  private func round(
    of stream: PlannedStream,
    _ board: StreamBoard,
    _ session: LiveSession,
    _ failures: inout Int
  ) async -> Bool {
    board.beginRound()
    let live = live(of: board)
    do {
      let events = EventSummary(BoardEvents(board: board, date: pace.date, next: troubles))
      let report = try await stop.cancelling(after: StopSignal.limit) {
        try await session.round(of: [stream], live, events)
      }
      if let done = report.streams.first {
        board.endRound(done, watermark: try session.standing(of: stream).watermark)
        troubles.end(of: stream.name, alone: provesLittle(stream.name))
        return true
      }
      board.breakRound()
      guard let failed = report.failed.first else { return false }
      failures += 1
      // It was recorded where it happened.
      board.fail("\(failed.error)", failed.errorClass, attempt: failures, nextTry: nil)
      await pause(after: failures, failed.errorClass, [board])
    } catch {
      board.breakRound()
      if stop.isStopped || error is CancellationError { return false }
      failures += 1
      fail(board, error, attempt: failures, isOfAll: false)
      await pause(after: failures, ErrorClass.of(error), [board])
    }
    return false
  }

  // MARK: - Failures

  private func fail(_ board: StreamBoard, _ error: any Error, attempt: Int, isOfAll: Bool) {
    let errorClass = ErrorClass.of(error)
    var event = HealthEvent(errorClass, stream: isOfAll ? "" : board.name, "\(error)")
    event.attempt = attempt
    troubles.record(event)
    board.fail("\(error)", errorClass, attempt: attempt, nextTry: nil)
  }

  /// Waits until the next try: after trouble with the configuration for ever, unless somebody restarts a stream or changes
  /// the file; else up to five minutes, with full jitter.
  private func pause(after failures: Int, _ errorClass: ErrorClass, _ boards: [StreamBoard]) async {
    var duration: Duration?
    if errorClass != .thirdPartyConfig {
      let seconds = 1 + Int(pace.random() * Double(min(300, 1 << min(failures, 9))))
      duration = .seconds(seconds)
      for board in boards { board.retry(at: pace.date() + seconds) }
    }
    guard await rest(duration, boards.map(\.name)) == .wasWoken else { return }
    gate.reopen()
    for board in boards { board.restart() }
  }

  private enum Rest {
    case isOver, wasWoken
  }

  /// Waits for a time, or for somebody who restarts one of the streams; nil at the end.
  private func rest(_ duration: Duration?, _ names: [String]) async -> Rest? {
    let wakeups = names.compactMap { self.wakeups[$0] }
    return try? await stop.racing { [pace] in
      try await withThrowingTaskGroup(of: Rest.self) { group in
        if let duration {
          group.addTask {
            try await pace.sleep(duration)
            return .isOver
          }
        }
        for wakeup in wakeups {
          group.addTask {
            await wakeup.wait()
            try Task.checkCancellation()
            return .wasWoken
          }
        }
        defer { group.cancelAll() }
        return try await group.next()
      }
    }
  }
}
