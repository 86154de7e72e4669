internal import Qualys
internal import Sinks
internal import Streaming

extension Plan {
  /// The plan in words: what flows along each edge, and where each option came from.
  ///
  /// - Parameter note: What else is to be said of an edge, by the number of the stage before it from 1, or 0 behind
  ///   the source: such as a buffer that the run puts there.
  package func explanation(note: (_ stream: PlannedStream, _ edge: Int) -> String? = { _, _ in nil }) -> String {
    var table = Table()
    table.add("pipeline \(name)")
    table.add("  names  \(names.value)", names.origin.location?.description ?? names.origin.description)
    if deadLetters != nil || deadLetterLimits != nil {
      table.add("  dead-letters  \(deadLetterPath)\(deadLetterLimits?.explanation ?? "")")
    }
    if let replay { table.add("  replay  \(replay)") }
    if let qualys { table.add("  qualys  \(qualys.explanation)") }
    if let state { table.add("  state  \(state)") }
    if let events { table.add("  events  \(events)") }
    if let capture { table.add("  capture  \(capture.explanation)") }
    if isLive, reserve != PipelineFile.usualReserve { table.add("  reserve  \(ByteSize.text(reserve))") }
    for stream in streams {
      table.add("")
      table.add("stream \(stream.name)\(stream.timing)")
      table.add(stream.source, as: "source ")
      for (index, port) in stream.ports.enumerated() {
        table.add("      | \(port.name)\(note(stream, index).map { "; \($0)" } ?? "")")
        if index < stream.stages.count { table.add(stream.stages[index], as: "") }
      }
      for output in stream.outputs {
        let indent = stream.isBranched ? "  " : ""
        if stream.isBranched { table.add("  output \(output.name)", output.location.description) }
        for (stage, port) in zip(output.stages, output.ports) {
          table.add(stage, as: "", indent: indent)
          table.add("\(indent)      | \(port.name)")
        }
        for sink in output.sinks { table.add(sink, as: "sink ", indent: indent) }
      }
      if !stream.isComplete { table.add("  not complete: a ${NAME} above has no value here") }
    }
    return table.text
  }
}

extension PlannedStream {
  fileprivate var timing: String {
    [
      interval.map { ", every \(Interval.text($0))" }, predecessor.map { ", after \($0)" },
      beginning.map { ", from \($0.text)" }, fullPulls.map { ", everything every \(Interval.text($0))" },
      previousName.map { ", previously \($0)" },
    ]
    .compactMap { $0 }.joined()
  }
}

extension Since {
  /// As a file would say it.
  fileprivate var text: String {
    switch self {
    case .all: "all"
    case .time(let time): time
    }
  }
}

extension QualysSettings {
  /// How Qualys is reached; nothing secret.
  fileprivate var explanation: String {
    let parts = [
      platform.map { "platform \($0)" }, server.map { "server \($0)" }, gateway.map { "gateway \($0)" },
      "\(leave)% of the calls left for others", connections.map { "\($0) calls at once" },
      caFile.map { "ca-file \($0)" },
      clientCertificate.map { "client-certificate \($0)" },
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}

extension CaptureSettings {
  /// What is kept, for how long and where.
  fileprivate var explanation: String {
    let what =
      switch on {
      case .error: "answers of trouble"
      case .always: "all answers"
      }
    return "\(what), kept for \(Interval.text(.seconds(keep)))"
      + (maximum.map { ", \(ByteSize.text($0)) at most" } ?? "") + (folder.map { " in \($0)" } ?? "")
  }
}

extension DeadLetters.Limits {
  /// How long, and how many.
  fileprivate var explanation: String {
    (keep.map { ", kept for \(Interval.text(.seconds($0)))" } ?? "")
      + (maximum.map { ", \(ByteSize.text($0)) at most" } ?? "")
  }
}

extension PlannedSetting.Origin {
  /// Where the value is written down, if it is.
  fileprivate var location: Location? {
    switch self {
    case .given(let location), .pipeline(_, let location): location
    case .standard: nil
    }
  }

  /// Where a value came from, in a few words.
  package var description: String {
    switch self {
    case .given(let location): location.description
    case .standard: "default"
    case .pipeline(let key, let location): "\(key), \(location.description)"
    }
  }
}

/// Lines whose second part begins in the same column.
private struct Table {
  private var rows: [(left: String, right: String)] = []

  mutating func add(_ left: String, _ right: String = "") { rows.append((left, right)) }

  mutating func add(_ component: PlannedComponent, as role: String, indent: String = "") {
    add("\(indent)  \(role)\(component.name)", component.location.description)
    for setting in component.settings {
      add("\(indent)    \(setting.name)  \(setting.value)", setting.origin.description)
    }
  }

  var text: String {
    let width = min(60, rows.filter { !$0.right.isEmpty }.map(\.left.count).max() ?? 0)
    return rows.map { row in
      guard !row.right.isEmpty else { return row.left }
      return row.left + String(repeating: " ", count: max(0, width - row.left.count) + 2) + row.right
    }
    .joined(separator: "\n")
  }
}
