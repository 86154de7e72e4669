internal import Qualys
internal import Streaming

/// Says when something is waited for, and when it no longer is; somebody may cut it short.
struct WaitsShown: Transport {
  let base: any Transport
  let live: Live

  func send(_ request: APIRequest) async throws -> APIResponse { try await base.send(request) }

  func wait(for duration: Duration, because reason: String) async throws {
    live.onWait(Live.Waiting(until: live.pace.date() + Int(duration.components.seconds), reason: reason))
    defer { live.onWait(nil) }
    try await live.unlessHastened { try await base.wait(for: duration, because: reason) }
  }
}
