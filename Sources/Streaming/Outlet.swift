/// Where a stage puts what it gives, and says what became of the rest.
public struct Outlet<Output: Record>: ~Copyable {
  /// What the stage gives for the batch at hand.
  public private(set) var records: ContiguousArray<Output> = []

  package private(set) var created = 0
  package private(set) var dropped: [(reason: String, count: Int)] = []
  package private(set) var rejected: [Rejection] = []

  /// Creates an empty outlet, with room for as many records as the batch holds.
  package init(capacity: Int = 0) { records.reserveCapacity(capacity) }

  /// Passes a record on.
  public mutating func append(_ record: Output) { records.append(record) }

  /// Passes records on.
  public mutating func append(contentsOf more: some Sequence<Output>) { records.append(contentsOf: more) }

  /// Passes records on; where they are the first, none of them is copied.
  package mutating func append(contentsOf more: ContiguousArray<Output>) {
    if records.isEmpty { records = more } else { records.append(contentsOf: more) }
  }

  /// Makes room for more records.
  package mutating func reserve(_ count: Int) { records.reserveCapacity(count) }

  /// Declares that one record came in and several go out: `count` more than came in.
  ///
  /// Give the number that the data say, not the number that was appended: then the balance can tell them apart.
  public mutating func create(_ count: Int) { created += count }

  /// Leaves records out on purpose.
  public mutating func drop(_ count: Int = 1, because reason: String) {
    if let index = dropped.firstIndex(where: { $0.reason == reason }) {
      dropped[index].count += count
    } else {
      dropped.append((reason, count))
    }
  }

  /// Refuses a record for ever: it goes to the dead-letter file, with the reason.
  public mutating func reject(_ record: some Record, because reason: String) {
    rejected.append(Rejection(record: record, reason: reason))
  }

  package consuming func take() -> ContiguousArray<Output> { records }
}

/// A record that a stage refused for ever.
public struct Rejection: Sendable {
  /// The record, of whatever kind.
  public let record: any Record
  /// Why, in words that a person understands.
  public let reason: String
}
