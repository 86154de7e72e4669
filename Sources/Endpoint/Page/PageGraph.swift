internal import Service

extension Page {
  /// A box of the graph, and the arrow into it.
  private struct Step {
    var key: String
    var name: String
    var kind: String
    var entered: Int
    /// What stands under the name.
    var note: String
  }

  /// Steps in a row, and the rows that branch off behind the last.
  private struct Row {
    var title = ""
    var steps: [Step]
    var branches: [Row] = []
  }

  /// Source, stages and sinks from left to right; several ends stand beneath each other.
  ///
  /// Each step is a drawing of its own, of one size, so that a row wraps wherever the window ends.
  static func graph(_ stream: ServiceStatus.Stream, key: String) -> HTML {
    var row = Row(steps: steps(stream.stages, key: key))
    if !row.steps.isEmpty { row.steps[0].kind = "source" }
    let ends = stream.outputs.enumerated().map { index, output in end(output, key: "\(key).o\(index)") }
    if ends.count == 1 {
      row.steps += ends[0].steps
      row.branches = ends[0].branches
    } else {
      row.branches = ends
    }
    return "<div class=\"graph\">\(drawn(row))</div>"
  }

  /// An only sink goes on in its output's row.
  private static func end(_ output: ServiceStatus.Output, key: String) -> Row {
    let sinks = output.sinks.enumerated().map { index, sink in
      Step(
        key: "\(key).k\(index)",
        name: sink.name,
        kind: "sink",
        entered: sink.lines,
        note: PageWords.note(of: sink)
      )
    }
    let row = Row(title: output.name, steps: steps(output.stages, key: key))
    return sinks.count == 1
      ? Row(title: row.title, steps: row.steps + sinks)
      : Row(title: row.title, steps: row.steps, branches: sinks.map { Row(steps: [$0]) })
  }

  private static func steps(_ stages: [ServiceStatus.Stage], key: String) -> [Step] {
    stages.enumerated().map { index, stage in
      Step(
        key: "\(key).t\(index)",
        name: stage.name,
        kind: "stage",
        entered: stage.entered,
        note: change(stage)
      )
    }
  }

  /// How many left more or less than entered.
  private static func change(_ stage: ServiceStatus.Stage) -> String {
    let change = stage.left - stage.entered
    return change == 0 ? "" : change > 0 ? "+\(PageWords.number(change))" : PageWords.number(change)
  }

  private static func drawn(_ row: Row) -> HTML {
    let branches: HTML = row.branches.isEmpty ? "" : "<ul>\(row.branches.map(branch))</ul>"
    return "<div class=\"row\">\(row.steps.map(drawn))</div>\(branches)"
  }

  private static func branch(_ row: Row) -> HTML { "<li><small><bdi>\(row.title)</bdi></small>\(drawn(row))</li>" }

  private static func drawn(_ step: Step) -> HTML {
    """
    <svg class="\(step.kind)" width="206" height="56" viewBox="0 0 206 56"><title>\(step.name)</title>\
    <path class="arrow" d="M2 28H66M60 23L67 28L60 33"/>\
    <text x="33" y="20" text-anchor="middle" class="count" data-v="\(step.key)">\(PageWords.number(step.entered))</text>\
    <rect x="70" y="5" width="134" height="46" rx="6"/>\
    <svg x="72" y="5" width="130" height="46"><text x="65" y="20" text-anchor="middle">\(short(step.name))</text>\
    <text x="65" y="37" text-anchor="middle" class="note" data-v="\(step.key).note">\(step.note)</text></svg></svg>
    """
  }

  /// As much of a name as its box has room for.
  private static func short(_ name: String) -> String { name.count <= 19 ? name : "\(name.prefix(18))…" }
}
