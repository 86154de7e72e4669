import Health
import Qualys
import Records
import Stages
import State
import Streaming
import Synchronization
import TestSupport

/// One stream over a state in memory, round after round, as a run drives it: pages are committed when they end.
final class SmallRound: Sendable {
  let kind: StreamKind
  let transport: ScriptedTransport
  let state: MemoryState
  let events = EventList()
  private let options: [(key: String, value: OptionValue)]
  private let cursorOfLastPage = Mutex<[UInt8]?>(nil)

  /// A stream that asks for pages of three.
  init(
    _ kind: StreamKind,
    state: MemoryState = MemoryState(),
    options: [(key: String, value: OptionValue)]? = nil,
    _ script: @escaping @Sendable (_ call: Int, _ request: APIRequest) throws -> ScriptedTransport.Answer
  ) {
    self.kind = kind
    self.state = state
    transport = ScriptedTransport(script)
    self.options =
      options
      ?? {
        switch kind {
        case .detections: [("truncation_limit", .integer(3))]
        case .knowledgeBase: [("qids", .list((1...9).map { .text("\($0)") })), ("qids-per-call", .integer(3))]
        case .assets: [("pageSize", .integer(3))]
        }
      }()
  }

  /// What the state holds to go on with.
  var cursor: [UInt8]? { cursorOfLastPage.withLock { $0 } }

  /// The ids that stand after a round; `stopAfter` so many pages the process ends, as if it were killed.
  func run(stopAfter pages: Int = .max, _ change: (inout CallContext) -> Void = { _ in }) async throws -> [Int] {
    var context = CallContext(transport: transport, state: state, stream: "s", now: { 1_000_000 }, jitter: { 0 })
    context.events = events
    change(&context)
    switch kind {
    case .detections:
      let source = try DetectionsSource(Self.options(DetectionsSource.component, options))
      return try await collect(source, DecodeDetections(), context, "ID", pages)
    case .knowledgeBase:
      let source = try KnowledgeBaseSource(Self.options(KnowledgeBaseSource.component, options))
      return try await collect(source, DecodeKnowledgeBase(), context, "QID", pages)
    case .assets:
      let source = try AssetsSource(Self.options(AssetsSource.component, options))
      return try await collect(source, DecodeAssets(), context, "assetId", pages)
    }
  }

  /// Goes on with an unfinished round in a new process, over the same state.
  func goOn(stopAfter pages: Int = .max) async throws -> [Int] {
    state.abandon("s")
    return try await run(stopAfter: pages) { $0.cursor = self.cursor }
  }

  /// Ends the round, as a run does.
  func finish(at time: Int = 2_000_000) throws {
    cursorOfLastPage.withLock { $0 = nil }
    try Windows(state).finish("s", began: time)
  }

  static func options(_ component: Component, _ entries: [(key: String, value: OptionValue)]) -> Options {
    var known: Set<String> = []
    if case .options(let options) = component.form { known = Set(options.map(\.name)) }
    return Options(entries, known: known)
  }

  private func collect<S: APISource, D: Decoder>(
    _ source: S,
    _ decoder: D,
    _ context: CallContext,
    _ id: String,
    _ pages: Int
  ) async throws -> [Int] where D.Input == S.Calls.Answer, D.Output: LogRecord, D: Sendable {
    var standing: [Int] = []
    var page: [(mark: UInt32, id: Int)] = []
    var count = 0
    for try await batch in PagedBatches(try source.pager(context), context).through(decoder) {
      page += batch.records.map { ($0.fields.mark, Int($0.value(at: FieldPath(id)!) ?? "") ?? -1) }
      guard batch.position.isEnd else { continue }
      standing += page.filter { $0.mark < batch.position.marks }.map(\.id)
      page = []
      try commit(batch.page, marks: batch.position.marks)
      count += 1
      if count == pages { break }
    }
    return standing
  }

  private func commit(_ page: Page, marks: UInt32) throws {
    try? QIDLedger(state).note(delivered: page, to: "s")
    if let report = page.report { cursorOfLastPage.withLock { $0 = page.cursor?(report) ?? $0 } }
    try state.commit(page, marks: marks, of: "s", progress: StreamProgress(cursor: []))
  }
}

/// Keeps events.
final class EventList: EventRecorder {
  private let events = Mutex<[HealthEvent]>([])
  func record(_ event: HealthEvent) { events.withLock { $0.append(event) } }
  var all: [HealthEvent] { events.withLock { $0 } }
  func named(_ tracker: String) -> [HealthEvent] { all.filter { $0.tracker == tracker } }
}
