internal import State
package import Streaming

/// The contract of a stage that remembers, tried on pages of records over a state of its own.
package struct RememberingContract<S: RememberingStage>: Contract {
  package let name: String
  private let stage: S
  private let pages: [RecordedPage<S.Input>]

  private static var cuts: [Int] { [1, 7, 1000] }

  package init(_ setting: String, _ stage: S, on pages: [RecordedPage<S.Input>]) {
    name = setting.isEmpty ? S.component.name : "\(S.component.name) \(setting)"
    self.stage = stage
    self.pages = pages
  }

  /// Everything that a stage gave.
  private struct Outcome: Equatable {
    var records: [String] = []
    var rejected: [String] = []
    var dropped: [String: Int] = [:]
    var created = 0
  }

  /// What a stage gives for a page, over a state; what it set stays uncommitted.
  private func run(_ batches: [Batch<S.Input>], _ state: any StateStore) throws -> Outcome {
    let memory = state.memory(S.component.name, of: "contract")
    var stage = stage
    var outcome = Outcome()
    for batch in batches {
      var outlet = Outlet<S.Output>()
      try stage.process(batch, into: &outlet, memory: memory)
      if batch.position.isEnd { try memory.end(batch.page, marks: batch.position.marks) }
      outcome.created += outlet.created
      for (reason, count) in outlet.dropped { outcome.dropped[reason, default: 0] += count }
      outcome.rejected += outlet.rejected.map { "\($0.record.wholeText): \($0.reason)" }
      outcome.records += outlet.take().map(\.wholeText)
    }
    return outcome
  }

  private func commit(_ page: RecordedPage<S.Input>, marks: Int? = nil, _ state: any StateStore) throws {
    let progress = StreamProgress(cursor: [], serverTime: 1)
    try state.commit(page.page, marks: UInt32(marks ?? page.marks), of: "contract", progress: progress)
  }

  /// A page as if it were asked for again: the same records in a page of its own.
  private func again(_ page: RecordedPage<S.Input>) -> RecordedPage<S.Input> {
    RecordedPage(page.records, marks: page.marks, number: page.page.number)
  }

  package func givesTheSameForAnyCut() throws {
    let whole = MemoryState()
    let expected = try pages.map { page in
      let outcome = try run(page.batches(of: page.records.count), whole)
      try commit(page, whole)
      return outcome
    }
    let isTelling = expected.contains { !$0.records.isEmpty || !$0.rejected.isEmpty }
    try demand(isTelling, "gives nothing at all: the test shows nothing")
    for size in Self.cuts {
      // Whether a page is committed before the next one is read, or after all, makes no difference either.
      for commitsAtOnce in [true, false] {
        let state = MemoryState()
        for (page, expected) in zip(pages, expected) {
          let outcome = try run(page.batches(of: size), state)
          if commitsAtOnce { try commit(page, state) }
          try demand(outcome == expected, "cut into \(size)s, page \(page.page.number) gives something else")
        }
      }
    }
  }

  package func forgetsAnAbandonedPage() throws {
    let state = MemoryState()
    for page in pages {
      let expected = try run(page.batches(of: 7), state)
      state.abandon("contract")
      try demand(try run(again(page).batches(of: 7), state) == expected, "abandoned, a page gives something else again")
      state.abandon("contract")
      for brokenAt in Set([1, page.records.count / 2, page.records.count - 1]).sorted() {
        try demandResumes(page, brokenAt: brokenAt, expected, state)
        state.abandon("contract")
      }
      _ = try run(page.batches(of: 7), state)
      try commit(page, state)
    }
  }

  /// A page that broke off stands up to its last mark, and what is read again from there on comes out as it would have.
  private func demandResumes(
    _ page: RecordedPage<S.Input>,
    brokenAt count: Int,
    _ expected: Outcome,
    _ state: any StateStore
  ) throws {
    let marks = page.marks(before: count)
    let broken = page.brokenOff(after: count, batchesOf: 7)
    _ = try run(broken, state)
    let rest = RecordedPage(page.records.filter { $0.markNumber >= UInt32(marks) }, marks: page.marks, number: 1000)
    guard !rest.records.isEmpty else { return }
    let outcome = try run(rest.batches(of: 7), state)
    // A record's text begins with its mark.
    let wanted = expected.records.filter { Int($0.prefix { $0.isNumber }) ?? 0 >= marks }
    try demand(
      outcome.records == wanted,
      "a page that broke off after \(count) records changes what comes after its last mark"
    )
  }

  package func endsWithinOneBatchWhenCancelled() async throws {
    guard let batch = pages[0].batches(of: 7).first else { return }
    let memory = MemoryState().memory(S.component.name, of: "contract")
    try await Cancellation.check(EndlessBatches(batch)) { $0.through(stage, memory: memory) }
  }

  package func passesErrorsThrough() async throws {
    let memory = MemoryState().memory(S.component.name, of: "contract")
    try await UpstreamFailure.check(pages[0].batches(of: 7)) { $0.through(stage, memory: memory) }
  }

  package func accountsForEveryRecord() async throws {
    for size in Self.cuts {
      let meter = StageMeter(S.component.name)
      let memory = MemoryState().memory(S.component.name, of: "contract")
      let batches = pages.flatMap { $0.batches(of: size) }
      var positions: [Position] = []
      let flow = BatchesThenFailure(batches, failure: nil).through(stage, memory: memory, meter: meter)
      for try await batch in flow { positions.append(batch.position) }
      let counts = meter.current
      try demand(counts.missing == 0, "\(counts.missing) records are missing: \(counts)")
      try demand(counts.entered == pages.reduce(0) { $0 + $1.records.count }, "not every record entered: \(counts)")
      try demand(positions == batches.map(\.position), "marks or ends of pages were lost on the way")
    }
  }

  package func documentsItself() throws {
    try S.component.demandIsDocumented(for: S.self)
    try S.component.demandOptionsCanBeGiven { try S($0) }
  }
}
