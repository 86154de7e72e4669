/// Durations as a pipeline file writes them: `30s`, `5m`, `1h`.
enum Interval {
  /// Reads a duration; nil when it is none.
  static func parse(_ text: String) -> Duration? {
    guard let unit = text.last, let number = Int(text.dropLast()), number > 0 else { return nil }
    let seconds: Int
    switch unit {
    case "s": seconds = 1
    case "m": seconds = 60
    case "h": seconds = 60 * 60
    case "d": seconds = 24 * 60 * 60
    default: return nil
    }
    let (total, overflow) = number.multipliedReportingOverflow(by: seconds)
    return overflow ? nil : .seconds(total)
  }

  /// A time rounded up to whole minutes, or to whole hours where there are many of them.
  static func rounded(seconds: Int) -> Duration {
    let unit = seconds > 6 * 3_600 ? 3_600 : 60
    return .seconds(max(1, (seconds + unit - 1) / unit) * unit)
  }

  /// A duration as it would be written.
  static func text(_ duration: Duration) -> String {
    let seconds = Int(duration.components.seconds)
    if seconds > 86_400, seconds % 86_400 == 0 { return "\(seconds / 86_400)d" }
    for (unit, size) in [("h", 3600), ("m", 60)] where seconds % size == 0 { return "\(seconds / size)\(unit)" }
    return "\(seconds)s"
  }
}
