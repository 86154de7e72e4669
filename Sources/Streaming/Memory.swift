/// What a stage remembers, from page to page and from round to round: values by key, laid over the state.
///
/// What is set becomes part of the state when its mark is committed. Until then it is seen by later batches of the
/// same stream; when a page breaks off, what lies behind its last mark is forgotten again.
package protocol Memory: Sendable {
  /// The values of keys, as everything before left them; nil for a key that has none.
  ///
  /// Asked once for a batch, so that the state is opened once for all its records.
  func values(for keys: [[UInt8]]) throws -> [[UInt8]?]

  /// Gives a key a value, from a record of a mark of a page on.
  func set(_ value: [UInt8], for key: [UInt8], at mark: UInt32, of page: Page) throws

  /// Says that the stage has seen a page's end: what it set at `marks` and after is forgotten.
  func end(_ page: Page, marks: UInt32) throws
}

/// A stage that remembers.
///
/// It still is a value: what it remembers is lent to it by the run.
package protocol RememberingStage<Input, Output>: Sendable {
  associatedtype Input: Record
  associatedtype Output: Record
  static var component: Component { get }
  init(_ options: Options) throws(OptionError)

  /// Appends to `output` what `batch` gives, as ``Stage/process(_:into:)`` does.
  ///
  /// Whatever it sets in `memory` it sets at the mark of the record that it learned it from.
  mutating func process(
    _ batch: Batch<Input>,
    into output: inout Outlet<Output>,
    memory: any Memory
  ) throws
}
