internal import Service

/// A stream as a row of `sluice top`.
struct TopRow {
  enum Column: Int, CaseIterable {
    case name, state, behind, records, bytes, next, rounds

    /// In the order of what is left out last where there is no room.
    var title: String {
      switch self {
      case .name: "stream"
      case .state: "state"
      case .behind: "behind by"
      case .records: "records/s"
      case .bytes: "bytes/s"
      case .next: "next round"
      case .rounds: "rounds"
      }
    }

    var isNumber: Bool { self != .name && self != .state }
  }

  private let stream: ServiceStatus.Stream
  private let now: Int
  private let records: String
  private let bytes: String

  /// - Parameters:
  ///   - before: Its counts so many seconds before.
  init(_ stream: ServiceStatus.Stream, before: ServiceStatus.Counts?, seconds: Int, now: Int) {
    self.stream = stream
    self.now = now
    if let before, seconds > 0 {
      records = Figures.count(max(0, stream.counts.recordsIn - before.recordsIn) / seconds)
      bytes = Figures.bytes(max(0, stream.counts.bytesOut - before.bytesOut) / seconds)
    } else {
      (records, bytes) = ("-", "-")
    }
  }

  // MARK: - Columns

  /// The columns that fit, each with its width.
  static func columns(of rows: [TopRow], in width: Int) -> [(column: Column, width: Int)] {
    var columns: [(column: Column, width: Int)] = []
    var room = width
    for column in Column.allCases {
      let needed = ([column.title] + rows.map { $0.text(of: column) }).map(\.unicodeScalars.count).max() ?? 0
      // A name may be cut, for the state must be seen.
      let taken = column == .name ? min(needed, max(6, width / 3)) : needed
      guard room >= taken + 2 || columns.count < 2 else { break }
      columns.append((column, taken))
      room -= taken + 2
    }
    return columns
  }

  static func titles(_ columns: [(column: Column, width: Int)]) -> ScreenLine {
    var line = ScreenLine()
    for (column, width) in columns {
      line.append("  ")
      line.append(column.title, width: width, right: column.isNumber, .dim)
    }
    return line
  }

  func line(_ columns: [(column: Column, width: Int)]) -> ScreenLine {
    var line = ScreenLine()
    for (column, width) in columns {
      line.append("  ")
      line.append(text(of: column), width: width, right: column.isNumber, column == .state ? colour : nil)
    }
    return line
  }

  private func text(of column: Column) -> String {
    switch column {
    case .name: stream.name
    case .state: "\(stream.state.rawValue), \(stream.health.rawValue)"
    case .behind: stream.behind.map(Figures.time) ?? "-"
    case .records: records
    case .bytes: bytes
    case .next:
      if let next = stream.next {
        next > now ? "in \(Figures.time(next - now))" : "now"
      } else if stream.round != nil {
        "runs"
      } else {
        stream.follows.map { "after \($0)" } ?? "-"
      }
    case .rounds: Figures.count(stream.rounds)
    }
  }

  private var colour: ScreenLine.Colour {
    switch stream.health {
    case .green: .green
    case .yellow: .yellow
    case .red: .red
    }
  }

  // MARK: - Below it

  /// What is wrong with it, and what it waits for.
  var messages: [ScreenLine] {
    var lines: [ScreenLine] = []
    if let message = stream.message {
      var words = [stream.errorClass, stream.attempt.map { "try \($0)" }].compactMap { $0 }
      if let next = stream.nextTry {
        words.append(next > now ? "next in \(Figures.time(next - now))" : "tried again now")
      }
      let troubles = stream.errors + stream.warnings
      if troubles > 1 { words.append("\(troubles) open") }
      var line = ScreenLine("    ")
      if !words.isEmpty { line.append("\(words.joined(separator: ", ")): ", colour) }
      line.append(message)
      lines.append(line)
    }
    if let waiting = stream.waitingFor {
      let time = stream.waitingUntil.map { $0 > now ? ", \(Figures.time($0 - now)) more" : "" } ?? ""
      lines.append(ScreenLine("    waits for \(waiting)\(time)", .dim))
    }
    for sink in stream.outputs.flatMap(\.sinks) {
      guard let spool = sink.spool, spool.lines > 0 else { continue }
      let size = "\(Figures.bytes(spool.bytes)) of \(Figures.bytes(spool.limit))\(spool.isFull ? ", full" : "")"
      let down = spool.downSince.map { ", takes nothing for \(Figures.time(max(0, now - $0)))" } ?? ""
      lines.append(ScreenLine("    \(Figures.count(spool.lines)) lines wait for \(sink.name) (\(size))\(down)", .dim))
    }
    return lines
  }
}
