package import Health
package import State

/// The newest events of a service, as its state keeps them.
package enum KeptEvents {
  /// How many are kept.
  package static let capacity = 1_000
  private static let space = "service-events"

  /// All that are kept, in order.
  ///
  /// - Throws: `StateError`.
  package static func all(in state: any StateReading) throws -> [ServiceEvent] {
    try state.entries(of: space, after: nil, limit: capacity).compactMap { ServiceEvent(stored: $0.value) }
      .sorted { $0.number < $1.number }
  }

  /// Keeps events in one transaction, each in the place of the one that came so many before it.
  ///
  /// - Throws: `StateError`.
  package static func keep(_ events: some Sequence<ServiceEvent>, in state: any StateStore) throws {
    let entries = try events.map { event in
      let slot = event.number % capacity
      return (key: [UInt8(slot >> 8), UInt8(slot & 0xFF)], value: try event.stored())
    }
    try state.store(entries, in: space)
  }
}
