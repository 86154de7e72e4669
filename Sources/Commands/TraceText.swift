internal import Pipelines

/// A trace as a person reads it.
struct TraceText: CustomStringConvertible {
  private let trace: Trace
  private let showsFields: Bool

  init(_ trace: Trace, showsFields: Bool) {
    self.trace = trace
    self.showsFields = showsFields
  }

  var description: String {
    let several = Set(trace.items.map(\.round)).count > 1 || trace.items.contains { $0.round > 1 }
    var lines: [String] = []
    for item in trace.items {
      lines.append("\(item.name), stream \(item.stream)\(several ? ", round \(item.round)" : "")")
      lines += text(of: item, indent: "  ")
      lines.append("")
    }
    lines.append(summary)
    return lines.joined(separator: "\n")
  }

  private func text(of item: Trace.Item, indent: String) -> [String] {
    var rows: [(String, [String])] = []
    if let answer = item.answer { rows.append(("answer", [answer])) }
    if let place = item.place {
      let lines =
        place.firstLine == place.lastLine
        ? "line \(Figures.count(place.firstLine))"
        : "lines \(Figures.count(place.firstLine)) to \(Figures.count(place.lastLine))"
      let bytes = "bytes \(Figures.count(place.firstByte)) to \(Figures.count(place.end - 1)) of the answer"
      rows.append((place.element, ["\(lines), \(bytes)"]))
    }
    if showsFields { rows += item.fields.map { ("  \($0.path)", [$0.value]) } }
    rows += item.steps.map { ($0.stage, words(of: $0)) }
    for end in item.ends { rows.append((end.sink, words(of: end))) }
    let width = rows.filter { !$0.0.hasPrefix(" ") }.map(\.0.count).max() ?? 0
    var lines: [String] = []
    for (name, words) in rows {
      for (index, word) in words.enumerated() {
        let left = index == 0 ? name : ""
        lines.append("\(indent)\(left)\(String(repeating: " ", count: max(0, width - left.count)))  \(word)")
      }
    }
    // Of many parts the first and the last show what all are like.
    let isLong = item.items.count > 6 && item.items.allSatisfy { $0.place == nil }
    for (index, inner) in item.items.enumerated() {
      if isLong, (3..<item.items.count - 1).contains(index) {
        if index == 3 { lines.append("\(indent)… \(Figures.count(item.items.count - 4)) more like these …") }
        continue
      }
      lines.append("\(indent)\(inner.name)")
      lines += text(of: inner, indent: indent + "  ")
    }
    return lines
  }

  private func words(of step: Trace.Step) -> [String] {
    var words = step.words
    switch step.outcome {
    case .dropped: words = words.map { "dropped: \($0)" }
    case .refused: words = words.map { "refused: \($0)" }
    case .passed where words.isEmpty: words = [step.line == nil ? "passed as it is" : "written as a line"]
    case .passed, .changed, .split: break
    }
    if let bytes = step.bytes, let last = words.popLast() { words.append("\(last) (\(Figures.count(bytes)) bytes)") }
    if let line = step.line { words.append(line) }
    return words
  }

  private func words(of end: Trace.End) -> [String] {
    if end.found.isEmpty { return ["would go to \(end.destination)"] }
    return end.found.map { "is line \(Figures.count($0.line)) of \($0.file)" }
  }

  /// How many there were, and what became of them.
  private var summary: String {
    let leaves = trace.items.flatMap(\.leaves)
    let dropped = leaves.count { $0.steps.last?.outcome == .dropped }
    let refused = leaves.count { $0.steps.last?.outcome == .refused }
    let delivered = leaves.count { !$0.ends.isEmpty && $0.steps.last?.outcome != .refused }
    let parts = [
      (delivered, delivered == 1 ? "log delivered" : "logs delivered"), (dropped, "dropped"), (refused, "refused"),
    ].filter { $0.0 > 0 }
    return parts.map { "\(Figures.count($0.0)) \($0.1)" }.joined(separator: ", ")
  }

  // MARK: - What is not there

  static func kind(of target: Trace.Target) -> String {
    switch target {
    case .host: "detections"
    case .entry: "KnowledgeBase entries"
    case .asset: "assets"
    }
  }

  private static func noun(of target: Trace.Target) -> String {
    switch target {
    case .host: "hosts"
    case .entry: "entries"
    case .asset: "assets"
    }
  }

  /// Says that something is not there, and what is.
  static func absence(of target: Trace.Target, _ seen: [Trace.Seen]) -> String {
    let name =
      switch target {
      case .host(let id, let qid): "host \(id)" + (qid.map { " with a detection of QID \($0)" } ?? "")
      case .entry(let qid): "an entry of QID \(qid)"
      case .asset(let id): "asset \(id)"
      }
    var lines = ["sluice: \(name) is not in these answers"]
    for stream in seen {
      if !stream.qids.isEmpty {
        let qids = stream.qids.prefix(20).joined(separator: ", ") + (stream.qids.count > 20 ? ", …" : "")
        lines.append("  \(stream.stream): the host is there, with \(stream.qids.count) QIDs: \(qids)")
      } else if let least = stream.leastID, let greatest = stream.greatestID {
        lines.append(
          "  \(stream.stream): \(Figures.count(stream.records)) \(noun(of: target)), with ids from \(least) to \(greatest)"
        )
      }
    }
    if seen.isEmpty { lines.append("  the answers hold none at all") }
    return lines.joined(separator: "\n")
  }
}
