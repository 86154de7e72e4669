internal import Records
internal import Sinks
package import Streaming
internal import SystemPackage

/// One round of a checked pipeline: every stream, in the file's order.
package struct Run: Sendable {
  /// How far a stream has come.
  package struct Progress: Sendable {
    package var stream: String
    /// Batches' marks so far: complete hosts.
    package var marks = 0
    /// Lines and their bytes that reached the sinks, of all outputs.
    package var lines = 0
    package var bytes = 0
  }

  /// Called for each page that every output of a stream has acknowledged, up to a mark; see ``PageCommits``.
  package typealias Commit = @Sendable (_ stream: String, _ page: Page, _ marks: UInt32) async throws -> Void

  private let plan: Plan
  /// The folder that replaces every sink, if one does: dead letters go there, too.
  private let output: String?
  /// How many lines each output may give.
  private let limit: Int?
  private let cores: Int
  private let onCommit: Commit
  private let onProgress: @Sendable (Progress) -> Void

  package init(
    _ plan: Plan,
    output: String? = nil,
    limit: Int? = nil,
    cores: Int = 2,
    onProgress: @escaping @Sendable (Progress) -> Void = { _ in },
    onCommit: @escaping Commit = { _, _, _ in }
  ) {
    self.plan = plan
    self.output = output
    self.limit = limit
    self.cores = cores
    self.onCommit = onCommit
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
    let context = StreamContext(
      pipeline: plan.name,
      stream: stream.name,
      cores: cores,
      reject: { record, sink, reason, page in
        try deadLetters.accept(record, from: sink, because: reason, on: page)
      }
    )
    let run = StreamRun(
      stream,
      in: context,
      deadLetters: deadLetters,
      limit: limit,
      onCommit: onCommit,
      onProgress: onProgress
    )
    return try await run.run()
  }

  private var deadLetterPath: FilePath {
    if let output { return FilePath(output).appending("dead-letters.jsonl") }
    return FilePath(plan.deadLetters ?? "dead-letters/\(plan.name).jsonl")
  }
}
