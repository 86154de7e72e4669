import Pipelines
import Records
import Streaming
import Synchronization
import TestSupport

/// A pipeline of several outputs whose source and sinks a test watches and steers.
///
/// Its words: source `pages`, stages `even`, `nothing`, `refuse`, `lose`, and sink `watched`.
final class Branches: Sendable {
  /// What happened, in order.
  enum Event: Hashable, Sendable {
    case wrote(output: String, page: Int, isEnd: Bool)
    case committed(page: Int, marks: UInt32)
    case finished(output: String)
    case discarded(output: String)
  }

  /// What a test can look at.
  struct State: Sendable {
    var events: [Event] = []
    var texts: [String: [String]] = [:]
    /// Batches that the source gave, and those that each sink has been given.
    var given = 0
    var taken: [String: Int] = [:]
    /// Writes that have begun and not ended.
    var writing = 0
  }

  /// What the sink of an output does about its batch of a number, from 1, before it takes it: wait, or fail.
  typealias Behaviour = @Sendable (_ branches: Branches, _ output: String, _ number: Int) async throws -> Void

  @TaskLocal static var current: Branches?

  private let state = Mutex(State())
  let batches: [Batch<Line>]
  let isEndless: Bool
  let behaviour: Behaviour

  /// A source of pages of so many lines, each of a host of its own, two to a batch.
  init(
    pages: [Int] = [5, 4, 1, 6],
    abandoning abandoned: Int? = nil,
    isEndless: Bool = false,
    _ behaviour: @escaping Behaviour = { _, _, _ in }
  ) throws {
    batches = try pages.enumerated().flatMap { number, count in
      let page = try TestLines.page(Array(repeating: 1, count: count), resultsBytes: 20, number: number)
      var report = Page.Report()
      if number == abandoned { report.failure = Planted() }
      page.page.conclude(report)
      return number == abandoned ? page.brokenOff(after: count, batchesOf: 2) : page.batches(of: 2)
    }
    self.isEndless = isEndless
    self.behaviour = behaviour
  }

  struct Planted: Error {}

  var now: State { state.withLock { $0 } }
  func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result { state.withLock { body(&$0) } }

  /// The lines of all pages.
  var texts: [String] { batches.flatMap { $0.records.map(\.text) } }
  /// The numbers of the pages that were committed, as they were.
  var committed: [Int] { now.events.compactMap { if case .committed(let page, _) = $0 { page } else { nil } } }

  /// Runs a stream with these outputs, each written as YAML in one line.
  func run(
    stages: String = "[]",
    outputs: [String],
    limit: Int? = nil,
    folder: String = "nowhere",
    onCommit: @escaping @Sendable (Int) throws -> Void = { _ in }
  ) async throws -> RunReport.Stream {
    let list = outputs.map { "  - \($0)\n" }.joined()
    let text = "source: pages\nstages: \(stages)\noutputs:\n\(list)"
    let (plan, diagnostics) = Plan.check(PlanRequest(text: text, file: "branches.yaml", registry: Self.registry))
    guard let plan else { throw ContractViolation(diagnostics.map(\.description).joined(separator: "\n")) }
    let commit: Run.Commit = { _, page, marks in
      self.change { $0.events.append(.committed(page: page.number, marks: marks)) }
      try onCommit(page.number)
    }
    let run = Run(plan, output: folder, limit: limit, onCommit: commit)
    return try await Self.$current.withValue(self) { try await run.run().streams[0] }
  }

  private static let registry: Registry = {
    var registry = Registry()
    registry.register(source: Pages.self)
    registry.register(Lines<Even>.self)
    registry.register(Lines<Nothing>.self)
    registry.register(Lines<Refuse>.self)
    registry.register(Lines<Lose>.self)
    registry.register(sink: Watched.component) { _, context in
      guard let current else { throw Planted() }
      return Watched(current, context.output)
    }
    return registry
  }()
}

// MARK: - Its source and sink

private struct Pages: Source {
  typealias Output = Line
  static let component = Component("pages", summary: "Gives the test's pages.", example: "pages")
  init(_ options: Options) throws(OptionError) {}

  func batches() -> AsyncThrowingStream<Batch<Line>, any Error> {
    let branches = Branches.current
    let next = Mutex(0)
    return AsyncThrowingStream {
      guard let branches else { throw Branches.Planted() }
      try Task.checkCancellation()
      let index = next.withLock { next in
        next += 1
        return next - 1
      }
      guard branches.isEndless || index < branches.batches.count else { return nil }
      branches.change { $0.given += 1 }
      return branches.batches[index % branches.batches.count]
    }
  }
}

private final class Watched: Sink {
  typealias Input = Line
  static let component = Component("watched", summary: "Tells the test.", example: "- watched")

  private let branches: Branches
  private let output: String
  private(set) var counts = SinkCounts()

  init(_ branches: Branches, _ output: String) {
    self.branches = branches
    self.output = output
  }

  func write(_ batch: Batch<Line>) async throws {
    let number = branches.change { [output] state in
      state.writing += 1
      state.taken[output, default: 0] += 1
      return state.taken[output] ?? 0
    }
    defer { branches.change { $0.writing -= 1 } }
    try await branches.behaviour(branches, output, number)
    counts.entered += batch.records.count
    counts.acknowledged += batch.records.count
    let texts = batch.records.map(\.text)
    branches.change { [output] state in
      state.texts[output, default: []] += texts
      state.events.append(.wrote(output: output, page: batch.page.number, isEnd: batch.position.isEnd))
    }
  }

  func finish() async throws { branches.change { [output] in $0.events.append(.finished(output: output)) } }
  func discard() async { branches.change { [output] in $0.events.append(.discarded(output: output)) } }
}

// MARK: - Its stages

/// What a stage does with a line.
private protocol Verdict {
  static var word: String { get }
  static func judge(_ line: Line, into output: inout Outlet<Line>)
}

private struct Lines<V: Verdict>: Stage {
  static var component: Component { Component(V.word, summary: "A stage of the tests.", example: "- \(V.word)") }
  init(_ options: Options) throws(OptionError) {}

  mutating func process(_ batch: Batch<Line>, into output: inout Outlet<Line>) throws {
    for line in batch.records { V.judge(line, into: &output) }
  }
}

private enum Even: Verdict {
  static let word = "even"
  static func judge(_ line: Line, into output: inout Outlet<Line>) {
    if line.mark.isMultiple(of: 2) { output.append(line) } else { output.drop(because: "odd") }
  }
}

private enum Nothing: Verdict {
  static let word = "nothing"
  static func judge(_ line: Line, into output: inout Outlet<Line>) { output.drop(because: "all") }
}

private enum Refuse: Verdict {
  static let word = "refuse"
  static func judge(_ line: Line, into output: inout Outlet<Line>) {
    if line.mark == 0 { output.reject(line, because: "it is the first") } else { output.append(line) }
  }
}

private enum Lose: Verdict {
  static let word = "lose"
  static func judge(_ line: Line, into output: inout Outlet<Line>) { if line.mark != 3 { output.append(line) } }
}
