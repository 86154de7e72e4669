internal import Synchronization

/// Hands events on, and keeps how often each came, for the end of a run.
///
/// Memory: one entry for each kind of event and stream.
package final class EventSummary: EventRecorder {
  /// Events of one kind about one stream.
  package struct Entry: Sendable, Equatable {
    package var tracker: String
    package var stream: String
    package var count: Int
    /// The last of them.
    package var last: HealthEvent
  }

  private let next: any EventRecorder
  private let state = Mutex<[Entry]>([])

  package init(_ next: any EventRecorder = NoEvents()) { self.next = next }

  package func record(_ event: HealthEvent) {
    state.withLock { entries in
      if let index = entries.firstIndex(where: { $0.tracker == event.tracker && $0.stream == event.stream }) {
        entries[index].count += 1
        entries[index].last = event
      } else {
        entries.append(Entry(tracker: event.tracker, stream: event.stream, count: 1, last: event))
      }
    }
    next.record(event)
  }

  /// What came, in the order in which it came first.
  package var entries: [Entry] { state.withLock { $0 } }

  /// How many failures of a class were told of a stream.
  package func count(of errorClass: ErrorClass, in stream: String) -> Int {
    state.withLock { entries in
      entries.reduce(0) { $0 + ($1.tracker == errorClass.eventName && $1.stream == stream ? $1.count : 0) }
    }
  }
}
