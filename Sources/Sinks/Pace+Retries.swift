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

/// Dates as HTTP has them: `Sun, 06 Nov 1994 08:49:37 GMT`; the two forms that RFC 9110 calls obsolete are not read.
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Seconds since 1970; nil when it is no such date.
  static func seconds(_ text: String) -> Int? {
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), let year = Int(words[3]),
      let month = months.firstIndex(of: String(words[2])), (1...31).contains(day), (1970...9999).contains(year)
    else { return nil }
    let clock = words[4].split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2]) else {
      return nil
    }
    return days(year, month + 1, day) * 86400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
  }

  /// Days since 1970 (Howard Hinnant's `days_from_civil`): years begin in March, so that the leap day is the last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = year.quotientAndRemainder(dividingBy: 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
