extension SimulatedInstant {
  /// As it stands in answers: `2026-11-05T04:50:45Z`.
  var text: String {
    "\(date.year)-\(Self.pad(date.month))-\(Self.pad(date.day))T\(clock)Z"
  }

  /// As it stands in header fields: `Thu, 05 Nov 2026 04:50:45 GMT`.
  var httpText: String {
    // 1970 began on a Thursday.
    let weekday = Self.weekdays[seconds / Self.day % 7]
    return "\(weekday), \(Self.pad(date.day)) \(Self.months[date.month - 1]) \(date.year) \(clock) GMT"
  }

  /// Reads a date as requests have it: a day, and perhaps a time of it with or without seconds.
  init?(_ text: String) {
    let halves = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
    let date = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard date.count == 3, (1970...9999).contains(date[0]), (1...12).contains(date[1]), (1...31).contains(date[2])
    else { return nil }
    // The inverse of `date`: years begin in March.
    let year = date[1] > 2 ? date[0] : date[0] - 1
    let dayOfYear = (153 * ((date[1] + 9) % 12) + 2) / 5 + date[2] - 1
    let era = year / 400
    let yearOfEra = year - era * 400
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    seconds = days * Self.day
    guard halves.count == 2 else { return }
    guard halves[1].hasSuffix("Z") else { return nil }
    let time = halves[1].dropLast().split(separator: ".")[0].split(separator: ":").map { Int($0) ?? -1 } + [0]
    guard time.count >= 3, (0..<24).contains(time[0]), (0..<60).contains(time[1]), (0..<60).contains(time[2])
    else { return nil }
    seconds += time[0] * 3_600 + time[1] * 60 + time[2]
  }

  private var clock: String { "\(Self.pad(time.hour)):\(Self.pad(time.minute)):\(Self.pad(time.second))" }

  private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
