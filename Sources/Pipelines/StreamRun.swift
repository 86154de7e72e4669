internal import Health
internal import Qualys
internal import Records
internal import Sinks
internal import State
internal import Streaming
internal import SystemPackage

/// The rounds of one stream: its trunk is read once in each, and drained by every output into its sinks.
struct StreamRun {
  /// What is the same for all rounds.
  struct Settings {
    let deadLetters: DeadLetters
    /// How long letters are kept, and how many, unless all are.
    var deadLetterLimits: DeadLetters.Limits?
    /// What watches, if sinks only count.
    let rehearsal: (any Rehearsal)?
    let taps: Taps?
    /// Whether QIDs are noted that are detected.
    let notesQIDs: Bool
    let onCommit: Run.Commit
    let onProgress: @Sendable (Run.Progress) -> Void
    /// Whether some lines are weighed, field by field.
    var weighsFields = false

    /// Lets those look at an edge who want to; `meter` is that of the stage before it.
    func watch(_ flow: AnyFlow, at edge: Edge, behind meter: StageMeter?) -> AnyFlow {
      let flow = rehearsal?.watch(flow, at: edge, behind: meter) ?? flow
      return taps.map { flow.applying(TapOperator(taps: $0, edge: edge)) } ?? flow
    }
  }

  private let stream: PlannedStream
  private var context: StreamContext
  private let settings: Settings
  private let limit: Int?
  private let meters: [StageMeter]
  private let outputs: [OutputRun]
  private let commits: PageCommits
  /// Keeps how far the stream has come; nil for a stream without a state.
  private let keeper: RoundKeeper?
  private let progress: ProgressSum

  /// Makes the sinks of all outputs; they hold nothing open until they are written to.
  init(_ stream: PlannedStream, in lent: StreamContext, limit: Int?, _ settings: Settings) throws {
    self.stream = stream
    self.settings = settings
    self.limit = limit
    let letters = settings.deadLetters
    var context = lent
    context.reject = { record, sink, reason, page in try letters.accept(record, from: sink, because: reason, on: page) }
    self.context = context
    meters = Self.meters(of: stream.stages, in: stream.name, output: nil, settings)
    outputs = try stream.outputs.enumerated().map { [context] number, output in
      let meters = Self.meters(of: output.stages, in: stream.name, output: number, settings)
      return try OutputRun(output, number: number, in: context, meters: meters, settings)
    }
    keeper = try context.state.map { try RoundKeeper($0, of: lent.stream) }
    commits = PageCommits(of: stream.name, outputs: stream.outputs.count, letters, keeper, settings.onCommit)
    progress = ProgressSum(of: stream, weighsFields: settings.weighsFields, settings.onProgress)
  }

  /// Reads the stream to its end once, when a round includes it.
  ///
  /// A round that an earlier run began goes on behind its last committed page, and one that it finished is left out. When
  /// the state is durable, the next run finishes what this one does not.
  mutating func run(_ round: Round) async throws {
    guard round.includes(stream) else { return }
    try await recover()
    if let keeper, let finished = await keeper.progress.finishedRound, round.number <= finished, finished < round.last {
      return
    }
    if let transport = round.transport { context.transport = transport }
    context.now = { round.time }
    settings.rehearsal?.begin(round: round.number, at: round.time, of: stream)
    try await begin(round)
    context.firstPage = await commits.pageCount
    do {
      try await drain(flow(), into: outputs)
      // The source may have ended because it was told to.
      if context.stop?.isStopped ?? false { throw Stopped() }
      try await end(round)
    } catch is StandardOutput.Closed where stream.sinks.count == 1 {
      outputs[0].readerLeft()
    } catch {
      try? context.state?.abandon(stream.name)
      throw error
    }
  }

  /// Gives files their names, and tells what became of everything.
  func finish() async throws -> RunReport.Stream {
    try await recover()
    let keeps = keeper?.isDurable ?? false
    if keeps, await keeper?.progress.isWritten == false { try await keeper?.keep(isWritten: true, positions) }
    for output in outputs { try await output.finish() }
    // Nothing is left to be found again.
    if keeps { try await keeper?.keep(isWritten: false, []) }
    // Sinks send what they hold when they end, and some of it may be refused.
    try await commits.finish()
    var report = await commits.report
    report.stages = meters.map { ($0.name, $0.current) }
    report.outputs = outputs.map(\.report)
    report.heaviest = progress.heaviest
    report.deadLetters = settings.deadLetters.count
    report.deadLetterPath = settings.deadLetters.path.string
    return report
  }

  /// Ends a round that an earlier run has begun: what is committed gets its final place, and the next round asks from a
  /// time that a person chose.
  ///
  /// - Parameter forgets: Whether what the stream's stages remember goes, too, and what is in quarantine.
  /// - Precondition: The state is durable, and nothing was run.
  /// - Throws: ``UnreadableProgress``, `UnrecoverableFile` when what is committed cannot be found again; nothing has changed
  ///   then.
  func reset(to since: Since, forgets: Bool) async throws {
    try await recover()
    try await keeper?.reset(to: since, forgets: forgets, positions)
    for output in outputs { try await output.publish() }
    try await keeper?.keep(isWritten: false, [])
  }

  /// What it goes through.
  var watched: WatchedStream {
    WatchedStream(
      stream: stream.name,
      stages: meters,
      outputs: zip(stream.outputs, outputs).map { ($0.name, $1.meters, $0.sinks.map(\.name)) }
    )
  }

  /// How many pages stand so far.
  var pageCount: Int { get async { await commits.report.pages } }

  /// Gives up; leaves no temporary file behind, but for what is committed in a durable state.
  func discard() async { for output in outputs { await output.discard() } }

  // MARK: - Batches

  private func flow() -> AnyFlow {
    stream.flow(in: context) { index, _ in
      meters[index]
    } edge: { index, flow in
      let flow = watched(flow, behind: index)
      guard settings.notesQIDs, stream.api == .detections, flow.port == Port(Host.self), let state = context.state
      else { return flow }
      let hosts = flow.open(as: Host.self)
      return AnyFlow(Flow(hosts.noting(qidsIn: QIDLedger(state).detections(of: stream.name))))
    }
  }

  private func watched(_ flow: AnyFlow, behind index: Int) -> AnyFlow {
    let edge = Edge(stream: stream.name, output: nil, index: index)
    return settings.watch(flow, at: edge, behind: index == 0 ? nil : meters[index - 1])
  }

  /// Returns when every output has ended; the first error ends them all.
  private func drain(_ trunk: AnyFlow, into outputs: [OutputRun]) async throws {
    let (context, limit, commits, progress) = (context, limit, commits, progress)
    if outputs.count == 1 {
      return try await outputs[0].drain(trunk, in: context, limit: limit, commits, progress)
    }
    let tee = trunk.tee(outputs.count)
    try await withThrowingTaskGroup(of: Int.self) { group in
      group.addTask {
        try await tee.read()
        return 0
      }
      for (output, branch) in zip(outputs, tee.branches) {
        group.addTask {
          try await output.drain(branch.flow, in: context, limit: limit, commits, progress)
          branch.leave()
          return 1
        }
      }
      var ended = 0
      while ended < outputs.count, let more = try await group.next() { ended += more }
      // When all have what they were asked for, nobody waits for the source.
      group.cancelAll()
    }
  }

  private static func meters(
    of stages: [PlannedComponent],
    in stream: String,
    output: Int?,
    _ settings: Settings
  ) -> [StageMeter] {
    stages.enumerated().map { index, stage in
      StageMeter(stage.name) {
        [deadLetters = settings.deadLetters, rehearsal = settings.rehearsal] name, rejection, page in
        try deadLetters.accept(rejection.record, from: name, because: rejection.reason, on: page)
        rehearsal?.refused(rejection, before: Edge(stream: stream, output: output, index: index + 1))
      }
    }
  }

  // MARK: - State

  private var positions: RoundKeeper.Positions { outputs.flatMap(\.positions) }

  /// Puts right what a run left that was killed, or ended before its time.
  private func recover() async throws {
    guard let keeper, keeper.isDurable, await !keeper.isRecovered else { return }
    await keeper.noteRecovery()
    let progress = await keeper.progress
    var left = progress.sinks
    for output in outputs {
      let own = try await output.recover(left)
      left.removeAll(where: own.contains)
    }
    if let orphan = left.first, progress.holdsFiles {
      throw UnreadableProgress(
        "stream '\(stream.name)': sink \(orphan.number + 1) of output '\(orphan.output)', '\(orphan.sink)', was not finished "
          + "with what is committed, and is not in the pipeline any more; run once with the pipeline as it was, or ask for "
          + "the stream's data again with 'sluice reset PIPELINE/STREAM --from TIME'"
      )
    }
    if progress.isWritten {
      for output in outputs { try await output.publish() }
      try await keeper.keep(isWritten: false, positions)
    }
  }

  /// Begins a round, or goes on with it where an earlier run was.
  private mutating func begin(_ round: Round) async throws {
    context.cursor = nil
    context.clock = AnswerClock()
    await keeper?.use(context.clock)
    guard let keeper else { return try makeRoomForLetters(round) }
    let progress = await keeper.progress
    guard keeper.isDurable else {
      try makeRoomForLetters(round)
      // A copy goes on where its original would.
      if progress.round == round.number { context.cursor = progress.cursor.map { Array($0) } }
      return await keeper.forget()
    }
    if progress.round == round.number {
      try settings.deadLetters.begin(at: progress.deadLetters)
      context.cursor = progress.cursor.map { Array($0) }
    } else {
      try makeRoomForLetters(round)
      try settings.deadLetters.begin(at: nil)
      try await keeper.begin(round.number, positions, deadLetters: settings.deadLetters.end)
    }
  }

  /// Removes dead letters that are too old or too many, and says so; not in a round that goes on, whose place is known in the file.
  private func makeRoomForLetters(_ round: Round) throws {
    guard let limits = settings.deadLetterLimits else { return }
    let letters = settings.deadLetters
    if let removed = try letters.makeRoom(limits, at: round.time) {
      context.tell(removed, from: DeadLetters.former(letters.path))
    }
  }

  /// The next round asks from this one's beginning on, by the server's clock; what is too old is forgotten.
  private func end(_ round: Round) async throws {
    guard let keeper, let state = context.state, await !commits.endedEarly else { return }
    guard stream.api != nil else {
      try await keeper.end(round.number, isLast: round.number >= round.last, positions, window: nil)
      return try stream.prune(state, at: round.time)
    }
    let began = await keeper.began ?? round.recordedTime
    if began == nil, await keeper.hasAnswer {
      let message =
        "no answer said when it was given, and this machine's clock is not Qualys': the next round asks from where this "
        + "one did"
      context.events.record(HealthEvent("WindowNotMoved", .warning, stream: stream.name, message))
    }
    try await keeper.end(round.number, isLast: round.number >= round.last, positions, window: began)
    if let began { try stream.prune(state, at: began) }
  }
}
