internal import Gzip
internal import Records
package import Streaming
internal import Synchronization

/// Measures what passes every edge of a rehearsal.
///
/// Memory: a MiB of lines for each kind of log, and the sums.
package final class Estimating: Rehearsal {
  private let plan: Plan
  fileprivate let naming: LogFormat.Naming
  fileprivate let state = Mutex(State())

  package init(_ plan: Plan) {
    self.plan = plan
    naming = LogFormat.Naming(rawValue: plan.names.value) ?? .sumo
  }

  /// What passed an edge.
  fileprivate struct Sum {
    var records = 0
    var bytes = 0
  }

  /// Logs of one kind, from one output, in one round.
  fileprivate struct Kind: Hashable {
    var stream: String
    var output: Int
    var logType: String
    var round: Int
  }

  fileprivate struct State {
    var rounds: [Int: Int] = [:]
    var round: [String: Int] = [:]
    var sums: [Edge: Sum] = [:]
    var tallies: [Kind: LineTally] = [:]
    var members: [Kind: GzipEstimate] = [:]
    var fields: [String: FieldWeights] = [:]
  }

  // MARK: - Rehearsal

  package func begin(round: Int, at time: Int, of stream: PlannedStream) {
    state.withLock { state in
      state.rounds[round] = time
      state.round[stream.name] = round
    }
  }

  package func watch(_ flow: AnyFlow, at edge: Edge, behind meter: StageMeter?) -> AnyFlow {
    guard let stream = plan.streams.first(where: { $0.name == edge.stream }) else { return flow }
    let isEnd = edge.output.map { edge.index == stream.outputs[$0].stages.count } ?? false
    return flow.applying(EdgeOperator(watcher: WeighedEdge(estimating: self, edge: edge, isEnd: isEnd)))
  }

  package func counted(_ tallies: [String: LineTally], by sink: Int, ofOutput output: Int, in stream: String) {
    // All sinks of an output get the same.
    guard sink == 0 else { return }
    state.withLock { state in
      for (logType, tally) in tallies {
        let kind = Kind(stream: stream, output: output, logType: logType, round: state.round[stream] ?? 1)
        state.tallies[kind, default: LineTally()].add(tally)
      }
    }
  }

  // MARK: - The result

  /// What was measured, once the run has ended.
  package func estimate() throws -> Estimate {
    var state = self.state.withLock { $0 }
    var estimate = Estimate(pipeline: plan.name)
    estimate.rounds = state.rounds.map { Estimate.Round(number: $0.key, time: $0.value) }.sorted {
      $0.number < $1.number
    }
    for stream in plan.streams {
      for output in stream.outputs.indices {
        estimate.rows += try rows(of: stream, output, &state)
      }
      estimate.stages += stages(of: stream, state)
    }
    estimate.fields = state.fields.flatMap { logType, weights in
      weights.bytes.map { Estimate.Field(logType: logType, path: $0.path, bytes: $0.bytes) }
    }
    .sorted { ($1.bytes, $0.logType, $0.path) < ($0.bytes, $1.logType, $1.path) }
    return estimate
  }

  private func rows(of stream: PlannedStream, _ output: Int, _ state: inout State) throws -> [Estimate.Row] {
    let kinds = state.tallies.keys.filter { $0.stream == stream.name && $0.output == output }
      .sorted { ($0.round, $0.logType) < ($1.round, $1.logType) }
    return try kinds.map { kind in
      let tally = state.tallies[kind] ?? LineTally()
      return Estimate.Row(
        stream: stream.name,
        output: stream.isBranched ? stream.outputs[output].name : nil,
        logType: kind.logType,
        round: kind.round,
        logs: tally.lines,
        bytes: tally.bytes,
        largest: tally.largest,
        compressed: try state.members[kind]?.total() ?? 0
      )
    }
  }

  private func stages(of stream: PlannedStream, _ state: State) -> [Estimate.Stage] {
    func row(_ stage: PlannedComponent, _ edge: Edge) -> Estimate.Stage {
      let before = state.sums[Edge(stream: edge.stream, output: edge.output, index: edge.index - 1)] ?? Sum()
      let after = state.sums[edge] ?? Sum()
      return Estimate.Stage(
        stream: stream.name,
        output: edge.output.map { stream.outputs[$0].name },
        stage: stage.name,
        recordsBefore: before.records,
        bytesBefore: before.bytes,
        recordsAfter: after.records,
        bytesAfter: after.bytes,
        readsAnswers: edge.output == nil && edge.index == 1 && stream.ports[0].isAnswer
      )
    }
    var rows = stream.stages.enumerated().map { index, stage in
      row(stage, Edge(stream: stream.name, output: nil, index: index + 1))
    }
    for (number, output) in stream.outputs.enumerated() {
      rows += output.stages.enumerated().map { index, stage in
        row(stage, Edge(stream: stream.name, output: number, index: index + 1))
      }
    }
    return rows
  }
}

/// One edge whose records are weighed.
private struct WeighedEdge: EdgeOperator.Watcher {
  let estimating: Estimating
  let edge: Edge
  /// Whether sinks follow.
  let isEnd: Bool

  func pass<R: Record>(_ batch: Batch<R>) throws -> [Batch<R>] {
    let bytes = batch.records.reduce(0) { $0 + size(of: $1) }
    try estimating.state.withLock { state in
      state.sums[edge, default: Estimating.Sum()].records += batch.records.count
      state.sums[edge, default: Estimating.Sum()].bytes += bytes
      guard isEnd, let lines = batch.records as? ContiguousArray<Line>, let output = edge.output else { return }
      for line in lines {
        let logType = line.logType
        let round = state.round[edge.stream] ?? 1
        let kind = Estimating.Kind(stream: edge.stream, output: output, logType: logType, round: round)
        try state.members[kind, default: GzipEstimate()].add(line)
        try state.fields[logType, default: FieldWeights()].add(line)
      }
    }
    return [batch]
  }

  private func size(of record: any Record) -> Int {
    switch record {
    case let line as Line: line.byteCount + 1
    case let answer as any AnswerRecord: answer.content.bytes.count
    case let record as any LogRecord: RecordLook.size(of: record, naming: estimating.naming) + 1
    default: 0
    }
  }
}

/// How long lines are when they are compressed, in members of about 1 MiB.
private struct GzipEstimate {
  private var pending: [UInt8] = []
  private var compressed = 0

  mutating func add(_ line: Line) throws {
    try unsafe line.forEachChunk { unsafe pending.append(contentsOf: $0) }
    if pending.count >= 1 << 20 { try compress() }
  }

  mutating func total() throws -> Int {
    if !pending.isEmpty { try compress() }
    return compressed
  }

  private mutating func compress() throws {
    let compressor = try GzipCompressor(level: 6)
    var bytes: [UInt8] = []
    unsafe pending.withUnsafeBytes { unsafe compressor.compress($0, into: &bytes) }
    compressor.finishMember(into: &bytes)
    compressed += bytes.count
    pending.removeAll(keepingCapacity: true)
  }
}
