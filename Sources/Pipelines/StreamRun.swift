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
    /// What watches, if sinks only count.
    let rehearsal: (any Rehearsal)?
    /// Whether QIDs are noted that are detected.
    let notesQIDs: Bool
    let onCommit: Run.Commit
    let onProgress: @Sendable (Run.Progress) -> Void
    /// Whether some lines are weighed, field by field.
    var weighsFields = false
  }

  private let stream: PlannedStream
  private var context: StreamContext
  private let settings: Settings
  private let limit: Int?
  private let meters: [StageMeter]
  private let outputs: [OutputRun]
  private let commits: PageCommits
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
      return try OutputRun(output, number: number, in: context, meters: meters, settings.rehearsal)
    }
    commits = PageCommits(of: stream.name, outputs: stream.outputs.count, letters) { [context] stream, page, marks in
      try await settings.onCommit(stream, page, marks)
      try Self.keep(page, marks, context)
    }
    progress = ProgressSum(of: stream.name, weighsFields: settings.weighsFields, settings.onProgress)
  }

  /// Reads the stream to its end once, when a round includes it.
  mutating func run(_ round: Round) async throws {
    guard round.includes(stream) else { return }
    context.transport = round.transport
    context.now = { round.time }
    settings.rehearsal?.begin(round: round.number, at: round.time, of: stream)
    await commits.begin()
    context.firstPage = await commits.pageCount
    do {
      try await drain(flow(), into: outputs)
      // The source may have ended because it was told to.
      if context.stop?.isStopped ?? false { throw Stopped() }
      if let state = context.state { try await end(round, in: state) }
    } catch is StandardOutput.Closed where stream.sinks.count == 1 {
      outputs[0].readerLeft()
    } catch {
      try? context.state?.abandon(stream.name)
      throw error
    }
  }

  /// Gives files their names, and tells what became of everything.
  func finish() async throws -> RunReport.Stream {
    for output in outputs { try await output.finish() }
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

  /// How many pages stand so far.
  var pageCount: Int { get async { await commits.report.pages } }

  /// Gives up; leaves no temporary file behind.
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
    return settings.rehearsal?.watch(flow, at: edge, behind: index == 0 ? nil : meters[index - 1]) ?? flow
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

  /// Keeps what was learned from a page that everyone has acknowledged.
  private static func keep(_ page: Page, _ marks: UInt32, _ context: StreamContext) throws {
    guard let state = context.state else { return }
    // Only answers of the KnowledgeBase report ids.
    try QIDLedger(state).note(delivered: page, to: context.stream)
    let time = page.report?.serverTime.flatMap(ServerTime.seconds) ?? 0
    try state.commit(page, marks: marks, of: context.stream, progress: StreamProgress(cursor: [], serverTime: time))
  }

  /// The next round asks from this one's beginning on; what is too old is forgotten.
  private func end(_ round: Round, in state: any StateStore) async throws {
    if await commits.endedEarly { return }
    let began = await commits.firstServerTime.flatMap(ServerTime.seconds) ?? round.time
    if stream.api != nil { try Windows(state).finish(stream.name, began: began) }
    try stream.prune(state, at: began)
  }
}
