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

  private var clock: String { "\(Self.pad(time.hour)):\(Self.pad(time.minute)):\(Self.pad(time.second))" }

  private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
