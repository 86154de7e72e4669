internal import Records
internal import Streaming

/// Why Qualys did not give what was asked for, and what may be done about it.
package struct Refusal: Error, Sendable, CustomStringConvertible {
  /// What may be done about it.
  package enum Remedy: Sendable, Equatable {
    /// A person must change the configuration, or the account; asking again would not help.
    case person
    /// Ask again after so many seconds, which Qualys said.
    case wait(seconds: Int)
    /// Ask again when another call has finished: Qualys does not say when.
    case waitForOthers
    /// Ask again.
    case again
  }

  /// The HTTP status.
  package let status: Int
  /// Qualys' own code, such as 1965.
  package let code: String?
  /// Qualys' own words, or ours.
  package let text: String
  /// What was called, without its parameters.
  package let origin: String
  package let remedy: Remedy

  package var description: String {
    let number = code.map { ", code \($0)" } ?? ""
    let help =
      switch (status, remedy) {
      case (401, _): "; check username and password"
      case (403, _): "; the user may not call this API"
      case (414, _): "; ask for fewer ids at a time"
      case (404, _): "; check the platform, or the server and gateway"
      case (300..<400, _): "; redirects are not followed: check the platform, or the server and gateway"
      case (_, .person): "; a person must see to it"
      default: ""
      }
    return "\(origin): HTTP \(status)\(number): \(text)\(help)"
  }
}

extension Refusal {
  /// The longest wait that is taken from a header or an answer, in seconds: a day.
  static let longestWait = 86_400
  /// A longer one, a week, is no hint but nonsense.
  private static let absurdWait = 7 * 86_400

  /// What an answer without the data says; `body` is its beginning, 1 MiB at most.
  ///
  /// - Parameter now: Seconds since 1970, for dates in headers of a server that does not tell its own.
  init(_ response: APIResponse, body: [UInt8], origin: String, now: Int) {
    let stated = Self.stated(in: body)
    self.init(
      status: response.status,
      code: stated.code,
      text: stated.text ?? "no reason was given",
      origin: origin,
      remedy: Self.remedy(response, code: stated.code, text: stated.text ?? "", now: now)
    )
  }

  /// What Qualys says in a body that came with status 200 (qualys-api 4.3), or nil when that is not an error of its own.
  init?(_ error: AnswerError, headers response: APIResponse?, origin: String, now: Int) {
    guard case .qualys(let code, let text) = error else { return nil }
    let response = response ?? APIResponse(status: 200, headers: [], body: NoBytes())
    self.init(
      status: response.status,
      code: code,
      text: text,
      origin: origin,
      remedy: Self.remedy(response, code: code, text: text, now: now)
    )
  }

  private static func remedy(_ response: APIResponse, code: String?, text: String, now: Int) -> Remedy {
    let hint = hint(response, text, now: now)
    switch code {
    // 2014: too many are signed in.
    case "1960", "2014": return .waitForOthers
    case "1965", "1920": return hint.map { .wait(seconds: $0) } ?? .waitForOthers
    case "999": return .again
    default: break
    }
    switch response.status {
    // 202: the same is being worked on already.
    case 202: return hint.map { .wait(seconds: $0) } ?? .waitForOthers
    case 408, 429, 500...: return hint.map { .wait(seconds: $0) } ?? .again
    case 409 where code == nil: return hint.map { .wait(seconds: $0) } ?? .waitForOthers
    // A word such as FAILED says nothing about why.
    case 200 where code.flatMap({ Int($0) }) == nil: return .again
    default: return .person
    }
  }

  /// Seconds to wait that Qualys stated; what is absent, blank, negative, absurd or no number is no hint.
  private static func hint(_ response: APIResponse, _ text: String, now: Int) -> Int? {
    let inText = text.split(separator: "SECONDS_TO_WAIT ").dropFirst().first.flatMap {
      Int($0.prefix(while: \.isNumber))
    }
    let headers = ["X-RateLimit-ToWait-Sec", "Retry-After"].compactMap { response.header($0) }.compactMap {
      Int($0) ?? seconds(until: $0, response, now: now)
    }
    let hints = (headers + [inText].compactMap(\.self)).filter { $0 > 0 && $0 <= absurdWait }
    return hints.max().map { min($0, longestWait) }
  }

  /// Seconds until a date, which is meant by the server's clock.
  private static func seconds(until text: String, _ response: APIResponse, now: Int) -> Int? {
    guard let date = HTTPDate.seconds(text) else { return nil }
    return date - (response.header("Date").flatMap(HTTPDate.seconds) ?? now)
  }

  /// The error that a body states: in XML, in JSON, or in the title of a web page.
  private static func stated(in body: [UInt8]) -> (code: String?, text: String?) {
    let reader = AnswerReader(.detections)
    do {
      try reader.feed(body)
      try reader.finish()
    } catch {
      switch error {
      case .qualys(let code, let text): return (code, text)
      case .html: return (nil, error.description)
      case .empty: return (nil, nil)
      default: break
      }
    }
    let beginning = String(decoding: body.prefix(200), as: UTF8.self).filter { !$0.isNewline }
    return (nil, beginning.isEmpty ? nil : beginning)
  }
}

/// A body without bytes.
package struct NoBytes: AsyncSequence, Sendable {
  package struct Iterator: AsyncIteratorProtocol {
    package mutating func next() async throws -> [UInt8]? { nil }
  }

  package init() {}
  package func makeAsyncIterator() -> Iterator { Iterator() }
}
