internal import Streaming

extension Pace {
  /// Runs an operation, and cancels it when it takes longer than `limit`.
  /// - Throws: `BrokenConnection` with the sentence `late` when it does; what the operation throws.
  func run<Value: Sendable>(
    within limit: Duration,
    late: String,
    _ operation: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { [sleep] group in
      defer { group.cancelAll() }
      group.addTask { try await operation() }
      group.addTask {
        try await sleep(limit)
        throw BrokenConnection(late)
      }
      // Of two tasks one ends first.
      guard let value = try await group.next() else { throw CancellationError() }
      return value
    }
  }
}

extension Duration {
  /// As a person reads it in a sentence: `600 s`.
  var inSeconds: String {
    components.attoseconds == 0 ? "\(components.seconds) s" : "\(self / .seconds(1)) s"
  }
}
