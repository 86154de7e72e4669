/// What one API allows: how many calls at once, and when the next one may begin.
///
/// Times are ``Pace/elapsed``.
///
/// Concurrency: one less than Qualys' limit, at least 1, and 1 until an answer told the limit. Each refusal for too many
/// at once takes one off, ten calls that go well give one back.
///
/// Rate: a part of it, `leave`, is left to others. The window slides, and of what is in it only our own calls are
/// known. So there are two rules. We never have more calls in the window than limit less `leave`: the next waits until
/// enough of ours have left it. And when the last answer says that no more is left than `leave`, since others call, too,
/// calls are spaced by the window divided by what is left: slower and slower, never to a standstill. Without `leave`
/// only the first rule holds, and Qualys says when to wait.
///
/// Memory: a time for each call of our own in the window.
package struct ThrottleAccount: Sendable {
  /// Whether a call may begin.
  package enum Verdict: Sendable, Equatable {
    case go
    /// Not before a time.
    case until(Duration, because: String)
    /// Not before a call has ended; the slot of an abandoned one is free at a time.
    case whenOneEnds(Duration?)
  }

  /// How a call ended.
  package enum Ending: Sendable {
    case well
    case refused
    /// Before its answer did, by us or by the network.
    case abandoned
  }

  private let leave: Double
  private let hold: Duration

  private var limit: Int?
  private var window: Duration?
  private var remaining: Int?
  private var earliest: (time: Duration, reason: String) = (.zero, "")

  private var concurrencyLimit: Int?
  /// The most calls that a person wants at once.
  private let most: Int
  /// How far below its ceiling the concurrency has fallen, and the calls that went well since.
  private var fallen = 0
  private var wellSince = 0

  private var running = 0
  /// Calls that run and have no answer yet.
  private var unanswered = 0
  /// When the slots of abandoned calls are free again.
  private var held: [Duration] = []
  /// When our calls of this window were answered: not before Qualys counted them, so none leaves our window too early.
  private var answers: [Duration] = []
  private var lastBegin: Duration?

  /// A window that is not stated, as by the gateway, is taken for this when calls are spaced.
  private static let usualWindow = Duration.seconds(300)
  private static let callsToRise = 10

  /// Opens an account.
  ///
  /// `leave` is the part of the rate, from 0 to 1, that is left to others; `hold` is how long an abandoned call keeps
  /// its slot.
  package init(leave: Double, hold: Duration, most: Int = .max) {
    self.most = most
    self.leave = leave
    self.hold = hold
  }

  /// Calls in a window, those that the last answer left, and the window's seconds; nil until an answer told.
  package var rate: (limit: Int, left: Int, window: Int)? {
    guard let limit, let remaining else { return nil }
    return (limit, remaining, Int((window ?? Self.usualWindow).components.seconds))
  }

  /// How many calls may run at once.
  package var concurrency: Int { max(1, ceiling - fallen) }

  private var ceiling: Int { max(1, min(most, (concurrencyLimit ?? 1) - 1)) }

  // MARK: Beginning

  /// Whether a call may begin at a time.
  package mutating func ask(at now: Duration) -> Verdict {
    held.removeAll { $0 <= now }
    if now < earliest.time { return .until(earliest.time, because: earliest.reason) }
    if running + held.count >= concurrency { return .whenOneEnds(held.min()) }
    guard let limit else { return .go }
    return askForRate(limit, at: now)
  }

  private mutating func askForRate(_ limit: Int, at now: Duration) -> Verdict {
    let reserve = min(limit, Int((leave * Double(limit)).rounded(.up)))
    if let window {
      answers.removeAll { $0 + window <= now }
      // How many have to leave the window before the next.
      let excess = answers.count + unanswered - max(1, limit - reserve)
      if excess >= 0 {
        guard answers.indices.contains(excess) else { return .whenOneEnds(held.min()) }
        return .until(answers[excess] + window, because: "the window's share of \(limit) calls is used")
      }
    }
    if leave > 0, let remaining, let lastBegin {
      let left = remaining - unanswered
      let next = lastBegin + (window ?? Self.usualWindow) / max(1, left)
      if left <= reserve, now < next {
        return .until(next, because: "\(max(0, left)) of \(limit) calls are left, for others, too")
      }
    }
    return .go
  }

  /// Begins a call that may.
  package mutating func begin(at now: Duration) {
    running += 1
    unanswered += 1
    lastBegin = now
  }

  // MARK: Answers

  /// Learns from the head of a call's answer.
  package mutating func answer(_ headers: RateHeaders, status: Int, at now: Duration) {
    limit = headers.limit ?? limit
    window = headers.window.map { .seconds($0) } ?? window
    // What is refused is not counted, and "none are left" holds no longer than the wait that is stated.
    let isRefused = status == 409 || status == 429
    count(isRefused ? 0 : 1, at: now)
    remaining = isRefused ? nil : headers.remaining ?? remaining
    if let told = headers.concurrencyLimit {
      concurrencyLimit = told
      fallen = min(fallen, ceiling - 1)
    }
    if let seconds = headers.toWait, seconds > 0 { wait(.seconds(seconds), at: now, because: "Qualys says so") }
  }

  /// Lets no call begin for a time; never shortens what was said before.
  package mutating func wait(_ duration: Duration, at now: Duration, because reason: String) {
    if now + duration > earliest.time { earliest = (now + duration, reason) }
  }

  /// Takes one off the concurrency: Qualys refused a call because too many ran.
  package mutating func fall() {
    fallen = min(fallen + 1, ceiling - 1)
    wellSince = 0
  }

  // MARK: Ending

  /// Ends a call.
  package mutating func end(_ ending: Ending, wasAnswered: Bool, at now: Duration) {
    running -= 1
    // Without an answer it is not known whether it was counted.
    if !wasAnswered { count(1, at: now) }
    switch ending {
    case .well:
      wellSince += 1
      if wellSince == Self.callsToRise {
        wellSince = 0
        fallen = max(0, fallen - 1)
      }
    case .refused: break
    case .abandoned: held.append(now + hold)
    }
  }

  private mutating func count(_ calls: Int, at now: Duration) {
    unanswered -= 1
    answers += repeatElement(now, count: calls)
    remaining = remaining.map { $0 - calls }
  }
}
