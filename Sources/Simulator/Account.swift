/// What one API allows a subscription, and what it has had: calls in the last hour, and calls that run.
struct Account: Sendable {
  /// What became of a call.
  enum Admission: Sendable, Equatable {
    case admitted
    case tooManyAtOnce
    /// The next call is admitted after so many seconds.
    case tooOften(seconds: Int)
  }

  let calls: Int
  let window: Duration
  let concurrency: Int

  private var admitted: [Duration] = []
  private var inProgress = 0
  /// Until when calls that were abandoned count as running.
  private var kept: [Duration] = []

  /// Opens an account; `window` slides, backwards from each call.
  init(calls: Int, window: Duration, concurrency: Int) {
    self.calls = calls
    self.window = window
    self.concurrency = concurrency
  }

  /// How many calls run, or count as if they did.
  var running: Int { inProgress + kept.count }

  /// Asks for a call at a time; one that is admitted runs until `end`.
  ///
  /// What is refused is not counted.
  mutating func begin(at now: Duration) -> Admission {
    forget(before: now)
    // Qualys checks the calls at once first.
    if running >= concurrency { return .tooManyAtOnce }
    if admitted.count >= calls { return .tooOften(seconds: seconds(until: now)) }
    admitted.append(now)
    inProgress += 1
    return .admitted
  }

  /// Ends a call that was admitted; its slot may be kept beyond that.
  mutating func end(keepingSlotUntil end: Duration? = nil) {
    inProgress -= 1
    if let end { kept.append(end) }
  }

  /// What header fields tell at a time, in an answer that runs or was refused.
  mutating func limits(at now: Duration, isRunning: Bool) -> Limits {
    forget(before: now)
    let remaining = max(calls - admitted.count, 0)
    return Limits(
      calls: calls,
      window: Int(window.components.seconds),
      concurrency: concurrency,
      running: isRunning ? running - 1 : running,
      rest: (remaining: remaining, toWait: !isRunning && remaining == 0 ? seconds(until: now) : 0)
    )
  }

  private mutating func forget(before now: Duration) {
    admitted.removeAll { $0 + window <= now }
    kept.removeAll { $0 <= now }
  }

  /// Whole seconds until the oldest call leaves the window, at least 1.
  private func seconds(until now: Duration) -> Int {
    guard let oldest = admitted.first else { return 1 }
    let rest = (oldest + window - now).components
    return max(Int(rest.seconds) + (rest.attoseconds > 0 ? 1 : 0), 1)
  }
}
