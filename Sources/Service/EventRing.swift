internal import Foundation
package import Health
package import State
internal import Synchronization

/// The newest 1,000 events of a pipeline: in memory, and in its state.
package final class EventRing: EventRecorder {
  package static let capacity = 1_000
  private static let space = "service-events"

  private struct Contents {
    /// In order; the last has the highest number.
    var events: [ServiceEvent] = []
    var store: (any StateStore)?
    var hasLooked = false
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
    let kept = try store.entries(of: Self.space, after: nil, limit: Self.capacity)
      .compactMap { try? JSONDecoder().decode(ServiceEvent.self, from: Data($0.value)) }
      .sorted { $0.number < $1.number }
    contents.withLock { contents in
      contents.store = store
      // What came later is here already.
      if contents.hasLooked { return }
      contents.hasLooked = true
      let early = contents.events
      contents.events = kept
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
    if contents.events.count > Self.capacity { contents.events.removeFirst() }
    // An event that cannot be kept is in the file of events all the same.
    guard let store = contents.store, let value = try? JSONEncoder().encode(event) else { return }
    let slot = event.number % Self.capacity
    try? store.store([([UInt8(slot >> 8), UInt8(slot & 0xFF)], Array(value))], in: Self.space)
  }

  /// The newest events, of one stream if wished, the oldest of them first.
  package func events(stream: String?, limit: Int) -> [ServiceEvent] {
    let all = contents.withLock { $0.events }
    return stream.map { stream in all.filter { $0.stream == stream } }?.suffix(limit) ?? all.suffix(limit)
  }
}

extension ServiceEvent {
  /// An event as it is shown; its number is the ring's.
  init(_ event: HealthEvent, of pipeline: String, at time: Int) {
    self.init(
      number: 0,
      time: time,
      pipeline: pipeline,
      stream: event.stream,
      tracker: event.tracker,
      severity: event.severity.rawValue,
      isHealthy: event.isRecovery || event.severity == .info,
      message: event.message
    )
    httpStatus = event.httpStatus
    qualysCode = event.qualysCode
    attempt = event.attempt
    nextTry = event.nextTry
    repeats = event.counts["repeats"]
  }
}
