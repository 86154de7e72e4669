/// What every stage must keep, whatever it does.
package protocol Contract: Sendable {
  /// The stage and how it is set up, for messages.
  var name: String { get }

  /// The same output however the records were cut into batches.
  func givesTheSameForAnyCut() throws
  /// A page that is abandoned leaves nothing behind: the page after it comes out as from a fresh stage.
  func forgetsAnAbandonedPage() throws
  /// A cancelled run ends before another batch comes out.
  func endsWithinOneBatchWhenCancelled() async throws
  /// An error from before passes through as it is, and nothing comes after it.
  func passesErrorsThrough() async throws
  /// Each record in is a record out, dropped for a reason, or refused.
  func accountsForEveryRecord() async throws
  /// What `list`, `describe` and the schema show is all there.
  func documentsItself() throws
}

/// How a stage breaks its contract.
package struct ContractViolation: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

/// Throws a violation unless a condition holds.
func demand(_ condition: Bool, _ violation: @autoclosure () -> String) throws {
  if !condition { throw ContractViolation(violation()) }
}
