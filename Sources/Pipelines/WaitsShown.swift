internal import Qualys
internal import Streaming

/// Says when something is waited for, and when it no longer is.
struct WaitsShown: Transport {
  let base: any Transport
  let pace: Pace
  let onWait: @Sendable (Live.Waiting?) -> Void

  func send(_ request: APIRequest) async throws -> APIResponse { try await base.send(request) }

  func wait(for duration: Duration, because reason: String) async throws {
    onWait(Live.Waiting(until: pace.date() + Int(duration.components.seconds), reason: reason))
    defer { onWait(nil) }
    try await base.wait(for: duration, because: reason)
  }
}
