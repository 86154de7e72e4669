internal import Qualys
internal import Records
internal import Streaming
internal import Synchronization

extension Tracing {
  /// What was seen, once the run has ended; looks for the lines in the files that sinks have written before.
  package func trace(_ report: RunReport) throws -> Trace {
    let state = self.state.withLock { $0 }
    var trace = Trace()
    trace.seen = plan.streams.compactMap { state.seen[$0.name] }
    let files = try findLines(state)
    for number in state.nodes.indices where state.nodes[number].parent == nil {
      trace.items.append(item(number, state, report, files))
    }
    return trace
  }

  private func destination(of sink: Int, _ output: PlannedOutput, in stream: String) -> String {
    var context = StreamContext(pipeline: plan.name, stream: stream)
    context.output = output.name
    return output.destination(ofSink: sink, context)
  }

  /// Where the lines that came to gzip files stand, by file name and line.
  private func findLines(_ state: State) throws -> [String: [[UInt8]: [Trace.Found]]] {
    var lines: [String: [[UInt8]]] = [:]
    for node in state.nodes {
      guard let number = node.output, let line = node.line, let output = output(number, of: node) else { continue }
      for (index, sink) in output.sinks.enumerated() where sink.name == "gzip-file" {
        lines[destination(of: index, output, in: node.item.stream), default: []].append(line.bytes)
      }
    }
    var found: [String: [[UInt8]: [Trace.Found]]] = [:]
    for (path, lines) in lines { found[path] = try LineSearch.find(lines, in: path) }
    return found
  }

  private func output(_ number: Int, of node: Node) -> PlannedOutput? {
    plan.streams.first { $0.name == node.item.stream }?.outputs[number]
  }

  private func item(
    _ number: Int,
    _ state: State,
    _ report: RunReport,
    _ files: [String: [[UInt8]: [Trace.Found]]]
  ) -> Trace.Item {
    let node = state.nodes[number]
    var item = node.item
    if let notes = state.pages[PageKey(stream: item.stream, page: node.page)] {
      if node.parent == nil { item.answer = notes.answer }
      let parent = node.parent.map { state.nodes[$0] }
      if parent == nil || (node.detection != nil && parent?.detection == nil) { item.place = place(of: node, notes) }
      if let standing = notes.standing, node.mark >= standing, node.parent == nil {
        let words = ["the answer broke off before this was complete: it is taken back, and asked for again"]
        item.steps.append(Trace.Step(stage: "answer", outcome: .dropped, words: words))
      }
    }
    if let number = node.output, let output = output(number, of: node) {
      item.ends = output.sinks.indices.map { index in
        let path = destination(of: index, output, in: item.stream)
        let found = node.line.flatMap { files[path]?[$0.bytes] } ?? []
        return Trace.End(sink: output.sinks[index].name, destination: path, found: found)
      }
    }
    if item.steps.last?.outcome == .refused,
      let path = report.streams.first(where: { $0.name == item.stream })?.deadLetterPath
    {
      item.ends = [Trace.End(sink: "dead letters", destination: path)]
    }
    item.items = node.children.map { self.item($0, state, report, files) }
    return item
  }

  private func place(of node: Node, _ notes: PageNotes) -> Trace.Place? {
    let places = notes.scanner.places
    guard let whole = places.first(where: { $0.number == Int(node.mark) }) ?? places.first else { return nil }
    guard let detection = node.detection else {
      let element =
        switch target {
        case .host: "<HOST>"
        case .entry: "<VULN>"
        case .asset: "asset"
        }
      return Trace.Place(element, whole)
    }
    return whole.inner.indices.contains(detection) ? Trace.Place("<DETECTION>", whole.inner[detection]) : nil
  }
}

extension Trace.Place {
  fileprivate init(_ element: String, _ place: AnswerPlace) {
    self.init(
      element: element,
      firstByte: place.bytes.lowerBound,
      end: place.bytes.upperBound,
      firstLine: place.lines.lowerBound,
      lastLine: place.lines.upperBound
    )
  }
}

extension Line {
  /// The line without its newline.
  fileprivate var bytes: [UInt8] {
    var bytes: [UInt8] = []
    try? unsafe forEachChunk { unsafe bytes.append(contentsOf: $0) }
    return bytes.dropLast()
  }
}
