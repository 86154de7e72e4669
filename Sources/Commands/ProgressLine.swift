internal import Foundation
internal import Pipelines
internal import Synchronization

/// One line on the terminal that says how far a run has come; nothing in a pipe.
final class ProgressLine: Sendable {
  private struct State {
    var stream = ""
    var start = ContinuousClock.now
    var lastShown: ContinuousClock.Instant?
  }
  private let state = Mutex(State())
  private let isTerminal = isatty(STDERR_FILENO) == 1

  func show(_ progress: Run.Progress) {
    guard isTerminal else { return }
    let now = ContinuousClock.now
    let elapsed = state.withLock { state -> Duration? in
      if state.stream != progress.stream {
        state.stream = progress.stream
        state.start = now
        state.lastShown = nil
      }
      if let last = state.lastShown, now - last < .milliseconds(100) { return nil }
      state.lastShown = now
      return now - state.start
    }
    guard let elapsed else { return }
    let seconds = max(0.001, Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
    let rate = Figures.bytes(Int(Double(progress.bytes) / seconds))
    let text =
      "\(progress.stream): \(Figures.count(progress.marks)) hosts, \(Figures.count(progress.lines)) logs, "
      + "\(Figures.bytes(progress.bytes)), \(rate)/s"
    FileHandle.standardError.write(Data("\r\u{1B}[2K\(text)".utf8))
  }

  /// Shows what is waited for, until when by the clock on the wall here; nil when that is over.
  func show(_ waiting: Live.Waiting?) {
    guard isTerminal, let waiting else { return }
    state.withLock { $0.lastShown = ContinuousClock.now }
    let time = Date(timeIntervalSince1970: Double(waiting.until)).formatted(Self.clock)
    FileHandle.standardError.write(Data("\r\u{1B}[2Kwaiting until \(time): \(waiting.reason)".utf8))
  }

  private static let clock = Date.VerbatimFormatStyle(
    format:
      "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
    timeZone: .current,
    calendar: .current
  )

  /// Says something that stays, and takes the line away.
  func say(_ text: String) {
    clear()
    Commands.say(text)
  }

  /// Takes the line away, so that what follows stands alone.
  func clear() {
    let wasShown = state.withLock { $0.lastShown != nil }
    if wasShown { FileHandle.standardError.write(Data("\r\u{1B}[2K".utf8)) }
  }
}

/// Numbers as a person reads them.
enum Figures {
  /// 1234567 as 1,234,567.
  static func count(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(abs(number)).reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }

  /// Bytes with a unit, to one place.
  static func bytes(_ number: Int) -> String {
    let units = ["B", "KB", "MB", "GB", "TB"]
    var value = Double(number)
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 ? "\(number) B" : "\(Double(Int(value * 10)) / 10) \(units[unit])"
  }

  /// The two largest units of a time in seconds.
  static func time(_ seconds: Int) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
    if days > 0 { return "\(days) d" + (hours > 0 ? " \(hours) h" : "") }
    if hours > 0 { return "\(hours) h" + (minutes > 0 ? " \(minutes) min" : "") }
    return minutes > 0 ? "\(minutes) min" : "\(seconds) s"
  }

  static func seconds(_ duration: Duration) -> String {
    let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    return "\(Double(milliseconds) / 1000) s"
  }
}
