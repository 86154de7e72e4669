internal import Health
internal import Qualys
internal import Streaming

/// One live round of every stream, in the file's order, each behind the one that it starts behind.
///
/// A stream that fails ends alone; those that start behind it are left out, and the others go on, unless the failure is
/// everyone's (``ErrorClass/endsAll(_:)``). With `waits` a failure that passes ends nothing: the stream is taken up behind
/// its last page, for ever.
struct LiveRun {
  let streams: [PlannedStream]
  let live: Live
  let rounds: LiveRounds
  /// What each stream asks for.
  let asked: [String: LiveRounds.Asked]
  let events: EventSummary
  let round: Round
  let firstRound: FirstRoundNotice
  let make: (_ stream: PlannedStream, _ since: Since?) throws -> StreamRun

  /// Runs the round; failures of streams are in the report.
  ///
  /// - Throws: What stands in the way of making a stream.
  func run(_ report: inout RunReport) async throws {
    var leftOut: Set<String> = []
    for stream in Self.ordered(streams) {
      if report.interrupted != nil || live.stop.isStopped { break }
      if let other = stream.predecessor, leftOut.contains(other) {
        leftOut.insert(stream.name)
        report.notices.append("'\(stream.name)' was left out: '\(other)', which it starts behind, did not end well")
        continue
      }
      try await run(stream, asked[stream.name] ?? LiveRounds.Asked(), &report)
      guard let failed = report.failed.last, failed.stream == stream.name else { continue }
      leftOut.insert(stream.name)
      if ErrorClass.endsAll(failed.error) { break }
    }
    if live.stop.isStopped, report.interrupted == nil { report.interrupted = ("", 0) }
  }

  /// Streams in the file's order, but none before the one that it starts behind.
  static func ordered(_ streams: [PlannedStream]) -> [PlannedStream] {
    var rest = streams
    var ordered: [PlannedStream] = []
    // The checker has refused circles; a stream that is not run holds nobody up.
    while let index = rest.firstIndex(where: { stream in !rest.contains { $0.name == stream.predecessor } }) {
      ordered.append(rest.remove(at: index))
    }
    return ordered + rest
  }

  // MARK: - One stream

  private func run(
    _ stream: PlannedStream,
    _ asked: LiveRounds.Asked,
    _ report: inout RunReport
  ) async throws {
    var failures = 0
    while true {
      let tellings = ErrorClass.allCases.map { events.count(of: $0, in: stream.name) }
      var running = try make(stream, asked.since)
      do {
        if asked.isFirst, failures == 0 { try await firstRound.tell(of: stream, since: asked.since) }
        try await running.run(round)
        var done = try await running.finish()
        try rounds.finish(stream, endedEarly: done.endedEarly)
        done.asked = asked.words
        return report.streams.append(done)
      } catch {
        let pages = await running.pageCount
        await running.discard()
        if error is Stopped || Task.isCancelled {
          report.interrupted = (stream.name, pages)
          return
        }
        failures += 1
        let wait = live.waits && ErrorClass.passes(error) ? live.wait(afterFailures: failures, of: error) : nil
        tell(error, of: stream, attempt: failures, wait: wait, unlessToldSince: tellings)
        live.onFailure(Live.Failure(stream: stream.name, error: error, attempt: failures, wait: wait))
        guard let wait else {
          let errorClass = ErrorClass.of(error)
          report.failed.append(
            RunReport.Failed(stream: stream.name, error: error, errorClass: errorClass, pages: pages)
          )
          return
        }
        guard await self.wait(wait, because: "\(error)") else {
          report.interrupted = (stream.name, pages)
          return
        }
      }
    }
  }

  /// Waits; returns whether to go on.
  private func wait(_ seconds: Int, because reason: String) async -> Bool {
    live.onWait(Live.Waiting(until: live.pace.date() + seconds, reason: reason))
    defer { live.onWait(nil) }
    return
      (try? await live.stop.racing { [live] in
        try await live.unlessHastened { try await live.pace.sleep(.seconds(seconds)) }
      }) != nil
  }

  /// Records what ended or delays a stream, unless whoever met it has done so.
  private func tell(
    _ error: any Error,
    of stream: PlannedStream,
    attempt: Int,
    wait: Int?,
    unlessToldSince tellings: [Int]
  ) {
    let errorClass = ErrorClass.of(error)
    let told = zip(ErrorClass.allCases, tellings).first { $0.0 == errorClass }?.1 ?? 0
    guard events.count(of: errorClass, in: stream.name) == told else { return }
    var event = HealthEvent(errorClass, wait == nil ? .error : .warning, stream: stream.name, "\(error)")
    if let refusal = error as? Refusal {
      event.httpStatus = refusal.status
      event.qualysCode = refusal.code
    }
    event.attempt = attempt
    event.nextTry = wait
    events.record(event)
  }
}
