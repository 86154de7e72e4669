internal import Health
internal import Qualys
internal import Streaming
internal import Synchronization

/// Asks for nothing while too little is free on the disk: what would come could not be written.
///
/// It looks before each call, and while it waits after 5 s, 10 s, … up to a minute; one event tells that it waits, and one
/// that it does not any more. What was asked for before is read and written.
final class ReservedTransport: Transport {
  private static let waits = [5, 10, 20, 40, 60]

  private let base: any Transport
  private let reserve: DiskReserve
  private let stream: String
  private let live: Live
  private let events: any EventRecorder
  /// Whether a person was told, and not yet that it is over; calls may be made at the same time.
  private let isTold = Atomic(false)

  init(_ base: any Transport, _ reserve: DiskReserve, of stream: String, _ live: Live, _ events: any EventRecorder) {
    self.base = base
    self.reserve = reserve
    self.stream = stream
    self.live = live
    self.events = events
  }

  /// - Throws: ``DiskReserve/Shortage`` where nobody waits.
  func send(_ request: APIRequest) async throws -> APIResponse {
    try await waitForRoom()
    return try await base.send(request)
  }

  func wait(for duration: Duration, because reason: String) async throws {
    try await base.wait(for: duration, because: reason)
  }

  private func waitForRoom() async throws {
    var looks = 0
    while let shortage = reserve.shortage {
      guard live.waits else { throw shortage }
      tell(shortage)
      let seconds = Self.waits[min(looks, Self.waits.count - 1)]
      live.onWait(Live.Waiting(until: live.pace.date() + seconds, reason: "\(shortage)"))
      defer { live.onWait(nil) }
      try await live.unlessHastened { [live] in try await live.pace.sleep(.seconds(seconds)) }
      looks += 1
    }
    guard isTold.exchange(false, ordering: .relaxed) else { return }
    var event = HealthEvent(DiskReserve.tracker, .info, stream: stream, "there is room on the disk again")
    event.isRecovery = true
    events.record(event)
  }

  private func tell(_ shortage: DiskReserve.Shortage) {
    guard !isTold.exchange(true, ordering: .relaxed) else { return }
    var event = HealthEvent(DiskReserve.tracker, .warning, stream: stream, "\(shortage)")
    event.counts = ["free": shortage.free, "reserve": shortage.reserve]
    events.record(event)
  }
}
