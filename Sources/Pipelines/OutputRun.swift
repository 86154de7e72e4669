internal import Foundation
internal import Records
internal import Streaming

/// One output of a running stream: what comes to it goes through its stages into its sinks.
///
/// Sendable: one task at a time uses it, its own while batches flow, and the stream's before that one begins and after
/// it has ended.
final class OutputRun: @unchecked Sendable {
  private let output: PlannedOutput
  private let number: Int
  let meters: [StageMeter]
  private let sinks: [any Sink<Line>]
  private let settings: StreamRun.Settings
  private(set) var report: RunReport.Output
  private var lineCount = 0

  /// Makes the output's sinks, or in a rehearsal what only counts in their place.
  init(
    _ output: PlannedOutput,
    number: Int,
    in context: StreamContext,
    meters: [StageMeter],
    _ settings: StreamRun.Settings
  ) throws {
    self.output = output
    self.number = number
    self.meters = meters
    self.settings = settings
    var context = context
    context.output = output.name
    if let rehearsal = settings.rehearsal {
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

  /// Where the sinks stand that have something to find again.
  var positions: RoundKeeper.Positions {
    sinks.enumerated().compactMap { number, sink in
      sink.position.map {
        RoundProgress.SinkPosition(
          output: output.name,
          number: number,
          sink: output.sinks[number].name,
          position: Data($0)
        )
      }
    }
  }

  /// Puts the sinks back to where they were when a page, the run's last, was committed.
  /// - Returns: The positions that are theirs.
  func recover(_ positions: RoundKeeper.Positions) async throws -> RoundKeeper.Positions {
    let own = positions.filter { position in
      position.output == output.name && sinks.indices.contains(position.number)
        && output.sinks[position.number].name == position.sink
    }
    for (number, sink) in sinks.enumerated() { try await sink.recover(Self.position(of: number, in: own)) }
    return own
  }

  private static func position(of number: Int, in positions: RoundKeeper.Positions) -> [UInt8]? {
    positions.first { $0.number == number }.map { Array($0.position) }
  }

  /// Gives what sinks have written its final place; everything is committed.
  func publish() async throws {
    for sink in sinks where sink.position != nil { try await sink.finish() }
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
      // What was asked for is written out; its page is not committed.
      if isCut { batch = Batch(batch.records, of: batch.page, at: batch.position.ended) }
      for sink in sinks { try await sink.write(batch) }
      progress.add(batch, by: number)
      if batch.position.isEnd, !isCut {
        let marks = batch.position.marks
        let committed = try await commits.acknowledge(batch.page, marks: marks, positions, by: number)
        for (number, sink) in sinks.enumerated() {
          try await sink.publish(Self.position(of: number, in: committed))
        }
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
      return settings.watch(flow, at: edge, behind: index == 0 ? nil : meters[index - 1])
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

extension Position {
  /// The same place, as a page's end.
  fileprivate var ended: Position { isEnd ? self : Position(marks: Int(marks), ending: .complete) }
}

/// A source or stage ended in the middle of a page: what it did not say is not known, so nothing is committed.
struct UnendedPage: Error, CustomStringConvertible {
  var description: String { "the stream ended in the middle of a page; nothing of that page was kept" }
}
