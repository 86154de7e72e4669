/// What the header fields of an answer say about limits (qualys-api §0, §4.2).
///
/// Each is nil when it is absent, blank, no number, negative or beyond any that Qualys gives: then it is no hint. The
/// gateway sends `limit` and `remaining` only; a refusal for too many at once (1960) leaves out most.
package struct RateHeaders: Sendable, Equatable {
  /// Calls in a window.
  package let limit: Int?
  /// The window's length in seconds; it slides, backwards from each call.
  package let window: Int?
  /// Calls that are left in the window.
  package let remaining: Int?
  /// Seconds until the next call is admitted.
  package let toWait: Int?
  /// Calls at once.
  package let concurrencyLimit: Int?
  /// Calls that run.
  package let running: Int?

  package init(_ response: APIResponse) {
    func number(_ names: String..., in range: ClosedRange<Int>) -> Int? {
      names.lazy.compactMap { response.header($0) }.compactMap { Self.number($0, in: range) }.first
    }
    limit = number("X-RateLimit-Limit", in: 1...10_000_000)
    window = number("X-RateLimit-Window-Sec", in: 1...31 * 86_400)
    remaining = number("X-RateLimit-Remaining", in: 0...10_000_000)
    toWait = number("X-RateLimit-ToWait-Sec", in: 0...Refusal.longestWait)
    // Qualys' documents write both, its servers the first.
    concurrencyLimit = number("X-Concurrency-Limit-Limit", "X-ConcurrencyLimit-Limit", in: 1...10_000)
    running = number("X-Concurrency-Limit-Running", "X-ConcurrencyLimit-Running", in: 0...10_000)
  }

  private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 1, let number = Int(words[0]), range.contains(number) else { return nil }
    return number
  }
}
