package import Streaming
internal import Synchronization

/// Lets calls of one subscription begin when Qualys allows them: shared by all streams, an account for each API.
///
/// Whoever came first is let in first. A class with a lock, no actor: a slot is given back when its last reference goes,
/// where nothing can be waited for. Memory: see ``ThrottleAccount``.
package final class Throttle: Sendable {
  /// Hears of each wait: which API, if it is one's, until when (seconds since 1970), and why.
  package typealias OnWait = @Sendable (_ api: API?, _ until: Int, _ reason: String) -> Void

  private struct State {
    var accounts: [API: ThrottleAccount] = [:]
    /// Who waits, in order.
    var queues: [API: [Int]] = [:]
    var ticketCount = 0
  }

  private let leave: Double
  private let hold: Duration
  private let most: Int
  private let pace: Pace
  private let onWait: OnWait
  private let state = Mutex(State())
  private let changes = ChangeSignal()

  /// Creates a throttle.
  ///
  /// `leave` is the part of the rate, from 0 to 1, that is left to others. Qualys goes on with a call whose connection is
  /// gone, so an abandoned one keeps its slot for `hold`: the least time that peers wait for one to end. Should it run on,
  /// Qualys refuses the next (1960), which waits and takes one off the concurrency. No more than `most` run at once,
  /// whatever Qualys allows.
  package init(
    leave: Double = 0.25,
    hold: Duration = .seconds(10),
    most: Int = .max,
    pace: Pace = .system,
    onWait: @escaping OnWait = { _, _, _ in }
  ) {
    self.leave = leave
    self.hold = hold
    self.most = most
    self.pace = pace
    self.onWait = onWait
  }

  /// The clock on the wall, seconds since 1970.
  var date: Int { pace.date() }

  /// How many calls of an API may run at once, as far as answers have told.
  package func concurrency(of api: API) -> Int { withAccount(of: api) { account, _ in account.concurrency } }

  /// What answers told of the rate of each API, in the order of ``API``.
  package var rates: [(api: API, limit: Int, left: Int, window: Int, concurrency: Int)] {
    let accounts = state.withLock { $0.accounts }
    return API.allCases.compactMap { api in
      guard let account = accounts[api], let rate = account.rate else { return nil }
      return (api, rate.limit, rate.left, rate.window, account.concurrency)
    }
  }

  /// Waits until a call may begin, and begins it: it runs until the slot is ended or its last reference goes.
  /// - Throws: `CancellationError`.
  package func slot(for api: API) async throws -> ThrottleSlot {
    let ticket = state.withLock { state in
      state.ticketCount += 1
      state.queues[api, default: []].append(state.ticketCount)
      return state.ticketCount
    }
    defer {
      state.withLock { $0.queues[api]?.removeAll { $0 == ticket } }
      changes.raise()
    }
    var reported: Duration?
    while true {
      try Task.checkCancellation()
      let seen = changes.count
      let verdict = begin(api, ticket)
      let now = pace.elapsed()
      switch verdict {
      case .go: return ThrottleSlot(self, api)
      case .until(let time, let reason):
        if time != reported { report(api, time - now, reason) }
        reported = time
        try await changes.wait(beyond: seen, atMost: time - now, pace)
      case .whenOneEnds(let time?): try await changes.wait(beyond: seen, atMost: time - now, pace)
      case .whenOneEnds(nil): try await changes.wait(beyond: seen)
      }
    }
  }

  /// Waits, whatever the API, and tells so.
  /// - Throws: `CancellationError`.
  func wait(for duration: Duration, because reason: String) async throws {
    report(nil, duration, reason)
    try await pace.sleep(duration)
  }

  private func begin(_ api: API, _ ticket: Int) -> ThrottleAccount.Verdict {
    let isFirst = state.withLock { $0.queues[api]?.first == ticket }
    guard isFirst else { return .whenOneEnds(nil) }
    return withAccount(of: api) { account, now in
      let verdict = account.ask(at: now)
      if verdict == .go { account.begin(at: now) }
      return verdict
    }
  }

  private func report(_ api: API?, _ duration: Duration, _ reason: String) {
    let (seconds, rest) = duration.components
    onWait(api, pace.date() + Int(seconds) + (rest > 0 ? 1 : 0), reason)
  }

  private func withAccount<R>(of api: API, _ body: (inout ThrottleAccount, _ now: Duration) -> R) -> R {
    let now = pace.elapsed()
    return state.withLock {
      body(&$0.accounts[api, default: ThrottleAccount(leave: leave, hold: hold, most: most)], now)
    }
  }
}

// MARK: - What answers tell

extension Throttle {
  fileprivate func note(_ headers: RateHeaders, status: Int, of api: API) {
    withAccount(of: api) { $0.answer(headers, status: status, at: $1) }
    changes.raise()
  }

  /// Learns from an answer that is a refusal.
  func note(_ refusal: Refusal, of api: API) {
    // Some refusals say no time: then calls of all streams wait as long as peers do.
    let unstated = Duration.seconds(10 + 20 * pace.random())
    withAccount(of: api) { account, now in
      if refusal.code == "1960" { account.fall() }
      switch refusal.remedy {
      case .wait(let seconds): account.wait(.seconds(seconds), at: now, because: refusal.text)
      case .waitForOthers: account.wait(unstated, at: now, because: refusal.text)
      case .again where [202, 409, 429, 503].contains(refusal.status):
        account.wait(unstated, at: now, because: refusal.text)
      case .again, .person: break
      }
    }
    changes.raise()
  }

  fileprivate func end(_ api: API, _ ending: ThrottleAccount.Ending, wasAnswered: Bool) {
    withAccount(of: api) { $0.end(ending, wasAnswered: wasAnswered, at: $1) }
    changes.raise()
  }
}

/// A call that runs; abandoned when the last reference goes before it is ended.
package final class ThrottleSlot: Sendable {
  private let throttle: Throttle
  private let api: API
  private let state = Mutex((wasAnswered: false, isEnded: false))

  fileprivate init(_ throttle: Throttle, _ api: API) {
    self.throttle = throttle
    self.api = api
  }

  deinit { end(.abandoned) }

  /// Learns from the head of the call's answer.
  package func answer(_ response: APIResponse) {
    state.withLock { $0.wasAnswered = true }
    throttle.note(RateHeaders(response), status: response.status, of: api)
  }

  /// Learns from an answer that is a refusal.
  package func refuse(_ refusal: Refusal) { throttle.note(refusal, of: api) }

  /// Ends the call; only the first time counts.
  package func end(_ ending: ThrottleAccount.Ending) {
    let wasAnswered: Bool? = state.withLock { state in
      if state.isEnded { return nil }
      state.isEnded = true
      return state.wasAnswered
    }
    if let wasAnswered { throttle.end(api, ending, wasAnswered: wasAnswered) }
  }
}
