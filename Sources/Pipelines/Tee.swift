internal import AsyncAlgorithms
internal import Streaming

/// A flow that is handed to several others: each batch to all of them, in order.
///
/// A batch is handed on when whoever gets it asks for it, so the slowest holds up all the others. Memory: a batch for
/// each branch, and the next one.
struct Tee: Sendable {
  /// One of the flows.
  struct Branch: Sendable {
    let flow: AnyFlow
    /// Takes no more: the others no longer wait for it.
    let leave: @Sendable () -> Void
  }

  let branches: [Branch]
  /// Reads the flow to its end and hands it on; to be run beside the branches' readers, once.
  let read: @Sendable () async throws -> Void
}

extension Flow {
  /// The flow, for several readers.
  func tee(_ count: Int) -> Tee {
    let channels = (0..<count).map { _ in AsyncThrowingChannel<Batch<R>, any Error>() }
    return Tee(
      branches: channels.map { channel in
        Tee.Branch(flow: AnyFlow(Flow(channel))) { channel.finish() }
      }
    ) {
      for try await batch in self {
        for channel in channels { await channel.send(batch) }
        // A channel whose sender was cancelled has not sent.
        try Task.checkCancellation()
      }
      try Task.checkCancellation()
      for channel in channels { channel.finish() }
    }
  }
}
