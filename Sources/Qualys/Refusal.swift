internal import Records

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
      case (404, _): "; check the platform, or the server and gateway"
      case (300..<400, _): "; redirects are not followed: check the platform, or the server and gateway"
      case (_, .person): "; a person must see to it"
      default: ""
      }
    return "\(origin): HTTP \(status)\(number): \(text)\(help)"
  }
}

extension Refusal {
  /// The longest wait that is taken from a header or an answer: a day.
  static let longestWait = 86_400

  /// What an answer without the data says; `body` is its beginning, 1 MiB at most.
  init(_ response: APIResponse, body: [UInt8], origin: String) {
    let stated = Self.stated(in: body)
    self.init(
      status: response.status,
      code: stated.code,
      text: stated.text ?? "no reason was given",
      origin: origin,
      remedy: Self.remedy(response, code: stated.code, text: stated.text ?? "")
    )
  }

  /// What Qualys says in a body that came with status 200 (qualys-api 4.3), or nil when that is not an error of its own.
  init?(_ error: AnswerError, headers response: APIResponse?, origin: String) {
    guard case .qualys(let code, let text) = error else { return nil }
    let response = response ?? APIResponse(status: 200, headers: [], body: NoBytes())
    self.init(
      status: response.status,
      code: code,
      text: text,
      origin: origin,
      remedy: Self.remedy(response, code: code, text: text)
    )
  }

  private static func remedy(_ response: APIResponse, code: String?, text: String) -> Remedy {
    switch code {
    // 2014: too many are signed in.
    case "1960", "2014": return .waitForOthers
    case "1965", "1920": return hint(response, text).map { .wait(seconds: $0) } ?? .waitForOthers
    case "999": return .again
    case .some: return .person
    case nil: break
    }
    switch response.status {
    case 202, 408, 429, 500...: return hint(response, text).map { .wait(seconds: $0) } ?? .again
    case 409: return hint(response, text).map { .wait(seconds: $0) } ?? .waitForOthers
    case 200: return .again
    default: return .person
    }
  }

  /// Seconds to wait that Qualys stated; a header that is absent, blank or no number is no hint.
  private static func hint(_ response: APIResponse, _ text: String) -> Int? {
    let headers = ["X-RateLimit-ToWait-Sec", "Retry-After"].compactMap { response.header($0) }.compactMap { Int($0) }
    let inText = text.split(separator: "SECONDS_TO_WAIT ").dropFirst().first.flatMap {
      Int($0.prefix(while: \.isNumber))
    }
    let longest = (headers + [inText].compactMap { $0 }).max() ?? 0
    return longest > 0 ? min(longest, longestWait) : nil
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
