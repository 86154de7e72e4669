internal import DequeModule
internal import Qualys
internal import Records
internal import Stages
package import Streaming
internal import Synchronization

/// Follows some records through every stage.
///
/// Each batch is cut so that a followed record travels alone. What a stage's meter counts between one batch and the
/// next is then what became of that record. All others travel on too, so stages that remember see everything.
package final class Tracing: Rehearsal {
  let plan: Plan
  let target: Trace.Target
  let naming: LogFormat.Naming
  let state = Mutex(State())

  package init(_ target: Trace.Target, in plan: Plan) {
    self.target = target
    self.plan = plan
    naming = LogFormat.Naming(rawValue: plan.names.value) ?? .sumo
  }

  /// A record that is followed.
  struct Node {
    var item: Trace.Item
    var parent: Int?
    var children: [Int] = []
    var look: RecordLook?
    /// Its fields where it was last seen.
    var fields: Fields?
    var line: Line?
    var page: Int
    var mark: UInt32
    /// The output to whose sinks it came.
    var output: Int?
    /// Which detection of its host it is, from 0.
    var detection: Int?
    /// Detections of the host before this part of it.
    var firstDetection = 0
  }

  struct State {
    var nodes: [Node] = []
    /// For each edge, what the batches on their way to it hold: a followed record alone, or none.
    var coming: [Edge: Deque<Int?>] = [:]
    /// What stages had counted when the last batch passed behind them.
    var counts: [Edge: StageMeter.Counts] = [:]
    /// Why records were refused since then.
    var refusals: [Edge: [String]] = [:]
    /// The marks of the last batch at an edge, in its page.
    var marks: [Edge: UInt32] = [:]
    var seen: [String: Trace.Seen] = [:]
    var rounds: [String: Int] = [:]
    /// The last host that was seen, and its detections so far.
    var last: [String: (page: Int, mark: UInt32, detections: Int)] = [:]
    var pages: [PageKey: PageNotes] = [:]
  }

  struct PageKey: Hashable {
    var stream: String
    var page: Int
  }

  /// What is known of an answer.
  struct PageNotes {
    var answer: String
    var scanner: AnswerScanner
    /// Marks that stand, when it broke off.
    var standing: UInt32?
  }

  // MARK: - What streams are followed

  /// Whether a stream has what is followed, and what the records behind its decoder are.
  private func isFollowed(_ stream: PlannedStream) -> Bool {
    guard stream.ports.count > 1, stream.ports[0].isAnswer else { return false }
    return stream.ports[1] == port
  }

  private var port: Port {
    switch target {
    case .host: Port(Host.self)
    case .entry: Port(KnowledgeBaseEntry.self)
    case .asset: Port(Asset.self)
    }
  }

  /// The plan's streams that are followed, and those that they need; none when no stream has what is followed.
  package var streams: [PlannedStream] {
    let followed = plan.streams.filter(isFollowed)
    guard followed.contains(where: \.followsDetections) else { return followed }
    return plan.streams.filter { isFollowed($0) || $0.api == .detections }
  }

  // MARK: - Rehearsal

  package func begin(round: Int, at time: Int, of stream: PlannedStream) {
    state.withLock { state in
      state.rounds[stream.name] = round
      state.coming = [:]
    }
  }

  package func watch(_ flow: AnyFlow, at edge: Edge, behind meter: StageMeter?) -> AnyFlow {
    guard let stream = plan.streams.first(where: { $0.name == edge.stream }), isFollowed(stream) else { return flow }
    return flow.applying(EdgeOperator(watcher: TracedEdge(tracing: self, stream: stream, edge: edge, meter: meter)))
  }

  package func refused(_ rejection: Rejection, before edge: Edge) {
    state.withLock { $0.refusals[edge, default: []].append(rejection.reason) }
  }
}

/// The bytes of an answer, scanned for where something stands.
enum AnswerScanner: Sendable {
  case elements(ElementScanner)
  case members(MemberScanner)

  init(for target: Trace.Target) {
    switch target {
    case .host(let id, _):
      let host = ElementScanner.Kind("HOST", id: "ID")
      self = .elements(ElementScanner(host, inner: ElementScanner.Kind("DETECTION", id: "QID"), wanted: id))
    case .entry(let qid): self = .elements(ElementScanner(ElementScanner.Kind("VULN", id: "QID"), wanted: qid))
    case .asset(let id): self = .members(MemberScanner(member: "assetId", wanted: id))
    }
  }

  var places: [AnswerPlace] {
    switch self {
    case .elements(let scanner): scanner.places
    case .members(let scanner): scanner.places
    }
  }

  mutating func scan(_ bytes: [UInt8]) {
    switch self {
    case .elements(var scanner):
      scanner.scan(bytes)
      self = .elements(scanner)
    case .members(var scanner):
      scanner.scan(bytes)
      self = .members(scanner)
    }
  }
}
