internal import DequeModule
internal import Records
internal import Stages
internal import Streaming
internal import Synchronization

/// One edge of a stream that is traced.
struct TracedEdge: EdgeOperator.Watcher {
  let tracing: Tracing
  let stream: PlannedStream
  let edge: Edge
  let meter: StageMeter?

  /// The stage before the edge.
  private var stage: PlannedComponent? {
    guard edge.index > 0 else { return nil }
    let stages = edge.output.map { stream.outputs[$0].stages } ?? stream.stages
    return stages[edge.index - 1]
  }

  /// The edges that batches come to next.
  private var next: [Edge] {
    let stages = edge.output.map { stream.outputs[$0].stages } ?? stream.stages
    if edge.index < stages.count {
      return [Edge(stream: edge.stream, output: edge.output, index: edge.index + 1)]
    }
    if edge.output != nil { return [] }
    return stream.outputs.indices.map { Edge(stream: edge.stream, output: $0, index: 0) }
  }

  func pass<R: Record>(_ batch: Batch<R>) throws -> [Batch<R>] {
    tracing.state.withLock { state in
      if edge.output == nil, edge.index == 0 {
        scan(batch, &state)
        return [batch]
      }
      let isBeginning = edge.output == nil && edge.index == 1
      let tags = isBeginning ? begin(batch, &state) : follow(batch, &state)
      return cut(batch, tags, &state)
    }
  }

  // MARK: - The answer

  private func scan<R: Record>(_ batch: Batch<R>, _ state: inout Tracing.State) {
    let key = Tracing.PageKey(stream: edge.stream, page: batch.page.number)
    let answer = batch.page.origin + (batch.page.detail.map { " (\($0))" } ?? "")
    var notes = state.pages[key] ?? Tracing.PageNotes(answer: answer, scanner: AnswerScanner(for: tracing.target))
    for record in batch.records {
      if let chunk = record as? any AnswerRecord { notes.scanner.scan(chunk.content.bytes) }
    }
    state.pages[key] = notes
  }

  // MARK: - Behind the decoder

  /// Finds the records that are followed.
  private func begin<R: Record>(_ batch: Batch<R>, _ state: inout Tracing.State) -> [Int?] {
    if batch.position.ending == .abandoned {
      state.pages[Tracing.PageKey(stream: edge.stream, page: batch.page.number)]?.standing = batch.position.marks
    }
    return batch.records.map { record in
      guard let record = record as? any LogRecord else { return nil }
      let fields = record.fields
      var last = state.last[edge.stream] ?? (batch.page.number, .max, 0)
      let isPart = last.page == batch.page.number && last.mark == fields.mark
      if !isPart { last = (batch.page.number, fields.mark, 0) }
      let before = last.detections
      if let host = record as? Host { last.detections += host.detectionCount }
      state.last[edge.stream] = last
      guard let name = match(fields, isPart: isPart, &state) else { return nil }
      var node = Tracing.Node(
        item: Trace.Item(name: name, stream: edge.stream, round: state.rounds[edge.stream] ?? 1),
        look: RecordLook(record, naming: tracing.naming),
        fields: fields,
        page: batch.page.number,
        mark: fields.mark
      )
      node.firstDetection = before
      var step = Trace.Step(stage: stage?.name ?? "", outcome: .passed, words: [], bytes: node.look?.bytes)
      if let host = record as? Host {
        step.words = ["\(isPart ? "a further part of the host" : "a host") with \(host.detectionCount) detections"]
      } else {
        step.words = ["a record of \(node.look?.paths.count ?? 0) fields"]
      }
      node.item.steps.append(step)
      if !(record is Host) { node.item.fields = node.look.map(Self.shown) ?? [] }
      state.nodes.append(node)
      return state.nodes.count - 1
    }
  }

  // The paths are right by construction.
  private static let id = FieldPath("ID")!
  private static let qid = FieldPath("QID")!
  private static let assetID = FieldPath("assetId")!
  private static let detectionsQID = FieldPath("DETECTION_LIST.DETECTION.QID")!
  private static let detectionQID = FieldPath("DETECTION.QID")!

  /// The name of a record that is followed; notes all others.
  private func match(_ fields: Fields, isPart: Bool, _ state: inout Tracing.State) -> String? {
    var seen = state.seen[edge.stream] ?? Trace.Seen(stream: edge.stream)
    defer { state.seen[edge.stream] = seen }
    let path =
      switch tracing.target {
      case .host: Self.id
      case .entry: Self.qid
      case .asset: Self.assetID
      }
    let id = fields.text(at: path) ?? ""
    if !isPart { seen.records += 1 }
    if let number = UInt64(id) {
      seen.leastID = min(seen.leastID ?? number, number)
      seen.greatestID = max(seen.greatestID ?? number, number)
    }
    switch tracing.target {
    case .host(let wanted, let qid):
      guard id == wanted else { return nil }
      var qids: [String] = []
      fields.forEachText(at: Self.detectionsQID) { qids.append(fields.text(of: $0)) }
      seen.qids += qids.filter { !seen.qids.contains($0) }
      return qid.map(qids.contains) ?? true ? "host \(id)" : nil
    case .entry(let wanted): return id == wanted ? "QID \(id)" : nil
    case .asset(let wanted): return id == wanted ? "asset \(id)" : nil
    }
  }

  // MARK: - Behind a stage

  /// Says what the stage before this edge made of a batch.
  private func follow<R: Record>(_ batch: Batch<R>, _ state: inout Tracing.State) -> [Int?] {
    let nothing = [Int?](repeating: nil, count: batch.records.count)
    let coming = state.coming[edge]?.popFirst() ?? nil
    let before = state.counts[edge] ?? StageMeter.Counts()
    let counts = meter?.current ?? before
    state.counts[edge] = counts
    let refusals = state.refusals.removeValue(forKey: edge) ?? []
    guard var number = coming else { return nothing }
    if edge.index == 0, stream.isBranched, let output = edge.output {
      number = state.child(of: number, named: "in output \(stream.outputs[output].name)")
    }
    guard let stage else { return nothing.isEmpty ? [] : [number] }
    let created = counts.created - before.created
    if batch.records.isEmpty {
      let reasons = counts.dropped.filter { $0.value > before.dropped[$0.key] ?? 0 }.keys.sorted()
      state.nodes[number].end(at: stage, dropped: reasons, refused: refusals)
      return []
    }
    if let detections = batch.records as? ContiguousArray<Detection>, state.nodes[number].detection == nil {
      return split(detections, from: number, by: stage, &state)
    }
    if batch.records.count == 1, created == 0, refusals.isEmpty {
      state.nodes[number].advance(to: batch.records[0], by: stage, tracing.naming)
      return [number]
    }
    let isParts = (batch.records.first as? Line)?.isPart ?? false
    var words = ["split into \(batch.records.count + refusals.count) \(isParts ? "parts" : "records")"]
    words += refusals.map { "one of them was refused: \($0)" }
    state.nodes[number].item.steps.append(Trace.Step(stage: stage.name, outcome: .split, words: words))
    return batch.records.enumerated().map { index, record in
      let part = (record as? Line)?.part
      let name = part.map { "part \($0.number) of \($0.count)" } ?? "record \(index + 1) of \(batch.records.count)"
      let child = state.child(of: number, named: name)
      state.nodes[child].advance(to: record, by: stage, tracing.naming)
      return child
    }
  }

  /// A host became its detections.
  private func split(
    _ detections: ContiguousArray<Detection>,
    from number: Int,
    by stage: PlannedComponent,
    _ state: inout Tracing.State
  ) -> [Int?] {
    var tags: [Int?] = []
    for (index, detection) in detections.enumerated() {
      let qid = detection.value(at: Self.detectionQID)
      if case .host(_, let wanted?) = tracing.target, qid != wanted {
        tags.append(nil)
        continue
      }
      let position = state.nodes[number].firstDetection + index
      let child = state.child(of: number, named: "QID \(qid ?? "?"), detection \(position + 1) of the host")
      let look = RecordLook(detection, naming: tracing.naming)
      state.nodes[child].detection = position
      state.nodes[child].look = look
      state.nodes[child].fields = detection.fields
      state.nodes[child].item.fields = look.map(Self.shown) ?? []
      let words = ["a record of its own, its host's fields beside it"]
      state.nodes[child].item.steps.append(
        Trace.Step(stage: stage.name, outcome: .split, words: words, bytes: look?.bytes)
      )
      tags.append(child)
    }
    let followed = tags.count { $0 != nil }
    let words = ["\(detections.count) records, one for each detection; \(followed) followed"]
    state.nodes[number].item.steps.append(Trace.Step(stage: stage.name, outcome: .split, words: words))
    return tags
  }

  private static func shown(_ look: RecordLook) -> [Trace.Field] {
    look.paths.map { Trace.Field(path: $0, value: RecordLook.text(look.values[$0] ?? [])) }
  }

  // MARK: - Before the next stage

  /// Cuts a batch so that each record that is followed is alone.
  private func cut<R: Record>(_ batch: Batch<R>, _ tags: [Int?], _ state: inout Tracing.State) -> [Batch<R>] {
    var groups: [(records: ContiguousArray<R>, tag: Int?)] = []
    for (record, tag) in zip(batch.records, tags) {
      if tag == nil, let last = groups.last, last.tag == nil {
        groups[groups.count - 1].records.append(record)
      } else {
        groups.append(([record], tag))
      }
    }
    if groups.isEmpty { groups = [([], nil)] }
    // Before its last piece no more marks are known to be complete than before the batch.
    let marks = state.marks[edge] ?? 0
    state.marks[edge] = batch.position.isEnd ? nil : batch.position.marks
    for edge in next { state.coming[edge, default: []].append(contentsOf: groups.map(\.tag)) }
    if next.isEmpty { for case let number? in tags { state.nodes[number].output = edge.output } }
    return groups.enumerated().map { index, group in
      let isLast = index == groups.count - 1
      return Batch(group.records, of: batch.page, at: isLast ? batch.position : Position(marks: Int(marks)))
    }
  }
}

extension Tracing.State {
  /// What a stage, or a branch, makes of a record.
  fileprivate mutating func child(of number: Int, named name: String) -> Int {
    var child = nodes[number]
    child.item = Trace.Item(name: name, stream: child.item.stream, round: child.item.round)
    child.parent = number
    child.children = []
    nodes.append(child)
    nodes[number].children.append(nodes.count - 1)
    return nodes.count - 1
  }
}

extension Tracing.Node {
  /// Left out, or refused.
  fileprivate mutating func end(at stage: PlannedComponent, dropped: [String], refused: [String]) {
    guard refused.isEmpty else {
      return item.steps.append(Trace.Step(stage: stage.name, outcome: .refused, words: refused))
    }
    var words = dropped
    // The balance says which condition; here we may say what the record had.
    if stage.name == "filter", !stage.options.holdsSecrets, let fields,
      let condition = try? Condition(stage.options.entries), let mismatch = condition.mismatch(in: fields)
    {
      words = [mismatch]
    }
    item.steps.append(Trace.Step(stage: stage.name, outcome: .dropped, words: words))
  }

  /// One record went in and one came out.
  fileprivate mutating func advance(to record: any Record, by stage: PlannedComponent, _ naming: LogFormat.Naming) {
    let now = RecordLook(record, naming: naming)
    var step = Trace.Step(stage: stage.name, outcome: .passed, words: [], bytes: now?.bytes)
    if let look, let now { step.words = look.changes(to: now) }
    if let new = record as? Line {
      step.bytes = new.byteCount
      if line == nil { step.line = Self.shown(new) }
      line = new
    }
    if !step.words.isEmpty { step.outcome = .changed }
    look = now ?? look
    fields = (record as? any LogRecord)?.fields ?? (record as? Line)?.fields ?? fields
    item.steps.append(step)
  }

  private static func shown(_ line: Line) -> String {
    var bytes: [UInt8] = []
    try? unsafe line.forEachChunk { chunk in
      if bytes.count < 800 { unsafe bytes.append(contentsOf: chunk.prefix(800 - bytes.count)) }
    }
    let text = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }
    return text.count > 200 ? "\(text.prefix(200))…" : String(text)
  }
}
