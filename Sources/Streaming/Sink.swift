/// Where a stream ends.
///
/// A sink belongs to one run and is used by one task. For the implementer:
/// - `write` of a batch that ends a page returns when everything up to that end is durable: its return *is* the
///   acknowledgement. Before that, a sink may hold and reorder its own work as it likes.
/// - A page that is abandoned is cut back: what came after mark `position.marks` must not be delivered by a sink
///   that can take it back, and is counted.
/// - After an error, only `discard` is called.
/// - What a sink keeps across processes is its ``position``: the state holds the one of the last committed page. A run whose
///   state outlives it gives that back once, by `recover`, before anything else is asked of the sink; any other run asks
///   for no position and does not call `recover`.
/// - Nothing gets its final name before a position that covers it is committed: the run says so by `publish`, and `finish`
///   comes behind the commit that ends the round.
package protocol Sink<Input>: AnyObject {
  associatedtype Input: Record
  static var component: Component { get }

  /// Where the sink stands after the last `write` that ended a page, in its own words; nil for one that has nothing to
  /// find again. Small: it is kept with each page.
  var position: [UInt8]? { get }

  /// Puts everything back to where it was when a position was committed: what was written after it goes, what was only
  /// lacking its name gets it.
  ///
  /// - Parameter position: The committed one; nil when there is none, so that everything unfinished goes.
  func recover(_ position: [UInt8]?) async throws

  /// Learns that a position is committed: what is whole in it, and will not grow, gets its final place.
  ///
  /// - Parameter committed: One that this sink had behind some page; nil when there is none.
  func publish(_ committed: [UInt8]?) async throws

  /// Takes a batch; waits while more would need unbounded memory.
  func write(_ batch: Batch<Input>) async throws

  /// Ends the round: everything acknowledged is in its final place.
  func finish() async throws

  /// Gives up: leaves no temporary file behind, but for what is committed when there is a position to find it by.
  func discard() async

  /// What this sink has done so far.
  var counts: SinkCounts { get }
}

extension Sink {
  package var position: [UInt8]? { nil }
  package func recover(_ position: [UInt8]?) async throws {}
  package func publish(_ committed: [UInt8]?) async throws {}
}

/// The sums of one sink: `entered = acknowledged + rejected + abandoned`, or records were lost.
public struct SinkCounts: Sendable, Equatable {
  /// Records that came in.
  public var entered = 0
  /// Records that are durable where this sink puts them.
  public var acknowledged = 0
  /// Records refused for ever, to the dead-letter file.
  public var rejected = 0
  /// Records that came after the last mark of a page that broke off.
  public var abandoned = 0
  /// Bytes of all acknowledged records, newlines included, before compression.
  public var bytes = 0
  /// The files or addresses written to, as a person should see them.
  public var destinations: [String] = []

  /// Records that nobody accounts for.
  public var missing: Int { entered - acknowledged - rejected - abandoned }

  /// Creates empty counts.
  public init() {}
}
