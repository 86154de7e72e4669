internal import Synchronization

/// What stands behind the server: accounts, tokens, and an answer to every request.
///
/// It knows nothing of connections, so that it answers in a test as it does on the network.
final class SimulatedQualys: Sendable {
  typealias Options = SimulatedServer.Options

  let options: Options
  let state: Mutex<State>

  struct State {
    var round: Int
    var calls: [SimulatedCall] = []
    /// How many calls of each API have arrived, and how many of them are not answered yet.
    var arrived: [SimulatedAPI: Int] = [:]
    var running: [SimulatedAPI: Int] = [:]
    var accounts: [SimulatedAPI: Account] = [:]
    var seededFaults: SeededFaults?
    /// When each token that was given ends, in seconds since 1970.
    var tokens: [String: Int] = [:]
  }

  init(_ options: Options) {
    self.options = options
    state = Mutex(State(round: options.detections.round, seededFaults: options.seededFaults))
  }

  /// The calls so far, in the order in which they arrived.
  var calls: [SimulatedCall] { state.withLock { $0.calls } }

  /// The tokens that were given.
  var tokens: [String] { state.withLock { Array($0.tokens.keys) } }

  /// The day on which it answers.
  var round: Int {
    get { state.withLock { $0.round } }
    set { state.withLock { $0.round = newValue } }
  }

  /// When it answers.
  var answered: SimulatedInstant { .answer(inRound: round, seed: options.detections.seed) }

  /// Makes the answer to a request that has just arrived; whoever sends it calls `end` on it afterwards.
  func answer(_ request: SimulatedRequest) -> SimulatedAnswer {
    guard let api = request.api else {
      return SimulatedAnswer(.page(404, title: "404 Not Found"), of: .detections, at: answered, limits: Limits())
    }
    let (index, fault) = record(request, of: api)
    var answer = answer(request, of: api, fault: fault)
    let endOfAccount = answer.end
    answer.end = { [self] outcome in
      endOfAccount(outcome)
      state.withLock { state in
        state.calls[index].outcome = outcome
        state.running[api, default: 0] -= 1
      }
    }
    state.withLock { [status = answer.head.status] in $0.calls[index].status = status }
    return answer
  }

  private func answer(_ request: SimulatedRequest, of api: SimulatedAPI, fault: Fault?) -> SimulatedAnswer {
    if request.targetLength > 8_190 {
      return SimulatedAnswer(.status(414, of: api, at: answered), of: api, at: answered, limits: Limits())
    }
    if fault == .nextRound { state.withLock { $0.round += 1 } }
    if fault == .expiredToken, let token = request.token { state.withLock { $0.tokens[token] = 0 } }
    var answer = replacement(for: fault, of: api) ?? rightAnswer(to: request, of: api, fault: fault)
    answer.fault = fault
    answer.apply(fault?.edits(of: api) ?? [])
    if case .headers(let limits) = fault { limits.apply(to: &answer.head) }
    let acceptsGzip = options.compresses && request.headers["accept-encoding"]?.contains("gzip") == true
    if acceptsGzip || fault?.needsGzip == true { answer.compress(fault) }
    return answer
  }

  /// Notes that a call has arrived, and finds what goes wrong with it.
  private func record(_ request: SimulatedRequest, of api: SimulatedAPI) -> (index: Int, fault: Fault?) {
    let isAuthorized = isAuthorized(request, api)
    return state.withLock { state in
      let number = state.arrived[api, default: 0] + 1
      let overlap = state.running[api, default: 0]
      state.arrived[api] = number
      state.running[api] = overlap + 1
      // It draws for each call, also for those that the script has something for: the others' faults stay the same.
      let drawn = state.seededFaults?.draw(for: api, call: number)
      let fault = options.faults.fault(of: api, call: number) ?? drawn
      state.calls.append(
        SimulatedCall(
          api: api,
          number: number,
          method: request.method,
          path: request.path,
          // What signs in stays with whoever sent it.
          parameters: api == .signIn ? [] : request.parameters,
          isAuthorized: isAuthorized,
          overlap: overlap,
          fault: fault
        )
      )
      return (state.calls.count - 1, fault)
    }
  }

  /// The answer that a fault puts in place of the right one.
  private func replacement(for fault: Fault?, of api: SimulatedAPI) -> SimulatedAnswer? {
    let answer: ErrorAnswer
    var fields = ErrorFields()
    switch fault {
    case .status(let status, let code, let given):
      fields = given
      answer = .status(status, code: code, toWait: given.wait, of: api, at: answered)
    case .error(let code):
      answer =
        api.isOnGateway ? .failed(200, "Simulated error \(code)") : .code(code, status: 200, at: answered)
    case .redirect(let status, let address): answer = .redirection(status, to: address)
    case .html: answer = .page(200, title: "Scheduled maintenance")
    case .empty: answer = ErrorAnswer(status: 200, body: "")
    default: return nil
    }
    var replacement = SimulatedAnswer(answer, of: api, at: answered, limits: limits(of: api, isRunning: false))
    fields.limits?.apply(to: &replacement.head)
    for field in fields.others {
      replacement.head.headers.removeAll { $0.name.lowercased() == field.name.lowercased() }
      replacement.head.headers.append(field)
    }
    return replacement
  }

  private func rightAnswer(to request: SimulatedRequest, of api: SimulatedAPI, fault: Fault?) -> SimulatedAnswer {
    let refuse = { (answer: ErrorAnswer) in
      SimulatedAnswer(answer, of: api, at: self.answered, limits: self.limits(of: api, isRunning: false))
    }
    if api == .signIn { return signIn(request) ?? refuse(.wrongCredentials) }
    if let refusal = unauthorized(request, api) { return refuse(refusal) }
    switch begin(api) {
    case .admitted: break
    case .tooManyAtOnce: return refuse(.code(1960, at: answered))
    case .tooOften(let seconds):
      return refuse(api.isOnGateway ? .tooManyRequests(toWait: seconds) : .code(1965, toWait: seconds, at: answered))
    }
    var answer: SimulatedAnswer
    do {
      answer = try list(request, of: api, fault: fault)
    } catch {
      let refusal =
        api.isOnGateway
        ? ErrorAnswer.failed(400, error.subject) : .code(error.code, subject: error.subject, at: answered)
      answer = SimulatedAnswer(refusal, of: api, at: answered, limits: limits(of: api, isRunning: true))
    }
    answer.end = { [self] in end(api, $0) }
    return answer
  }
}
