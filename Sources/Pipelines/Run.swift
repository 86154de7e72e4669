internal import Foundation
package import Qualys
internal import Records
package import Sinks
internal import State
package import Streaming
internal import SystemPackage

/// A run of a checked pipeline: every stream once, in the file's order; in a replay once for each round of the capture.
package struct Run: Sendable {
  /// How far a stream has come.
  package struct Progress: Sendable {
    package var stream: String
    /// Batches' marks so far: complete hosts.
    package var marks = 0
    /// What reached the sinks of each output.
    package var outputs: [Taken]

    /// Lines and their bytes that reached the sinks, of all outputs.
    package var lines: Int { outputs.reduce(0) { $0 + $1.lines } }
    package var bytes: Int { outputs.reduce(0) { $0 + $1.bytes } }

    /// Lines and their bytes.
    package struct Taken: Sendable {
      package var lines: Int
      package var bytes: Int

      package init(lines: Int = 0, bytes: Int = 0) {
        self.lines = lines
        self.bytes = bytes
      }
    }
  }

  /// Called for each page that every output of a stream has acknowledged, up to a mark; see ``PageCommits``.
  package typealias Commit = @Sendable (_ stream: String, _ page: Page, _ marks: UInt32) async throws -> Void

  let plan: Plan
  /// The folder that replaces every sink, if one does: dead letters go there, too.
  let output: String?
  /// The folder of the state; nil for one that ends with the run.
  let state: String?
  /// How many lines each output may give.
  let limit: Int?
  let cores: Int
  /// What a run that asks Qualys itself needs besides.
  let live: Live?
  /// What watches, if the run is to leave nothing behind.
  let rehearsal: (any Rehearsal)?
  /// Puts something between Qualys and the sources.
  let wrap: @Sendable (any Transport) -> any Transport
  /// Where somebody may look at what passes, if anybody may.
  let taps: Taps?
  /// Where dead letters go.
  let disk: any Disk
  let onCommit: Commit
  let onProgress: @Sendable (Progress) -> Void

  package init(
    _ plan: Plan,
    output: String? = nil,
    state: String? = nil,
    limit: Int? = nil,
    cores: Int = 2,
    rehearsal: (any Rehearsal)? = nil,
    live: Live? = nil,
    taps: Taps? = nil,
    disk: any Disk = LocalDisk(),
    onProgress: @escaping @Sendable (Progress) -> Void = { _ in },
    onCommit: @escaping Commit = { _, _, _ in },
    wrap: @escaping @Sendable (any Transport) -> any Transport = { $0 }
  ) {
    self.plan = plan
    self.output = output
    self.state = state
    self.limit = limit
    self.cores = cores
    self.rehearsal = rehearsal
    self.wrap = wrap
    self.live = live
    self.taps = taps
    self.disk = disk
    self.onCommit = onCommit
    self.onProgress = onProgress
  }

  /// Runs every stream to its end.
  ///
  /// A page that breaks off is reported and the next one read; nothing that was complete is lost. In a live run a stream
  /// that fails is in the report, and the others go on.
  /// - Throws: what makes going on impossible: a stage's or a sink's error, or `CancellationError`.
  @concurrent
  package func run() async throws -> RunReport {
    if let live, plan.isLive { return try await run(live) }
    let clock = ContinuousClock()
    let start = clock.now
    var report = RunReport(pipeline: plan.name, isRehearsal: rehearsal != nil)
    let state = try openState(&report)
    defer { state?.removeIfTemporary() }
    let rounds = try rounds()
    var streams = try plan.streams.map { try StreamRun($0, in: context(of: $0, state), limit: limit, settings(of: $0)) }
    do {
      for (number, round) in rounds.enumerated() {
        for index in streams.indices {
          try await streams[index].run(round)
          // What a stream has written gets its name as soon as nothing can follow.
          if number == rounds.count - 1 { report.streams.append(try await streams[index].finish()) }
        }
      }
    } catch {
      for stream in streams.dropFirst(report.streams.count) { await stream.discard() }
      throw error
    }
    report.duration = clock.now - start
    return report
  }

  // MARK: - What a run lends to its streams

  func openState(_ report: inout RunReport) throws -> SQLiteState? {
    guard plan.streams.contains(where: \.needsState) else { return nil }
    guard let state else {
      // A capture that brings the state of its beginning is replayed from there.
      guard let path = plan.replay, let begun = try Capture(path).state else { return try SQLiteState.temporary() }
      return try SQLiteState.temporary(copying: FilePath(begun))
    }
    let folder = FilePath(state)
    let opened = try rehearsal == nil ? SQLiteState(in: folder) : SQLiteState.temporary(copying: folder)
    if let aside = opened.movedAside {
      report.notices.append(
        "the state could not be trusted and was moved to '\(aside.path)': \(aside.reason); everything is asked for anew"
      )
    }
    return opened
  }

  /// The rounds of the capture, or the one round that there is.
  private func rounds() throws -> [Round] {
    guard let path = plan.replay else {
      return [Round(number: 1, transport: nil, time: Int(Date().timeIntervalSince1970))]
    }
    let capture = try Capture(path)
    let archive = KnowledgeBaseArchive(capture)
    let rounds = capture.rounds.map { round in
      Round(
        number: round.number,
        transport: wrap(ReplayTransport(capture, round: round, archive: archive)),
        time: round.seconds,
        last: capture.rounds.last?.number ?? round.number,
        apis: Set(capture.exchanges.filter { $0.round == round.number }.map(\.api))
      )
    }
    guard !rounds.isEmpty else { throw CaptureError(path, "it has no rounds") }
    return rounds
  }

  func context(of stream: PlannedStream, _ state: (any StateStore)?) -> StreamContext {
    var context = StreamContext(pipeline: plan.name, stream: stream.name, cores: cores)
    context.state = stream.needsState ? state : nil
    context.versions = plan.qualys?.versions ?? [:]
    context.account = plan.account
    context.readsFiles = !plan.isLive
    return context
  }

  func settings(of stream: PlannedStream) -> StreamRun.Settings {
    StreamRun.Settings(
      deadLetters: DeadLetters(
        path: deadLetterPath,
        stream: stream.name,
        naming: LogFormat.Naming(rawValue: plan.names.value) ?? .sumo,
        disk: rehearsal == nil ? disk : NoDisk()
      ),
      deadLetterLimits: plan.deadLetterLimits,
      rehearsal: rehearsal,
      taps: taps,
      notesQIDs: plan.streams.contains(where: \.followsDetections),
      onCommit: onCommit,
      onProgress: onProgress,
      weighsFields: live != nil
    )
  }

  private var deadLetterPath: FilePath {
    if let output { return FilePath(output).appending("dead-letters.jsonl") }
    return FilePath(plan.deadLetterPath)
  }
}

/// One round of every stream.
struct Round: Sendable {
  let number: Int
  /// What answers in this round alone: a capture.
  let transport: (any Transport)?
  /// When it is, seconds since 1970.
  let time: Int
  /// The number of the run's last round; that of the only one.
  var last = 1
  /// The APIs that have something to say in it; nil when all may.
  var apis: Set<API>?

  /// When the capture says that the round was; nil in a live run, whose time is this machine's.
  var recordedTime: Int? { transport == nil ? nil : time }

  /// Whether a stream takes part: in a replay one that has answers, or that reads files, which have no rounds.
  func includes(_ stream: PlannedStream) -> Bool {
    guard let apis else { return true }
    guard let api = stream.api else { return number == 1 }
    // KnowledgeBase answers match by QID, whichever round they came in.
    return apis.contains(api) || api == .knowledgeBase
  }
}
