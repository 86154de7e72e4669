internal import Foundation
internal import Service

/// How the page says numbers, times and health; `PageScript` says them in the same words, and a test compares the two.
enum PageWords {
  /// With a narrow space between thousands.
  static func number(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = number < 0 ? "−" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "\u{202F}" }
      text.append(digit)
    }
    return text
  }

  /// `1 page`, `2 pages`.
  static func count(_ count: Int, _ noun: String) -> String { "\(number(count)) \(noun)\(count == 1 ? "" : "s")" }

  /// Decimal units, rounded down to a tenth.
  static func bytes(_ bytes: Int) -> String {
    var unit = 1
    for name in ["B", "kB", "MB", "GB", "TB"] {
      if bytes < unit * 1000 || name == "TB" {
        let tenths = bytes * 10 / unit
        return unit == 1 || tenths >= 1000 ? "\(number(tenths / 10)) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
      }
      unit *= 1000
    }
    return ""
  }

  /// At most two units, rounded down; no line breaks between a number and its unit.
  static func duration(_ seconds: Int) -> String {
    let seconds = max(0, seconds)
    return switch seconds {
    case ..<60: "\(seconds)\u{A0}s"
    case ..<600: both(seconds / 60, "min", seconds % 60, "s")
    case ..<3600: "\(seconds / 60)\u{A0}min"
    case ..<86400: both(seconds / 3600, "h", seconds % 3600 / 60, "min")
    default: both(seconds / 86400, "d", seconds % 86400 / 3600, "h")
    }
  }

  private static func both(_ large: Int, _ unit: String, _ small: Int, _ smaller: String) -> String {
    let first = "\(number(large))\u{A0}\(unit)"
    return small == 0 ? first : "\(first) \(small)\u{A0}\(smaller)"
  }

  /// `3 min ago`, `now`, `in 3 min`.
  static func relative(_ time: Int, now: Int) -> String {
    if time == now { return "now" }
    return time < now ? "\(duration(now - time)) ago" : "in \(duration(time - now))"
  }

  /// How many a second, with a tenth below ten.
  static func rate(_ count: Int, in seconds: Int) -> String {
    let tenths = count * 10 / max(1, seconds)
    return tenths == 0 ? "0" : tenths < 100 ? "\(tenths / 10).\(tenths % 10)" : number(tenths / 10)
  }

  /// `2026-11-22 12:38:06 UTC`.
  static func utc(_ time: Int) -> String {
    let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space)
    return Date(timeIntervalSince1970: Double(time)).formatted(style).dropLast() + " UTC"
  }

  /// What waits for a sink, or else how much it took.
  static func note(of sink: ServiceStatus.Sink) -> String {
    guard let spool = sink.spool, spool.lines > 0 else { return bytes(sink.bytes) }
    return "\(number(spool.lines)) wait\(spool.isFull ? ", full" : "")"
  }

  static func health(_ health: ServiceStatus.Health) -> String {
    switch health {
    case .green: "Healthy"
    case .yellow: "Warning"
    case .red: "Error"
    }
  }

  /// The worst of all streams; a refused file is a warning.
  static func worst(_ status: ServiceStatus) -> ServiceStatus.Health {
    let streams = status.pipelines.flatMap(\.streams)
    if streams.contains(where: { $0.health == .red }) { return .red }
    let hasWarning = streams.contains { $0.health == .yellow } || status.pipelines.contains { $0.problem != nil }
    return hasWarning ? .yellow : .green
  }

  /// `3 streams: 1 error, 2 healthy`.
  static func summary(_ status: ServiceStatus) -> String {
    let streams = status.pipelines.flatMap(\.streams)
    let parts: [String] = [(.red, "in error"), (.yellow, "with a warning"), (.green, "healthy")].compactMap {
      (health: ServiceStatus.Health, words) in
      let count = streams.count { $0.health == health }
      return count == 0 ? nil : "\(number(count)) \(words)"
    }
    return parts.isEmpty ? "no streams" : "\(count(streams.count, "stream")): \(parts.joined(separator: ", "))"
  }
}
