internal import Records
internal import Sinks
internal import Streaming
internal import SystemPackage

/// One round of a checked pipeline: every stream, in the file's order.
package struct Run: Sendable {
  /// How far a stream has come.
  package struct Progress: Sendable {
    package var stream: String
    /// Batches' marks so far: complete hosts.
    package var marks = 0
    /// Lines and their bytes that reached the sinks.
    package var lines = 0
    package var bytes = 0
  }

  private let plan: Plan
  /// The folder that replaces every sink, if one does: dead letters go there, too.
  private let output: String?
  /// How many lines each stream may give.
  private let limit: Int?
  private let cores: Int
  private let onProgress: @Sendable (Progress) -> Void

  package init(
    _ plan: Plan,
    output: String? = nil,
    limit: Int? = nil,
    cores: Int = 2,
    onProgress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) {
    self.plan = plan
    self.output = output
    self.limit = limit
    self.cores = cores
    self.onProgress = onProgress
  }

  /// Runs every stream to its end.
  ///
  /// A page that breaks off is reported and the next one read; nothing that was complete is lost.
  /// - Throws: what makes going on impossible: a stage's or a sink's error, or `CancellationError`.
  @concurrent
  package func run() async throws -> RunReport {
    let clock = ContinuousClock()
    let start = clock.now
    var report = RunReport(pipeline: plan.name)
    for stream in plan.streams { report.streams.append(try await run(stream)) }
    report.duration = clock.now - start
    return report
  }

  private func run(_ stream: PlannedStream) async throws -> RunReport.Stream {
    let deadLetters = DeadLetters(
      path: deadLetterPath,
      stream: stream.name,
      naming: LogFormat.Naming(rawValue: plan.names.value) ?? .sumo
    )
    let meters = stream.stages.map { stage in
      StageMeter(stage.name) { stage, rejection, page in
        try deadLetters.accept(rejection.record, from: stage, because: rejection.reason, on: page)
      }
    }
    let context = StreamContext(pipeline: plan.name, stream: stream.name, cores: cores)
    let sinks = try stream.makeSinks(context)
    var report = RunReport.Stream(name: stream.name)
    do {
      try await drain(
        stream.flow(in: context, meters: { index, _ in meters[index] }),
        into: sinks,
        deadLetters,
        &report
      )
      for sink in sinks { try await sink.finish() }
    } catch is StandardOutput.Closed where sinks.count == 1 {
      report.endedEarly = true
      report.readerLeft = true
      for sink in sinks { try await sink.finish() }
    } catch {
      for sink in sinks { await sink.discard() }
      throw error
    }
    report.stages = meters.map { ($0.name, $0.current) }
    report.sinks = zip(stream.sinks, sinks).map { ($0.name, $1.counts) }
    report.deadLetters = deadLetters.count
    report.deadLetterPath = deadLetters.path.string
    return report
  }

  private func drain(
    _ flow: Flow<Line>,
    into sinks: [any Sink<Line>],
    _ deadLetters: DeadLetters,
    _ report: inout RunReport.Stream
  ) async throws {
    var progress = Progress(stream: report.name)
    var marksOfPages = 0
    var isInPage = false
    for try await var batch in flow {
      try Task.checkCancellation()
      if let limit, progress.lines + batch.records.count >= limit {
        report.beyondLimit = progress.lines + batch.records.count - limit
        batch.records.removeLast(report.beyondLimit)
        report.endedEarly = true
      }
      progress.lines += batch.records.count
      progress.bytes += batch.records.reduce(0) { $0 + $1.byteCount + 1 }
      progress.marks = marksOfPages + Int(batch.position.marks)
      isInPage = !batch.position.isEnd
      if batch.position.isEnd {
        marksOfPages += Int(batch.position.marks)
        report.abandonedLetters += try deadLetters.commit(batch.page, marks: batch.position.marks)
      }
      for sink in sinks { try await sink.write(batch) }
      onProgress(progress)
      if batch.position.isEnd { note(batch.page, in: &report) }
      if report.endedEarly {
        try deadLetters.commit(batch.page, marks: .max)
        return
      }
    }
    // A buffer whose task is cancelled ends like one whose source did.
    try Task.checkCancellation()
    if isInPage { throw UnendedPage() }
  }

  private func note(_ page: Page, in report: inout RunReport.Stream) {
    guard let learned = page.report else { return }
    report.repairedCharacters += learned.repairedCharacters
    report.keptReferences += learned.keptReferences
    report.drift += learned.drift
    if let failure = learned.failure {
      report.failures.append(RunReport.Failure(origin: page.origin, reason: "\(failure)", marks: learned.marks))
    } else {
      report.pages += 1
    }
  }

  private var deadLetterPath: FilePath {
    if let output { return FilePath(output).appending("dead-letters.jsonl") }
    return FilePath(plan.deadLetters ?? "dead-letters/\(plan.name).jsonl")
  }
}

/// A source or stage ended in the middle of a page: what it did not say is not known, so nothing is committed.
struct UnendedPage: Error, CustomStringConvertible {
  var description: String { "the stream ended in the middle of a page; nothing of that page was kept" }
}
