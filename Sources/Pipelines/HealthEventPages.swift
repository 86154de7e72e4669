internal import Health
internal import JSONText
internal import Records
internal import State
internal import Streaming

/// The events that a stream has not delivered yet, as the state keeps them at the round's beginning; each line is a mark.
struct HealthEventPages: AsyncSequence, Sendable {
  typealias Element = Batch<Line>
  typealias Failure = any Error

  /// What the source says about itself.
  static let component = Component(
    "health-events",
    summary: "Gives the health events of this pipeline's service, each as a line of JSON in Sumo Logic's schema.",
    discussion: """
      A service keeps its newest 1,000 events in its state. A round gives those that were not delivered yet, the oldest \
      first, in pages of 100: under 'serve' each minute, in 'run' once, those that the service before it has left. How far it \
      has come is kept with each page, so that a kill loses none and repeats a page at most. Where more came meanwhile than \
      are kept, the event 'HealthEventsMissed' says how many are missing. Captures and saved answers have none: with \
      '--replay' and '--input' such a stream is left out. Memory: the events of a round, 1 MiB.
      """,
    example: "source: health-events"
  )

  /// Events in a page.
  static let pageSize = 100
  /// Under which key the number of the last delivered event is kept.
  private static let delivered = Array("delivered".utf8)

  let state: any StateStore
  let context: StreamContext

  /// - Precondition: The run lends a state. It does to streams whose plan says that they need one.
  init(_ context: StreamContext) {
    guard let state = context.state else { preconditionFailure("'\(context.stream)' reads a state, and there is none") }
    self.state = state
    self.context = context
  }

  private var memory: any Memory {
    state.memory(PlannedStages.space(of: Self.component.name, in: context.stream), of: context.stream)
  }

  /// What the state keeps behind the last event that was delivered; says how many are not there any more.
  private func undelivered() throws -> [ServiceEvent] {
    let kept = try KeptEvents.all(in: state)
    let value = try memory.values(for: [Self.delivered]).first ?? nil
    guard let last = value.flatMap({ Int(String(decoding: $0, as: UTF8.self)) }) else { return kept }
    let events = kept.filter { $0.number > last }
    let missing = (events.last?.number ?? last) - last - events.count
    if missing > 0 {
      let words =
        "\(missing) health events were gone before they were delivered: \(KeptEvents.capacity) are kept, and all "
        + "stand in the file of events"
      var event = HealthEvent("HealthEventsMissed", .warning, stream: context.stream, words)
      event.counts = ["events": missing]
      context.events.record(event)
    }
    return events
  }

  private func batch(of events: ArraySlice<ServiceEvent>, number: Int) throws -> Batch<Line> {
    let page = Page(number: context.firstPage + number, origin: Self.component.name)
    var writer = JSONWriter(capacity: events.count * 1024)
    var places: [Range<Int>] = []
    for event in events {
      let start = writer.count
      writer.append(try event.line(account: context.account))
      // Its newline does not belong to it.
      places.append(start..<writer.count - 1)
    }
    let buffer = LineBuffer(writer)
    let lines = places.enumerated().map { mark, place in
      Line(place, of: buffer, fields: nil, format: nil, mark: UInt32(mark))
    }
    if let last = events.last {
      try memory.set(Array(String(last.number).utf8), for: Self.delivered, at: UInt32(lines.count - 1), of: page)
    }
    try memory.end(page, marks: UInt32(lines.count))
    var report = Page.Report()
    report.marks = lines.count
    report.isComplete = true
    page.conclude(report)
    return Batch(ContiguousArray(lines), of: page, at: Position(marks: lines.count, ending: .complete))
  }

  struct Iterator: AsyncIteratorProtocol {
    let pages: HealthEventPages
    var rest: ArraySlice<ServiceEvent>?
    var pageCount = 0

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<Line>? {
      try Task.checkCancellation()
      let events = try rest ?? pages.undelivered()[...]
      rest = events.dropFirst(pageSize)
      // The run sees by its signal that the round is not finished.
      if events.isEmpty || pages.context.stop?.isStopped ?? false { return nil }
      defer { pageCount += 1 }
      return try pages.batch(of: events.prefix(pageSize), number: pageCount)
    }

    mutating func next() async throws -> Batch<Line>? { try await next(isolation: nil) }
  }

  func makeAsyncIterator() -> Iterator { Iterator(pages: self) }
}

@available(*, unavailable)
extension HealthEventPages.Iterator: Sendable {}
