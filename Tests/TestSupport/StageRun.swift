package import Streaming

/// What a stage made of some records.
package struct StageRun<Output: Record> {
  package let records: [Output]
  package let dropped: [String: Int]
  package let rejections: [Rejection]
  package let created: Int
  /// The sums, as the run's balance has them.
  package let counts: StageMeter.Counts

  package init<S: Stage>(_ stage: S, on input: [S.Input]) throws where S.Output == Output {
    var stage = stage
    let page = RecordedPage(input)
    var outlet = Outlet<Output>()
    let batch = page.batches(of: max(1, input.count))[0]
    try stage.process(batch, into: &outlet)
    let meter = StageMeter(S.component.name)
    try meter.count(entered: input.count, outlet, on: page.page)
    counts = meter.current
    created = outlet.created
    dropped = counts.dropped
    rejections = outlet.rejected
    records = Array(outlet.take())
  }
}
