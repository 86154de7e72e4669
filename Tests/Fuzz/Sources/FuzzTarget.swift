internal import TestSupport

/// A part that reads what others wrote, and what it promises for any input.
struct FuzzTarget: Sendable {
  let name: String
  /// Throws when a promise is broken.
  let check: @Sendable (FuzzInput) throws -> Void

  static let all: [FuzzTarget] = [.preFilter, .detections, .knowledgeBase, .assets, .values, .pipelineFile]
}

/// Throws unless a condition holds.
func demand(_ condition: Bool, _ violation: @autoclosure () -> String) throws {
  if !condition { throw ContractViolation(violation()) }
}

/// Throws unless what came of a whole input and of the same in pieces is the same.
func demandSame<Value: Equatable>(_ whole: Value, _ cut: Value, _ what: String) throws {
  try demand(whole == cut, "\(what) depends on how the input is cut: whole \(whole); in pieces \(cut)")
}
