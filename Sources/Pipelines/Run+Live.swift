internal import Health
internal import Qualys
internal import State
internal import Streaming
internal import SystemPackage

extension Run {
  /// The names of spaces of the state in which keys name streams.
  static let sharedSpaces = [Windows.space, FullPulls.space, Quarantine.space, FinishedRounds.space]

  /// One round of every stream, asked of Qualys itself.
  ///
  /// - Throws: What stands in the way of all streams: the state, the transport, a first round that does not know where to
  ///   begin; or `CancellationError`.
  func run(_ live: Live) async throws -> RunReport {
    let events = EventSummary(live.events)
    do {
      return try await live.stop.cancelling(after: StopSignal.limit) { try await self.run(live, events) }
    } catch let error as CancellationError {
      throw error
    } catch {
      events.record(HealthEvent(ErrorClass.of(error), stream: "", "\(error)"))
      throw error
    }
  }

  private func run(_ live: Live, _ events: EventSummary) async throws -> RunReport {
    let session = try LiveSession(self, live, events)
    do {
      async let undelivered = session.forward(forEver: false)
      var report = try await session.round(of: plan.streams, live, events)
      await session.endForwarding()
      report.failed += await undelivered.map(\.failed)
      report.notices += session.refusals
      await session.close()
      return report
    } catch {
      await session.close()
      throw error
    }
  }

  /// What keeps answers, when the file asks for it and the run may leave something behind.
  func captures(_ live: Live, _ events: EventSummary) -> CaptureKeeper? {
    guard let settings = plan.capture, let state, rehearsal == nil else { return nil }
    return CaptureKeeper(
      settings,
      in: settings.folder ?? "\(state)/captures",
      pipeline: plan.name,
      events: events,
      pace: live.pace
    )
  }

  /// The durable state, or a copy of it that goes with a run which must not move it.
  func openLiveState(_ live: Live) throws -> SQLiteState {
    guard let state else { preconditionFailure("a live run has a state") }
    let folder = FilePath(state)
    return rehearsal == nil && live.keepsState
      ? try SQLiteState(in: folder) : try SQLiteState.temporary(copying: folder)
  }
}
