/// A step that turns batches into batches and never waits.
///
/// A stage is a value: it is copied for each run. What must wait (fetching, sending, buffering) is an operator on the
/// whole stream instead.
///
/// For the implementer:
/// - Append to the outlet what a batch gives, in order; it may be nothing. Records that are left out on purpose are
///   dropped or rejected *through the outlet*, with a reason: the run's balance counts each of them, and a record
///   that disappears in silence ends the run with exit code 70.
/// - Hold nothing back past a batch that ends a page (`batch.position.isEnd`).
/// - The result must not depend on how the records were cut into batches.
/// - A thrown error fails the run; a record that is bad is rejected instead.
public protocol Stage<Input, Output>: Sendable {
  /// The records that this stage takes.
  associatedtype Input: Record
  /// The records that this stage gives.
  associatedtype Output: Record

  /// The stage's name, options and documentation.
  static var component: Component { get }

  /// Creates the stage from options that were checked against ``component``.
  init(_ options: Options) throws(OptionError)

  /// Appends to `output` what `batch` gives.
  mutating func process(_ batch: Batch<Input>, into output: inout Outlet<Output>) throws
}

/// A stage that reads answers: it takes the bytes of pages and finds the records and marks in them.
///
/// One chunk of bytes can hold many batches, or none: so a decoder appends whole batches. It never throws for what
/// the data hold: a page that cannot be read to its end is abandoned, its ``Page`` says why, and the next one begins.
package protocol Decoder<Input, Output>: Sendable {
  associatedtype Input: Record
  associatedtype Output: Record
  static var component: Component { get }
  init(_ options: Options) throws(OptionError)

  /// Appends the batches that are ready once `batch` was read; the last one of a page always, even empty.
  mutating func decode(
    _ batch: Batch<Input>,
    into batches: inout ContiguousArray<Batch<Output>>,
    meter: StageMeter
  ) throws
}
