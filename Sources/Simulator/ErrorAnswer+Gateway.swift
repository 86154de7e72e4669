// MARK: - Pages of a proxy, and the gateway's JSON

extension ErrorAnswer {
  /// Makes a web server's page.
  static func page(_ status: Int, title: String) -> ErrorAnswer {
    let body = """
      <!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
      <html><head>
      <title>\(title)</title>
      </head><body>
      <h1>\(title)</h1>
      <p>The service cannot answer this request.<br>
      </p>
      </body></html>

      """
    return ErrorAnswer(status: status, contentType: "text/html; charset=iso-8859-1", body: body)
  }

  /// Makes a redirection.
  static func redirection(_ status: Int, to address: String) -> ErrorAnswer {
    var answer = page(status, title: "\(status) Moved")
    answer.headers = [NamedValue("Location", address)]
    return answer
  }

  /// Makes an answer of the gateway.
  static func json(_ status: Int, _ body: String) -> ErrorAnswer {
    ErrorAnswer(status: status, contentType: "application/json", body: body)
  }

  /// Says that a user name or password is wrong.
  static let wrongCredentials = json(
    401,
    """
    {"authentication_exceptions":[["Authentication Failure: 1 errors, \
    0 successes:authenticationFailure.InvalidCredentialsException"]]}
    """
  )

  /// Says that a token is missing, unknown or too old.
  static func unauthorized(_ message: String) -> ErrorAnswer {
    json(401, #"{"status":401,"error":"Unauthorized","message":"\#(message)"}"#)
  }

  /// Says that a call of the gateway failed.
  static func failed(_ status: Int, _ message: String) -> ErrorAnswer {
    json(status, #"{"responseCode":"FAILED","responseMessage":"\#(message)"}"#)
  }

  /// Says that there were too many calls.
  static func tooManyRequests(toWait: Int) -> ErrorAnswer {
    var answer = json(429, #"{"status":429,"error":"Too Many Requests","message":"API rate limit exceeded"}"#)
    answer.headers = [NamedValue("Retry-After", "\(toWait)")]
    answer.toWait = toWait
    return answer
  }

  /// Makes what an API usually sends with a status, and with a code if there is one.
  static func status(
    _ status: Int,
    code: Int? = nil,
    toWait: Int? = nil,
    of api: SimulatedAPI,
    at answered: SimulatedInstant
  ) -> ErrorAnswer {
    if let code { return .code(code, status: status, subject: "unnamed", toWait: toWait ?? 181, at: answered) }
    switch status {
    case 202:
      return simpleReturn(
        status: 202,
        code: nil,
        text: "Duplicate operation detected. Please try again later.",
        at: answered
      )
    case 204: return ErrorAnswer(status: 204, body: "")
    case 300..<400:
      // Port 9 discards: whoever goes there has no listener, and no credentials may reach it.
      return redirection(status, to: "http://127.0.0.1:9/elsewhere")
    case 401: return api.isOnGateway ? unauthorized("JWT expired") : .code(2000, at: answered)
    case 409 where !api.isOnGateway: return .code(1960, at: answered)
    case 429: return tooManyRequests(toWait: toWait ?? 17)
    case 414: return page(414, title: "414 Request-URI Too Long")
    case 503: return page(503, title: "503 Service Unavailable")
    case _ where api.isOnGateway: return failed(status, "Simulated failure")
    case 400: return .code(1907, subject: "simulated", at: answered)
    default: return page(status, title: "\(status) Simulated Failure")
    }
  }
}
