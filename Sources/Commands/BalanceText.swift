internal import Health
internal import Pipelines
internal import Qualys
internal import Streaming

/// A run's balance as a person reads it.
struct BalanceText: CustomStringConvertible {
  private let report: RunReport

  init(_ report: RunReport) { self.report = report }

  var description: String {
    var lines: [String] = []
    for stream in report.streams { lines += text(of: stream) }
    if !report.calls.isEmpty {
      let calls = report.calls.map { "\($0.api.rawValue) \(Figures.count($0.count))" }
      lines.append("calls: \(calls.joined(separator: ", "))")
    }
    lines += report.events.map { text(of: $0) }
    lines += report.notices.map { "notice: \($0)" }
    let imbalances = report.streams.flatMap(\.imbalances)
    let verdict =
      !imbalances.isEmpty
      ? "balance: BROKEN, records are unaccounted for; please report this"
      : report.streams.contains(where: \.endedEarly)
        ? "balance: ended early, as asked; every record taken is accounted for"
        : "balance: every record is accounted for"
    lines += imbalances.map { "  lost: \($0)" }
    if report.isRehearsal { lines.append("dry run: nothing was written, sent or moved") }
    lines.append("\(verdict) (\(Figures.seconds(report.duration)))")
    return lines.joined(separator: "\n")
  }

  private func text(of event: EventSummary.Entry) -> String {
    let times = event.count == 1 ? "" : ", \(Figures.count(event.count)) times, the last"
    let place = event.stream.isEmpty ? "" : " (\(event.stream))"
    return "event: \(event.tracker)\(place)\(times): \(event.last.message)"
  }

  /// What a receiver counts, and what makes it heavy.
  private func weight(of stream: RunReport.Stream) -> [String] {
    guard let asked = stream.asked else { return [] }
    if stream.lines == 0 { return ["  no records: asked for \(asked)"] }
    var lines = [
      "  what a SIEM bills: \(Figures.bytes(stream.bytes)) uncompressed in \(Figures.count(stream.lines)) logs"
    ]
    if !stream.heaviest.isEmpty {
      let fields = stream.heaviest.map { "\($0.path) \(Self.percent($0.share))" }
      lines.append("  heaviest fields, estimated by a sample: \(fields.joined(separator: ", "))")
    }
    return lines
  }

  private static func percent(_ share: Double) -> String {
    share < 0.01 ? "<1%" : "\(Int((share * 100).rounded()))%"
  }

  private func text(of stream: RunReport.Stream) -> [String] {
    let pages = stream.pages + stream.failures.count
    var lines = ["\(report.pipeline)/\(stream.name): \(Figures.count(pages)) page\(pages == 1 ? "" : "s")"]
    if stream.outputs.count == 1 {
      let output = stream.outputs[0]
      lines += text(of: stream.stages + output.stages, output.sinks, indent: "  ")
    } else {
      lines += text(of: stream.stages, [], indent: "  ")
      for output in stream.outputs {
        lines.append("  output \(output.name)")
        lines += text(of: output.stages, output.sinks, indent: "    ")
      }
    }
    lines += weight(of: stream)
    if stream.deadLetters > 0, let path = stream.deadLetterPath {
      let verb = report.isRehearsal ? "would go to" : "->"
      lines.append("  \(Figures.count(stream.deadLetters)) dead letters \(verb) \(path)")
    }
    if stream.repairedCharacters > 0 {
      lines.append("  \(Figures.count(stream.repairedCharacters)) characters that XML forbids became U+FFFD")
    }
    if stream.keptReferences > 0 {
      lines.append("  \(Figures.count(stream.keptReferences)) references to undefined entities were kept as text")
    }
    if stream.drift > 0 {
      lines.append("  \(Figures.count(stream.drift)) departures from the answers we know (repeated or late elements)")
    }
    for broken in stream.askedAgain {
      lines.append("  \(broken.origin): \(broken.reason)")
      lines.append(
        "    \(Figures.count(broken.marks)) complete hosts or entries before that place stand; the rest was asked for again"
      )
    }
    for failure in stream.failures {
      lines.append("  error: \(failure.origin): \(failure.reason)")
      lines.append(
        "    \(Figures.count(failure.marks)) complete hosts or entries before that place stand; ask for the rest again"
      )
    }
    return lines
  }

  private func text(
    of stages: [(name: String, counts: StageMeter.Counts)],
    _ sinks: [(name: String, counts: SinkCounts)],
    indent: String
  ) -> [String] {
    var lines: [String] = []
    let width = (stages.map(\.name) + sinks.map(\.name)).map(\.count).max() ?? 0
    for (name, counts) in stages {
      var parts = ["\(Figures.count(counts.entered)) in"]
      if counts.created != 0 {
        parts.append("\(counts.created > 0 ? "+" : "-") \(Figures.count(abs(counts.created))) made")
      }
      parts.append("= \(Figures.count(counts.left)) out")
      for (reason, count) in counts.dropped.sorted(by: { $0.key < $1.key }) {
        parts.append("+ \(Figures.count(count)) dropped (\(reason))")
      }
      if counts.rejected > 0 { parts.append("+ \(Figures.count(counts.rejected)) to dead letters") }
      lines.append("\(indent)\(pad(name, width))  \(parts.joined(separator: " "))")
    }
    for (name, counts) in sinks {
      let verb = report.isRehearsal ? "to write" : "written"
      var parts = ["\(Figures.count(counts.entered)) in = \(Figures.count(counts.acknowledged)) \(verb)"]
      if counts.rejected > 0 { parts.append("+ \(Figures.count(counts.rejected)) to dead letters") }
      if counts.abandoned > 0 { parts.append("+ \(Figures.count(counts.abandoned)) taken back (incomplete host)") }
      parts.append("(\(Figures.bytes(counts.bytes)) before compression)")
      lines.append("\(indent)\(pad(name, width))  \(parts.joined(separator: " "))")
      let arrow = report.isRehearsal ? "would go to" : "->"
      lines += counts.destinations.map { "\(indent)\(pad("", width))  \(arrow) \($0)" }
    }
    return lines
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
