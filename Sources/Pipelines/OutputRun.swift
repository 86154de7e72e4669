internal import Records
internal import Streaming

/// One output of a running stream: what comes to it goes through its stages into its sinks.
///
/// Sendable: one task at a time uses it, its own while batches flow, and the stream's before that one begins and after
/// it has ended.
final class OutputRun: @unchecked Sendable {
  private let output: PlannedOutput
  private let number: Int
  private let meters: [StageMeter]
  private let sinks: [any Sink<Line>]
  private let rehearsal: (any Rehearsal)?
  private(set) var report: RunReport.Output
  private var lineCount = 0

  /// Makes the output's sinks, or in a rehearsal what only counts in their place.
  init(
    _ output: PlannedOutput,
    number: Int,
    in context: StreamContext,
    meters: [StageMeter],
    _ rehearsal: (any Rehearsal)? = nil
  ) throws {
    self.output = output
    self.number = number
    self.meters = meters
    self.rehearsal = rehearsal
    var context = context
    context.output = output.name
    if let rehearsal {
      sinks = output.sinks.indices.map { [context] index in
        CountingSink(output.destination(ofSink: index, context)) { tallies in
          rehearsal.counted(tallies, by: index, ofOutput: number, in: context.stream)
        }
      }
    } else {
      sinks = try output.makeSinks(context)
    }
    report = RunReport.Output(name: output.name)
  }

  /// Writes what the trunk gives until it ends, or until there are `limit` lines.
  func drain(
    _ trunk: AnyFlow,
    in context: StreamContext,
    limit: Int?,
    _ commits: PageCommits,
    _ progress: ProgressSum
  ) async throws {
    // In a later round there is nothing more to take.
    if report.endedEarly { return try await commits.leave(number, in: nil) }
    var isInPage = false
    var isCut = false
    for try await var batch in flow(behind: trunk, in: context) {
      try Task.checkCancellation()
      if let limit, lineCount + batch.records.count >= limit {
        report.endedEarly = true
        isCut = lineCount + batch.records.count > limit
        batch.records.removeLast(lineCount + batch.records.count - limit)
      }
      lineCount += batch.records.count
      isInPage = !batch.position.isEnd
      for sink in sinks { try await sink.write(batch) }
      progress.add(batch)
      if batch.position.isEnd, !isCut {
        try await commits.acknowledge(batch.page, marks: batch.position.marks, by: number)
      }
      if report.endedEarly { return try await commits.leave(number, in: batch.page) }
    }
    // A channel whose reader is cancelled ends like one whose sender did.
    try Task.checkCancellation()
    if isInPage { throw UnendedPage() }
  }

  private func flow(behind trunk: AnyFlow, in context: StreamContext) -> Flow<Line> {
    func watched(_ flow: AnyFlow, behind index: Int) -> AnyFlow {
      let edge = Edge(stream: context.stream, output: number, index: index)
      return rehearsal?.watch(flow, at: edge, behind: index == 0 ? nil : meters[index - 1]) ?? flow
    }
    return output.flow(behind: watched(trunk, behind: 0), in: context) { index, _ in
      meters[index]
    } edge: {
      watched($1, behind: $0 + 1)
    }
  }

  /// Ends all sinks, and counts.
  func finish() async throws {
    for sink in sinks { try await sink.finish() }
    report.stages = meters.map { ($0.name, $0.current) }
    report.sinks = zip(output.sinks, sinks).map { ($0.name, $1.counts) }
  }

  /// Gives up.
  func discard() async { for sink in sinks { await sink.discard() } }

  /// Says that whoever read the only sink went away.
  func readerLeft() {
    report.endedEarly = true
    report.readerLeft = true
  }
}

/// A source or stage ended in the middle of a page: what it did not say is not known, so nothing is committed.
struct UnendedPage: Error, CustomStringConvertible {
  var description: String { "the stream ended in the middle of a page; nothing of that page was kept" }
}
