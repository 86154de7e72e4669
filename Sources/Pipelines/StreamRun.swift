internal import Sinks
internal import Streaming
internal import SystemPackage

/// One round of one stream: its trunk is read once, and drained by every output into its sinks.
struct StreamRun {
  private let stream: PlannedStream
  private let context: StreamContext
  private let deadLetters: DeadLetters
  private let commits: PageCommits
  private let limit: Int?
  private let progress: ProgressSum

  init(
    _ stream: PlannedStream,
    in context: StreamContext,
    deadLetters: DeadLetters,
    limit: Int?,
    onCommit: @escaping Run.Commit,
    onProgress: @escaping @Sendable (Run.Progress) -> Void
  ) {
    self.stream = stream
    self.context = context
    self.deadLetters = deadLetters
    self.limit = limit
    commits = PageCommits(of: stream.name, outputs: stream.outputs.count, deadLetters, onCommit)
    progress = ProgressSum(of: stream.name, onProgress)
  }

  /// Runs the stream to its end; its files get their names when all of its outputs have ended well.
  func run() async throws -> RunReport.Stream {
    let meters = meters(of: stream.stages)
    let outputs = try stream.outputs.enumerated().map { number, output in
      try OutputRun(output, number: number, in: context, meters: self.meters(of: output.stages))
    }
    do {
      try await drain(stream.flow(in: context) { index, _ in meters[index] }, into: outputs)
      for output in outputs { try await output.finish() }
      // Sinks send what they hold when they end, and some of it may be refused.
      try await commits.finish()
    } catch is StandardOutput.Closed where stream.sinks.count == 1 {
      outputs[0].readerLeft()
      try await outputs[0].finish()
    } catch {
      for output in outputs { await output.discard() }
      throw error
    }
    var report = await commits.report
    report.stages = meters.map { ($0.name, $0.current) }
    report.outputs = outputs.map(\.report)
    report.deadLetters = deadLetters.count
    report.deadLetterPath = deadLetters.path.string
    return report
  }

  /// Returns when every output has ended; the first error ends them all.
  private func drain(_ trunk: AnyFlow, into outputs: [OutputRun]) async throws {
    if outputs.count == 1 {
      return try await outputs[0].drain(trunk, limit: limit, commits, progress)
    }
    let tee = trunk.tee(outputs.count)
    try await withThrowingTaskGroup(of: Int.self) { group in
      group.addTask {
        try await tee.read()
        return 0
      }
      for (output, branch) in zip(outputs, tee.branches) {
        group.addTask {
          try await output.drain(branch.flow, limit: limit, commits, progress)
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

  private func meters(of stages: [PlannedComponent]) -> [StageMeter] {
    stages.map { stage in
      StageMeter(stage.name) { [deadLetters] stage, rejection, page in
        try deadLetters.accept(rejection.record, from: stage, because: rejection.reason, on: page)
      }
    }
  }
}
