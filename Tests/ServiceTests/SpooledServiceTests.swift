import Health
import Qualys
import Service
import Streaming
import Testing

/// A sink that is down for two days, beside one that is not.
@Suite("A sink that is down for two days") struct SpooledServiceTests {
  private static let (down, up, end) = (6 * 3_600, 54 * 3_600, 62 * 3_600)

  /// Serves while the second sink is down for two days.
  ///
  /// - Parameter during: Looks at the service shortly before the sink is there again.
  private func serve(
    _ qualys: ServedQualys,
    during look: @Sendable (ServiceStatus.Stream) -> Void
  ) async throws -> ServiceStatus.Stream {
    let service = try qualys.service()
    let task = Task { await service.run() }
    await qualys.clock.run(until: .seconds(Self.down)) { 3 }
    qualys.change { $0.isRemoteDown = true }
    await qualys.clock.run(until: .seconds(Self.up)) { 3 }
    look(service.status().streams[0])
    qualys.change { $0.isRemoteDown = false }
    await qualys.clock.run(until: .seconds(Self.end)) { 3 }
    let status = service.status().streams[0]
    service.stop()
    await qualys.clock.run(until: .seconds(Self.end + 60)) { 0 }
    await task.value
    return status
  }

  private static func ids(_ lines: [String]) -> [Int] {
    lines.compactMap { line in line.firstMatch(of: /"Id":"([0-9]+)"/).flatMap { Int($0.1) } }
  }

  private func pairs(of tracker: String, _ events: [HealthEvent]) -> [Bool] {
    events.filter { $0.tracker == tracker && ($0.isRecovery || $0.counts["repeats"] == nil) }.map(\.isRecovery)
  }

  @Test func withASpoolTheOthersGoOnAndNothingIsLost() async throws {
    let qualys = try ServedQualys()
    qualys.change { $0.text = ServedQualys.file(sinks: "kept, remote: { spool: 1GiB }") }
    let status = try await serve(qualys) { stream in
      let now = VirtualClock.start + Self.up
      #expect(qualys.delivered.isSuperset(of: ServedQualys.hosts(at: now - 3_700)))
      #expect(stream.rounds >= 53)
      #expect(stream.state == .collecting)
      #expect(stream.health == .yellow)
      #expect(
        stream.message?.contains("'remote' takes nothing since 2027-01-15T14:") ?? false,
        "\(stream.message ?? "")"
      )
      let sinks = stream.outputs[0].sinks
      #expect(sinks[0].spool == nil)
      let spool = sinks[1].spool
      #expect(spool?.lines == qualys.now.lines.count - qualys.now.remoteLines.count)
      #expect(spool.map { $0.lines > 90 && $0.bytes > 1_000 && !$0.isFull && $0.limit == 1 << 30 } ?? false)
      #expect(spool?.downSince.map { abs($0 - VirtualClock.start - Self.down) <= 3_700 } ?? false)
      #expect(spool?.message?.contains("the sink is down") ?? false)
    }
    // Each line once, in order.
    #expect(qualys.now.remoteLines == qualys.now.lines)
    #expect(qualys.delivered.isSuperset(of: ServedQualys.hosts(at: VirtualClock.start + Self.end - 3_700)))
    #expect(status.health == .green && status.message == nil)
    #expect(status.outputs[0].sinks[1].spool == ServiceStatus.Spool(lines: 0, bytes: 0, limit: 1 << 30))
    #expect(pairs(of: HealthEvent.sinkDown, qualys.now.events) == [false, true])
    // Told again each five minutes.
    let told = qualys.now.events.count { $0.tracker == HealthEvent.sinkDown }
    #expect((500...600).contains(told))
  }

  @Test func withoutOneTheStreamHoldsAndNothingIsLost() async throws {
    let qualys = try ServedQualys()
    qualys.change { $0.text = ServedQualys.file(sinks: "remote, kept") }
    let status = try await serve(qualys) { stream in
      #expect(qualys.delivered.isSubset(of: ServedQualys.hosts(at: VirtualClock.start + Self.down)))
      #expect(stream.rounds <= 7)
      #expect(stream.state == .error)
      #expect(stream.outputs[0].sinks.allSatisfy { $0.spool == nil })
    }
    #expect(Set(Self.ids(qualys.now.remoteLines)) == qualys.delivered)
    #expect(qualys.delivered.isSuperset(of: ServedQualys.hosts(at: VirtualClock.start + Self.end - 3_700)))
    #expect(status.health == .green)
  }

  @Test func aFullSpoolHoldsTheStreamAndGoesOnAfterwards() async throws {
    let qualys = try ServedQualys(resultsBytes: 30_000)
    qualys.change { $0.text = ServedQualys.file(sinks: "kept, remote: { spool: 1MiB }") }
    let status = try await serve(qualys) { stream in
      #expect(qualys.delivered.count < 60)
      #expect(qualys.delivered.count > 30)
      #expect(stream.health == .red)
      #expect(stream.errors == 1)
      let spool = stream.outputs[0].sinks[1].spool
      #expect(
        spool.map { $0.isFull && $0.bytes <= 1 << 20 && $0.bytes > 900_000 } ?? false,
        "\(String(describing: spool))"
      )
      #expect(pairs(of: HealthEvent.spoolFull, qualys.now.events) == [false])
    }
    let isSame = Set(qualys.now.remoteLines) == Set(qualys.now.lines)
    #expect(isSame)
    let ids = Self.ids(qualys.now.remoteLines)
    #expect(ids == ids.sorted())
    #expect(Set(ids).isSuperset(of: ServedQualys.hosts(at: VirtualClock.start + Self.end - 3_700)))
    #expect(status.health == .green)
    #expect(pairs(of: HealthEvent.spoolFull, qualys.now.events).suffix(1) == [true])
  }

  @Test func whatWaitsIsDeliveredByAServiceThatBeginsAnewBeforeARoundIsDue() async throws {
    let qualys = try ServedQualys()
    qualys.change {
      $0.text = ServedQualys.file(every: "12h", sinks: "kept, remote: { spool: 1GiB }")
      $0.isRemoteDown = true
    }
    for isDown in [true, false] {
      qualys.change { $0.isRemoteDown = isDown }
      let service = try qualys.service()
      let task = Task { await service.run() }
      let from = qualys.clock.elapsed
      await qualys.clock.run(until: from + .seconds(1_200)) { 3 }
      #expect(qualys.now.remoteLines == (isDown ? [] : qualys.now.lines))
      service.stop()
      await qualys.clock.run(until: from + .seconds(1_260)) { 0 }
      await task.value
    }
    #expect(!qualys.now.lines.isEmpty)
    #expect(qualys.now.calls.count == 1)
  }
}
