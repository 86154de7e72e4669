internal import Streaming

/// The gateway's token: asked for once however many need it, and given up before it ends.
actor GatewayToken {
  /// A token, and which one it is.
  struct Held: Sendable {
    let number: Int
    let token: Secret
    /// Until when it is used, by `Pace.elapsed`.
    let until: Duration
  }

  private let pace: Pace
  private let signIn: @Sendable () async throws -> Secret
  private var held: Held?
  private var count = 0
  private var flight: Task<Held, any Error>?

  init(pace: Pace, signIn: @escaping @Sendable () async throws -> Secret) {
    self.pace = pace
    self.signIn = signIn
  }

  /// The token to use now.
  func current() async throws -> Held {
    while true {
      if let held, pace.elapsed() < held.until { return held }
      let flight = flight ?? Task { try await self.fetch() }
      self.flight = flight
      do {
        return try await withTaskCancellationHandler {
          try await flight.value
        } onCancel: {
          flight.cancel()
        }
      } catch is CancellationError {
        // Whoever was not cancelled itself, but waited with one who was, asks again.
        try Task.checkCancellation()
      }
    }
  }

  /// Gives up a token that the API refused, unless it was replaced meanwhile.
  func discard(_ refused: Held) {
    if held?.number == refused.number { held = nil }
  }

  private func fetch() async throws -> Held {
    defer { flight = nil }
    let token = try await signIn()
    count += 1
    let new = Held(number: count, token: token, until: pace.elapsed() + TokenLifetime.of(token.reveal()) * 0.8)
    held = new
    return new
  }
}
