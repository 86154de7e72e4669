package import Streaming

/// The contract of a stage, tried on pages of records.
package struct StageContract<S: Stage>: Contract {
  package let name: String
  private let stage: S
  private let pages: [RecordedPage<S.Input>]

  /// Cuts that a page is tried in.
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

  private func run(_ stage: inout S, on batches: [Batch<S.Input>]) throws -> Outcome {
    var outcome = Outcome()
    for batch in batches {
      var outlet = Outlet<S.Output>()
      try stage.process(batch, into: &outlet)
      outcome.created += outlet.created
      for (reason, count) in outlet.dropped { outcome.dropped[reason, default: 0] += count }
      outcome.rejected += outlet.rejected.map { "\($0.record.wholeText): \($0.reason)" }
      outcome.records += outlet.take().map(\.wholeText)
    }
    return outcome
  }

  package func givesTheSameForAnyCut() throws {
    var whole = stage
    let expected = try pages.map { try run(&whole, on: $0.batches(of: $0.records.count)) }
    let isTelling = expected.contains { !$0.records.isEmpty || !$0.rejected.isEmpty }
    try demand(isTelling, "gives nothing at all: the test shows nothing")
    for size in Self.cuts {
      var stage = stage
      for (page, expected) in zip(pages, expected) {
        let outcome = try run(&stage, on: page.batches(of: size))
        try demand(outcome == expected, "cut into \(size)s, page \(page.page.number) gives something else")
      }
    }
  }

  package func forgetsAnAbandonedPage() throws {
    for page in pages {
      for brokenAt in [1, page.records.count / 2, page.records.count - 1] {
        var fresh = stage
        let expected = try run(&fresh, on: page.batches(of: 7))
        var used = stage
        _ = try run(&used, on: page.brokenOff(after: brokenAt, batchesOf: 7))
        let outcome = try run(&used, on: page.batches(of: 7))
        try demand(outcome == expected, "a page that broke off after \(brokenAt) records changes the one after it")
      }
    }
  }

  package func endsWithinOneBatchWhenCancelled() async throws {
    guard let batch = pages[0].batches(of: 7).first else { return }
    try await Cancellation.check(EndlessBatches(batch)) { $0.through(stage) }
  }

  package func passesErrorsThrough() async throws {
    let batches = pages[0].batches(of: 7)
    try await UpstreamFailure.check(batches) { $0.through(stage) }
  }

  package func accountsForEveryRecord() async throws {
    for size in Self.cuts {
      let meter = StageMeter(S.component.name)
      let batches = pages.flatMap { $0.batches(of: size) }
      var positions: [Position] = []
      for try await batch in BatchesThenFailure(batches, failure: nil).through(stage, meter: meter) {
        positions.append(batch.position)
      }
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
