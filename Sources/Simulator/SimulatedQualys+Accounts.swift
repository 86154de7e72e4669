internal import Synchronization

// Who is let in, and how often.

extension SimulatedQualys {
  /// What an API's header fields say about limits.
  func limits(of api: SimulatedAPI, isRunning: Bool) -> Limits {
    let now = options.now()
    var limits = state.withLock {
      $0.accounts[api, default: newAccount(of: api)].limits(at: now, isRunning: isRunning)
    }
    limits.spelling = options.spelling
    return limits
  }

  /// Asks for a call of an API.
  func begin(_ api: SimulatedAPI) -> Account.Admission {
    let now = options.now()
    return state.withLock { $0.accounts[api, default: newAccount(of: api)].begin(at: now) }
  }

  /// Ends a call that was admitted; one that its client left runs on at Qualys.
  func end(_ api: SimulatedAPI, _ outcome: SimulatedCall.Outcome) {
    let end = outcome == .abandoned && options.slotIsKept > .zero ? options.now() + options.slotIsKept : nil
    state.withLock { $0.accounts[api]?.end(keepingSlotUntil: end) }
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

// MARK: - Credentials

extension SimulatedQualys {
  /// Whether a call comes with the right credentials, or with a token that holds.
  func isAuthorized(_ request: SimulatedRequest, _ api: SimulatedAPI) -> Bool {
    if api == .signIn { return hasCredentials(request) }
    guard api.isOnGateway else { return request.credentials.map { $0 == (options.user, options.password) } ?? false }
    return request.token.flatMap { token in state.withLock { $0.tokens[token] } }.map { $0 > options.wallClock() }
      ?? false
  }

  /// The refusal of whoever is not let in.
  func unauthorized(_ request: SimulatedRequest, _ api: SimulatedAPI) -> ErrorAnswer? {
    if isAuthorized(request, api) { return api.isOnGateway ? nil : unacceptable(request) }
    guard api.isOnGateway else { return .code(2000, at: answered) }
    let isKnown = request.token.map { token in state.withLock { $0.tokens[token] } != nil } ?? false
    return .unauthorized(isKnown ? "JWT expired" : "Not authenticated")
  }

  private func unacceptable(_ request: SimulatedRequest) -> ErrorAnswer? {
    guard request.headers["x-requested-with"]?.isEmpty == false else {
      // Which code Qualys has for it is not known.
      return .code(1903, subject: "the header field X-Requested-With", at: answered)
    }
    return ["GET", "POST"].contains(request.method) ? nil : .code(1908, subject: request.method, at: answered)
  }

  /// Gives a token, or nothing to whoever has not the right password.
  func signIn(_ request: SimulatedRequest) -> SimulatedAnswer? {
    guard request.method == "POST", hasCredentials(request) else { return nil }
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

  private func hasCredentials(_ request: SimulatedRequest) -> Bool {
    request.value(of: "username") == options.user && request.value(of: "password") == options.password
  }
}
