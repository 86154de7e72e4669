internal import Health
internal import Qualys
internal import Sinks
internal import Streaming
internal import Synchronization
internal import SystemPackage

/// Brings what waits in a spool to its sink: again and again, as long as the sink may take it.
final class SpooledDelivery: Sendable {
  private let spooled: Spools.Spooled
  private let run: Run
  private let live: Live
  private let events: any EventRecorder
  private let context: StreamContext
  /// Whether everything is tried again, and not only what passes, when the run waits.
  private let isForEver: Bool

  private struct State {
    var pages = 0
    var isDown = false
  }
  private let state = Mutex(State())

  init(
    of spooled: Spools.Spooled,
    _ run: Run,
    _ context: StreamContext,
    _ live: Live,
    _ events: any EventRecorder,
    forEver isForEver: Bool
  ) {
    self.spooled = spooled
    self.run = run
    self.live = live
    self.events = events
    self.isForEver = isForEver
    var context = context
    context.output = spooled.output.name
    context.waits = isForEver || live.waits
    self.context = context
  }

  private var stream: String { spooled.stream.name }
  private var watch: SpoolWatch { spooled.spool.watch }

  /// Delivers until the run ends, or no more is wanted, or the sink gives up.
  ///
  /// - Returns: What the sink said when it gave up.
  func deliver() async -> (any Error)? {
    await withTaskGroup { group in
      group.addTask { [live, spool = spooled.spool] in
        await live.stop.said()
        // It is heard behind a page, or while nothing is at hand.
        if live.stop.isStopped { await spool.endForwarding(whenEmpty: false) }
      }
      defer { group.cancelAll() }
      return (try? await live.stop.cancelling(after: StopSignal.patience) { await self.tryAgain() }) ?? nil
    }
  }

  private func tryAgain() async -> (any Error)? {
    var failures = 0
    while true {
      let pages = state.withLock { $0.pages }
      do {
        try await attempt()
        return nil
      } catch {
        if Task.isCancelled || live.stop.isStopped { return nil }
        failures = state.withLock { $0.pages } > pages ? 1 : failures + 1
        let passes = ErrorClass.passes(error)
        let wait = isForEver || live.waits && passes ? max(1, live.wait(afterFailures: failures, of: error)) : nil
        tell(error, attempt: failures, wait: wait, passes: passes)
        guard let wait else {
          await spooled.spool.giveUp(error)
          return error
        }
        guard (try? await live.stop.racing { [live] in try await live.pace.sleep(.seconds(wait)) }) != nil else {
          return nil
        }
      }
    }
  }

  /// How a sink that gave up stands in the run's report, as of now.
  func failed(_ error: any Error) -> RunReport.Failed {
    RunReport.Failed(
      stream: stream,
      error: Undelivered(spooled.name, lines: watch.current.lines, because: error),
      errorClass: ErrorClass.of(error),
      pages: state.withLock { $0.pages }
    )
  }

  private func attempt() async throws {
    // What a failed try has refused is refused again.
    let letters = run.settings(of: spooled.stream).deadLetters
    var context = context
    context.reject = { record, sink, reason, page in try letters.accept(record, from: sink, because: reason, on: page) }
    let forwarding = SpoolForwarding(spooled.spool, letters: letters) { [self] in
      notePage()
    } make: { [spooled, context] in
      try spooled.output.makeSink(spooled.number, context)
    }
    try await forwarding.run()
  }

  // MARK: - What is told

  private func tell(_ error: any Error, attempt: Int, wait: Int?, passes: Bool) {
    let now = live.pace.date()
    let since = watch.current.failure?.since ?? now
    watch.change { $0.failure = (since, "\(error)") }
    state.withLock { $0.isDown = true }
    let waiting = watch.current
    let text =
      "'\(spooled.name)' takes nothing since \(ServerTime.text(since)): \(error); \(waiting.lines) lines wait in its spool (\(waiting.bytes) of "
      + "\(ByteSize.text(waiting.limit)) bytes), and the stream goes on until that is full"
    var event = HealthEvent(HealthEvent.sinkDown, passes ? .warning : .error, stream: stream, text)
    event.errorClass = ErrorClass.of(error)
    event.sink = spooled.name
    event.attempt = attempt
    event.nextTry = wait
    event.counts = ["lines": waiting.lines, "bytes": waiting.bytes]
    events.record(event)
  }

  /// The sink has a page.
  private func notePage() {
    let wasDown = state.withLock { state in
      state.pages += 1
      defer { state.isDown = false }
      // What a service was told before it read its file anew is over, too.
      return state.isDown || isForEver && state.pages == 1
    }
    guard wasDown else { return }
    watch.change { $0.failure = nil }
    let text = "'\(spooled.name)' takes what waits in its spool: \(watch.current.lines) lines more"
    var event = HealthEvent(HealthEvent.sinkDown, .info, stream: stream, text)
    event.isRecovery = true
    event.sink = spooled.name
    events.record(event)
  }
}

/// A sink gave up, and its spool keeps what it does not have.
package struct Undelivered: Error, CustomStringConvertible {
  /// What the sink said.
  package let error: any Error
  package let description: String

  init(_ sink: String, lines: Int, because error: any Error) {
    self.error = error
    description =
      "\(error); \(lines) lines wait in the spool of '\(sink)' and nothing of them is lost: the next run delivers them"
  }
}
