package import Streaming

extension Pace {
  /// How long to wait before the try after so many failed ones.
  ///
  /// What the server asks for holds, and up to 5 % more, so that those whom it sent away together do not come back
  /// together. Without a wish: anything from nothing to a bound that doubles from 1 s up to 300 s ("full jitter").
  package func wait(afterFailures count: Int, asked: Duration?) -> Duration {
    if let asked { return asked * (1 + 0.05 * random()) }
    return .seconds(min(300, Double(1 << min(count - 1, 9))) * random())
  }

  /// How long a server asks to be left alone, at most a day.
  ///
  /// `Retry-After` is read as seconds or as a date; nil when there is none, or none that makes sense.
  package func retryAfter(of answer: HTTPAnswer) -> Duration? {
    guard let text = answer.header("Retry-After") else { return nil }
    var seconds = Int(text)
    if seconds == nil, let date = HTTPDate.seconds(text) {
      // A date is meant by the server's clock.
      seconds = date - (answer.header("Date").flatMap(HTTPDate.seconds) ?? self.date())
    }
    guard let seconds, seconds > 0 else { return nil }
    return .seconds(min(seconds, 24 * 60 * 60))
  }
}
