/// An answer that is no list: a refusal, a proxy's page, or nothing at all.
package struct ErrorAnswer: Sendable {
  var status: Int
  var contentType: String?
  var body: String

  /// Header fields beside those that all answers have.
  var headers: [NamedValue] = []

  /// Qualys' own code, by which 409s differ in their header fields.
  var code: Int?

  /// How many seconds a 409 or 429 says to wait.
  var toWait = 0

  /// The head, with what the answer itself says about limits.
  func head(of api: SimulatedAPI, at answered: SimulatedInstant, limits: Limits) -> AnswerHead {
    var limits = limits
    if code == 1960 {
      limits.running = limits.concurrency
      limits.rest = nil
    } else if code == 1965 || status == 429 {
      limits.rest = (remaining: 0, toWait: toWait)
    }
    var head = AnswerHead(status, of: api, at: answered, contentType: contentType, limits: limits)
    head.headers += headers
    return head
  }
}

// MARK: - The older plane's XML

extension ErrorAnswer {
  /// Makes a SIMPLE_RETURN with one of Qualys' codes.
  ///
  /// - Parameter subject: What it is about, such as the parameters that were not recognized.
  static func code(
    _ code: Int,
    status: Int? = nil,
    subject: String = "",
    toWait: Int = 181,
    at answered: SimulatedInstant
  ) -> ErrorAnswer {
    if code == 999 { return internalError(status: status ?? 200) }
    var items: [NamedValue] = []
    let (usualStatus, text): (Int, String)
    switch code {
    case 1901: (usualStatus, text) = (400, "Unrecognized parameter(s): \(subject)")
    case 1903: (usualStatus, text) = (400, "Missing required parameter(s): \(subject)")
    case 1904: (usualStatus, text) = (400, "Specify only one of these parameters: \(subject)")
    case 1905: (usualStatus, text) = (400, "parameter \(subject)")
    case 1907: (usualStatus, text) = (400, "The combination of key=value pairs is not supported: \(subject)")
    case 1908: (usualStatus, text) = (400, "The request method (\(subject)) is incompatible with the parameter(s).")
    case 1922: (usualStatus, text) = (400, "Specify at least one of the following parameters: \(subject)")
    case 1960:
      (usualStatus, text) = (409, "This API cannot be run again until 1 currently running instance has finished.")
      items = [NamedValue("CALLS_TO_FINISH", "1")]
    case 1965:
      (usualStatus, text) = (409, "This API cannot be run again for another \(duration(toWait)).")
      items = [NamedValue("SECONDS_TO_WAIT", "\(toWait)")]
    case 2000: (usualStatus, text) = (401, "Bad Login/Password")
    case 2001: (usualStatus, text) = (200, "This account has expired.")
    case 2003:
      (usualStatus, text) = (
        409, "Registration must be completed before API requests will be served for this account"
      )
    default: (usualStatus, text) = (200, "Simulated error \(code).")
    }
    return simpleReturn(
      status: status ?? usualStatus,
      code: code,
      text: text,
      items: items,
      toWait: toWait,
      at: answered
    )
  }

  /// Makes a SIMPLE_RETURN, which has an XML declaration inside a 200 only.
  static func simpleReturn(
    status: Int,
    code: Int?,
    text: String,
    items: [NamedValue] = [],
    toWait: Int = 0,
    at answered: SimulatedInstant
  ) -> ErrorAnswer {
    var body = status == 200 ? "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n" : ""
    body += """
      <!DOCTYPE SIMPLE_RETURN SYSTEM "https://qualysapi.qualys.com/api/2.0/simple_return.dtd">
      <SIMPLE_RETURN>
        <RESPONSE>
          <DATETIME>\(answered.text)</DATETIME>

      """
    if let code { body += "    <CODE>\(code)</CODE>\n" }
    let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    body += "    <TEXT>\(escaped)</TEXT>\n"
    if !items.isEmpty {
      body += "    <ITEM_LIST>\n"
      for item in items {
        body += "      <ITEM>\n        <KEY>\(item.name)</KEY>\n        <VALUE>\(item.value)</VALUE>\n      </ITEM>\n"
      }
      body += "    </ITEM_LIST>\n"
    }
    body += "  </RESPONSE>\n</SIMPLE_RETURN>\n"
    let contentType = status == 200 ? "text/xml;charset=UTF-8" : "application/xml"
    return ErrorAnswer(status: status, contentType: contentType, body: body, code: code, toWait: toWait)
  }

  private static func internalError(status: Int) -> ErrorAnswer {
    let body = """
      <?xml version="1.0" encoding="UTF-8" ?>
      <!DOCTYPE GENERIC_RETURN SYSTEM "https://qualysapi.qualys.com/generic_return.dtd">
      <GENERIC_RETURN>
        <API name="index.php" username="simulator" at="2026-11-22T00:00:00Z"/>
        <RETURN status="FAILED" number="999">Internal error. Please contact support.</RETURN>
      </GENERIC_RETURN>

      """
    return ErrorAnswer(status: status, contentType: "text/xml;charset=UTF-8", body: body, code: 999)
  }

  private static func duration(_ seconds: Int) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
    let units = [(hours, "hour"), (minutes, "minute"), (seconds % 60, "second")]
      .filter { $0.0 > 0 || $0.1 == "second" }
      .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
    guard units.count > 1 else { return units[0] }
    return units.dropLast().joined(separator: ", ") + " and " + units[units.count - 1]
  }
}
