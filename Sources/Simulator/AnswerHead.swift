/// An answer's status and header fields, as Qualys' own are.
struct AnswerHead: Sendable {
  var status: Int
  var headers: [NamedValue]

  /// Makes the head of an answer of an API.
  init(
    _ status: Int = 200,
    of api: SimulatedAPI,
    at answered: SimulatedInstant,
    contentType: String? = nil,
    limits: Limits
  ) {
    self.status = status
    headers = [NamedValue("Date", answered.httpText), NamedValue("Server", "Qualys")]
    if api.isOnGateway {
      headers += limits.gatewayFields
    } else {
      headers += Self.protection + limits.fields
    }
    if status == 204 { return }
    if status == 400, !api.isOnGateway {
      headers.append(NamedValue("Connection", "close"))
    } else {
      headers += [NamedValue("Keep-Alive", "timeout=300, max=211"), NamedValue("Connection", "Keep-Alive")]
    }
    headers.append(NamedValue("Transfer-Encoding", "chunked"))
    headers.append(
      NamedValue("Content-Type", contentType ?? (api.isOnGateway ? "application/json" : "application/xml"))
    )
  }

  private static let protection = [
    NamedValue("Strict-Transport-Security", "max-age=63072000;, max-age=31536000; includeSubDomains"),
    NamedValue("X-XSS-Protection", "1; mode=block, 1;mode=block"),
    NamedValue("X-Content-Type-Options", "nosniff"),
    NamedValue("X-Frame-Options", "SAMEORIGIN"),
    NamedValue(
      "X-Powered-By",
      "Qualys:USPOD3:5eed0000-0000-4000-8000-000000000001:5eed0000-0000-4000-8000-000000000002"
    ),
  ]
}

/// How much of an API's limits is used, as header fields tell it.
struct Limits: Sendable {
  /// How many calls a window allows.
  var calls = 300
  /// The window in seconds.
  var window = 3_600
  /// How many calls may run at once.
  var concurrency = 2
  /// How many run beside this one.
  var running = 0
  /// How many calls the window has left, and how many seconds to wait if it has none.
  ///
  /// Refusals for too many calls at once keep both to themselves.
  var rest: (remaining: Int, toWait: Int)? = (299, 0)
  /// How the fields about calls at once are spelled.
  var spelling = LimitSpelling.hyphenated

  var fields: [NamedValue] {
    let prefix = spelling == .joined ? "X-ConcurrencyLimit" : "X-Concurrency-Limit"
    let known = [
      NamedValue("X-RateLimit-Limit", "\(calls)"),
      NamedValue("X-RateLimit-Window-Sec", "\(window)"),
      NamedValue("\(prefix)-Limit", "\(concurrency)"),
      NamedValue("\(prefix)-Running", "\(running)"),
    ]
    guard let rest else { return known }
    return known + [
      NamedValue("X-RateLimit-ToWait-Sec", "\(rest.toWait)"),
      NamedValue("X-RateLimit-Remaining", "\(rest.remaining)"),
    ]
  }

  /// The gateway tells less.
  var gatewayFields: [NamedValue] {
    [NamedValue("X-RateLimit-Limit", "\(calls)"), NamedValue("X-RateLimit-Remaining", "\(rest?.remaining ?? 0)")]
  }
}

/// How header fields about calls at once are spelled; Qualys' documents have both.
package enum LimitSpelling: String, Sendable, CaseIterable {
  /// X-Concurrency-Limit-Limit
  case hyphenated
  /// X-ConcurrencyLimit-Limit
  case joined
}
