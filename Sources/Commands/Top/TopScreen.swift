internal import Service

/// What `sluice top` draws: how a service stands, in so many columns and lines.
enum TopScreen {
  /// The lines from the top, at most `height`, each at most `width` columns wide.
  ///
  /// - Parameters:
  ///   - previous: How it stood some seconds before, for what it does in a second; nil when that is not known.
  ///   - colour: Whether colours are set; control characters are in the lines only then, and only ours.
  static func lines(
    _ status: ServiceStatus,
    previous: ServiceStatus?,
    width: Int,
    height: Int,
    colour: Bool
  ) -> [String] {
    // Another process counts from 0.
    let previous = previous?.started == status.started ? previous : nil
    var all = [head(status)]
    for pipeline in status.pipelines {
      all +=
        [ScreenLine()]
        + lines(pipeline, previous?.pipelines.first { $0.name == pipeline.name }, status, previous, width)
    }
    if all.count > height, height > 0 {
      let hidden = all.count - height + 1
      all.removeLast(hidden)
      all.append(ScreenLine("\(hidden) lines more; make the window higher", .dim))
    }
    return all.prefix(max(0, height)).map { $0.text(width: width, coloured: colour) }
  }

  private static func head(_ status: ServiceStatus) -> ScreenLine {
    var line = ScreenLine("sluice \(status.version)", .bold)
    line.append("  up \(Figures.time(max(0, status.now - status.started)))")
    line.append("  memory \(Figures.bytes(status.memory))  process \(status.process)")
    return line
  }

  private static func lines(
    _ pipeline: ServiceStatus.Pipeline,
    _ before: ServiceStatus.Pipeline?,
    _ status: ServiceStatus,
    _ previous: ServiceStatus?,
    _ width: Int
  ) -> [ScreenLine] {
    var title = ScreenLine(pipeline.name, .bold)
    title.append("  \(pipeline.file)", .dim)
    var lines = [title]
    if let problem = pipeline.problem { lines.append(ScreenLine("  not taken up: \(problem)", .red)) }
    if !pipeline.rates.isEmpty {
      let rates = pipeline.rates.map { "\($0.api) \(Figures.count($0.left)) of \(Figures.count($0.limit))" }
      lines.append(ScreenLine("  calls left: \(rates.joined(separator: ", "))"))
    }
    let seconds = previous.map { status.now - $0.now } ?? 0
    let rows = pipeline.streams.map { stream in
      let before = before?.streams.first { $0.name == stream.name }
      return TopRow(stream, before: before?.counts, seconds: seconds, now: status.now)
    }
    guard !rows.isEmpty else { return lines }
    let columns = TopRow.columns(of: rows, in: width)
    lines.append(TopRow.titles(columns))
    for row in rows { lines += [row.line(columns)] + row.messages }
    return lines
  }
}
