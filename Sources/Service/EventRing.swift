package import Health
internal import Pipelines
package import State
internal import Synchronization

/// The newest 1,000 events of a pipeline: in memory, and in its state.
package final class EventRing: EventRecorder {
  private struct Contents {
    /// In order; the last has the highest number.
    var events: [ServiceEvent] = []
    var store: (any StateStore)?
    var hasLooked = false
    /// The number of the last that the state keeps.
    var kept = 0
  }

  private let pipeline: String
  private let date: @Sendable () -> Int
  private let contents = Mutex(Contents())

  package init(pipeline: String, date: @escaping @Sendable () -> Int) {
    self.pipeline = pipeline
    self.date = date
  }

  /// Goes on with what a state has; what came before it was open is added to it.
  ///
  /// - Throws: `StateError`.
  package func open(_ store: any StateStore) throws {
    let kept = try KeptEvents.all(in: store)
    contents.withLock { contents in
      contents.store = store
      // What came later is here already.
      if contents.hasLooked { return keep(&contents) }
      contents.hasLooked = true
      let early = contents.events
      contents.events = kept
      contents.kept = kept.last?.number ?? 0
      for event in early { add(event, to: &contents) }
    }
  }

  /// The state is closed.
  package func close() { contents.withLock { $0.store = nil } }

  package func record(_ event: HealthEvent) {
    contents.withLock { contents in add(ServiceEvent(event, of: pipeline, at: date()), to: &contents) }
  }

  private func add(_ event: ServiceEvent, to contents: inout Contents) {
    var event = event
    event.number = (contents.events.last?.number ?? 0) + 1
    contents.events.append(event)
    if contents.events.count > KeptEvents.capacity { contents.events.removeFirst() }
    keep(&contents)
  }

  /// Keeps what the state does not yet: what came while it was closed, or could not be written.
  private func keep(_ contents: inout Contents) {
    guard let store = contents.store, let last = contents.events.last else { return }
    let news = contents.events.reversed().prefix { $0.number > contents.kept }
    // What cannot be kept now is with the next; it is in the file of events all the same.
    guard !news.isEmpty, (try? KeptEvents.keep(news, in: store)) != nil else { return }
    contents.kept = last.number
  }

  /// The newest events, of one stream if wished, the oldest of them first.
  package func events(stream: String?, limit: Int) -> [ServiceEvent] {
    let all = contents.withLock { $0.events }
    return stream.map { stream in all.filter { $0.stream == stream } }?.suffix(limit) ?? all.suffix(limit)
  }
}
