internal import Synchronization

/// What stands behind the server: accounts, tokens, and an answer to every request.
///
/// It knows nothing of connections, so that it answers in a test as it does on the network.
final class SimulatedQualys: Sendable {
  typealias Options = SimulatedServer.Options

  let options: Options
  private let state: Mutex<State>

  private struct State {
    var round: Int
    var calls: [SimulatedCall] = []
    var accounts: [SimulatedAPI: Account] = [:]
    /// When each token that was given ends, in seconds since 1970.
    var tokens: [String: Int] = [:]
  }

  init(_ options: Options) {
    self.options = options
    state = Mutex(State(round: options.detections.round))
  }

  /// The calls so far, in the order in which they arrived.
  var calls: [SimulatedCall] { state.withLock { $0.calls } }

  /// The day on which it answers.
  var round: Int {
    get { state.withLock { $0.round } }
    set { state.withLock { $0.round = newValue } }
  }

  /// Makes the answer to a request that has just arrived; whoever sends it calls `end` on it afterwards.
  func answer(_ request: SimulatedRequest) -> SimulatedAnswer {
    guard let api = request.api else {
      return SimulatedAnswer(.page(404, title: "404 Not Found"), of: .detections, at: answered, limits: Limits())
    }
    let fault = record(request, of: api)
    if request.targetLength > 8_190 {
      return SimulatedAnswer(.status(414, of: api, at: answered), of: api, at: answered, limits: Limits())
    }
    var answer = replacement(for: fault, of: api) ?? self.answer(request, of: api, fault: fault)
    answer.fault = fault
    if fault == .badUTF8 { answer.spoil(api) }
    if options.compresses, request.headers["accept-encoding"]?.contains("gzip") == true { answer.compress() }
    return answer
  }

  /// When it answers.
  var answered: SimulatedInstant { .answer(inRound: round, seed: options.detections.seed) }

  private func record(_ request: SimulatedRequest, of api: SimulatedAPI) -> Fault? {
    state.withLock { state in
      let number = state.calls.count { $0.api == api } + 1
      // What signs in stays with whoever sent it.
      let parameters = api == .signIn ? [] : request.parameters
      state.calls.append(
        SimulatedCall(api: api, number: number, method: request.method, path: request.path, parameters: parameters)
      )
      return options.faults.fault(of: api, call: number)
    }
  }

  /// The answer that a fault puts in place of the right one.
  private func replacement(for fault: Fault?, of api: SimulatedAPI) -> SimulatedAnswer? {
    let answer: ErrorAnswer
    switch fault {
    case .status(let status, let code): answer = .status(status, code: code, of: api, at: answered)
    case .error(let code):
      answer =
        api.isOnGateway ? .failed(200, "Simulated error \(code)") : .code(code, status: 200, at: answered)
    case .html: answer = .page(200, title: "Scheduled maintenance")
    case .empty: answer = ErrorAnswer(status: 200, body: "")
    default: return nil
    }
    return SimulatedAnswer(answer, of: api, at: answered, limits: limits(of: api, isRunning: false))
  }
}

// MARK: - Accounts

extension SimulatedQualys {
  /// What an API's header fields say about limits.
  func limits(of api: SimulatedAPI, isRunning: Bool) -> Limits {
    let now = options.now()
    return state.withLock { $0.accounts[api, default: newAccount(of: api)].limits(at: now, isRunning: isRunning) }
  }

  private func begin(_ api: SimulatedAPI) -> Account.Admission {
    let now = options.now()
    return state.withLock { $0.accounts[api, default: newAccount(of: api)].begin(at: now) }
  }

  private func end(_ api: SimulatedAPI) {
    state.withLock { $0.accounts[api]?.end() }
  }

  private func newAccount(of api: SimulatedAPI) -> Account {
    // The gateway counts the calls of a time, but not those at once.
    Account(
      calls: options.rateLimit,
      window: options.rateWindow,
      concurrency: api.isOnGateway ? .max : options.concurrency
    )
  }
}

// MARK: - Answers

extension SimulatedQualys {
  private func answer(_ request: SimulatedRequest, of api: SimulatedAPI, fault: Fault?) -> SimulatedAnswer {
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
    answer.end = { [self] in end(api) }
    return answer
  }

  private func unauthorized(_ request: SimulatedRequest, _ api: SimulatedAPI) -> ErrorAnswer? {
    if api.isOnGateway {
      guard let token = request.token else { return .unauthorized("Not authenticated") }
      guard let expiry = state.withLock({ $0.tokens[token] }) else { return .unauthorized("Not authenticated") }
      return expiry > options.wallClock() ? nil : .unauthorized("JWT expired")
    }
    guard let credentials = request.credentials, credentials == (options.user, options.password) else {
      return .code(2000, at: answered)
    }
    guard request.headers["x-requested-with"]?.isEmpty == false else {
      // Which code Qualys has for it is not known.
      return .code(1903, subject: "the header field X-Requested-With", at: answered)
    }
    return ["GET", "POST"].contains(request.method) ? nil : .code(1908, subject: request.method, at: answered)
  }

  private func signIn(_ request: SimulatedRequest) -> SimulatedAnswer? {
    guard request.method == "POST", request.value(of: "username") == options.user,
      request.value(of: "password") == options.password
    else { return nil }
    let token = state.withLock { state in
      let token = AccessToken(
        user: options.user,
        number: state.tokens.count + 1,
        issued: options.wallClock(),
        lifetime: options.tokenLifetime
      )
      state.tokens[token.text] = token.expiry
      return token
    }
    let answer = ErrorAnswer(status: 201, contentType: "text/plain;charset=ISO-8859-1", body: token.text)
    return SimulatedAnswer(answer, of: .signIn, at: answered, limits: limits(of: .signIn, isRunning: false))
  }
}
