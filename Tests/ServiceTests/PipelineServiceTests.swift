import Health
import Qualys
import Service
import Streaming
import Synchronization
import Testing

/// A pipeline's rounds, in virtual time.
@Suite("A pipeline's rounds") struct PipelineServiceTests {
  /// Runs a service for a time, and whatever a test does meanwhile.
  private func serve(
    _ qualys: ServedQualys,
    for duration: Duration,
    _ steps: [(at: Duration, do: @Sendable (PipelineService) -> Void)] = []
  ) async throws -> PipelineService {
    let service = try qualys.service()
    let task = Task { await service.run() }
    // Whoever looks at the file, whoever rolls events up, and each stream that waits for nobody else.
    let waiting: @Sendable () -> Int = {
      2
        + service.status().streams.count { stream in
          let works = stream.round != nil || stream.nextTry != nil
          return works || stream.follows == nil && stream.state != .error
        }
    }
    for step in steps {
      await qualys.clock.run(until: step.at, waiting: waiting)
      step.do(service)
    }
    await qualys.clock.run(until: duration, waiting: waiting)
    service.stop()
    await qualys.clock.run(until: duration + .seconds(60)) { 0 }
    await task.value
    return service
  }

  @Test func roundsComeEachInTheirTime() async throws {
    let qualys = try ServedQualys()
    let service = try await serve(qualys, for: .seconds(10 * 3_600 + 120))
    let calls = qualys.now.calls.filter { $0.request.value(of: "id_min") == nil }
    #expect(calls.count == 11)
    for (one, next) in zip(calls, calls.dropFirst()) { #expect(abs(next.time - one.time - 3_600) <= 1) }
    #expect(qualys.delivered.isSuperset(of: ServedQualys.hosts(at: VirtualClock.start + 36_000)))
    let stream = service.status().streams[0]
    #expect(stream.rounds == 11)
    #expect(stream.state == .stopping)
    #expect(stream.counts.recordsOut == qualys.now.lines.count)
    #expect(qualys.now.events.filter { $0.severity != .info }.isEmpty)
  }

  @Test func aWrongPasswordCostsTwoCallsAndOneEventUntilItIsMended() async throws {
    let qualys = try ServedQualys()
    qualys.change { $0.password = "wrong" }
    let service = try await serve(
      qualys,
      for: .seconds(50 * 3_600),
      [
        (
          .seconds(36 * 3_600),
          { service in
            #expect(qualys.now.calls.count <= 2)
            #expect(qualys.now.events.count { $0.errorClass == .thirdPartyConfig && $0.counts["repeats"] == nil } == 1)
            let stream = service.status().streams[0]
            #expect(stream.state == .error)
            #expect(stream.health == .red)
            #expect(stream.errorClass == "ThirdPartyConfig")
            #expect(stream.nextTry == nil)
            qualys.change { $0.password = "right" }
          }
        )
      ]
    )
    #expect(qualys.delivered.isSuperset(of: ServedQualys.hosts(at: VirtualClock.start + 48 * 3_600)))
    let stream = service.status().streams[0]
    #expect(stream.health == .green)
    #expect(qualys.now.events.contains { $0.errorClass == .thirdPartyConfig && $0.isRecovery })
  }

  @Test func aPersonMayRestartAStreamThatHasStopped() async throws {
    let qualys = try ServedQualys { qualys, _, _ in
      qualys.clock.date < VirtualClock.start + 3_600 ? ServedQualys.refusal(403) : nil
    }
    let service = try await serve(
      qualys,
      for: .seconds(6 * 3_600),
      [
        (.seconds(2 * 3_600), { _ in #expect(qualys.now.calls.count <= 2) }),
        (.seconds(3 * 3_600), { service in #expect(service.restart("detections")) }),
        (.seconds(3 * 3_600 + 60), { _ in #expect(!qualys.delivered.isEmpty) }),
      ]
    )
    #expect(!service.restart("nothing"))
  }

  @Test func aPersonMayCutAWaitShort() async throws {
    let qualys = try ServedQualys { qualys, _, _ in
      qualys.clock.date < VirtualClock.start + 3_600 ? ServedQualys.refusal(503) : nil
    }
    let calls = Mutex(0)
    _ = try await serve(
      qualys,
      for: .seconds(2 * 3_600),
      [
        (
          .seconds(3_000),
          { service in
            let stream = service.status().streams[0]
            #expect(stream.state == .error && stream.errorClass == "ThirdPartyGeneric" && stream.attempt != nil)
            #expect(stream.nextTry != nil)
            calls.withLock { $0 = qualys.now.calls.count }
            #expect(service.restart("detections"))
          }
        ),
        (.seconds(3_001), { _ in #expect(qualys.now.calls.count == calls.withLock { $0 } + 1) }),
      ]
    )
    #expect(!qualys.delivered.isEmpty)
  }

  @Test func belowItsReserveAServiceWaitsAndSaysSo() async throws {
    let qualys = try ServedQualys()
    let calls = Mutex(0)
    let service = try await serve(
      qualys,
      for: .seconds(9 * 3_600),
      [
        (
          .seconds(5_000),
          { _ in
            qualys.change { $0.freeSpace = 3 << 20 }
            calls.withLock { $0 = qualys.now.calls.count }
          }
        ),
        (
          .seconds(5 * 3_600),
          { service in
            #expect(qualys.now.calls.count == calls.withLock { $0 })
            let stream = service.status().streams[0]
            #expect(stream.health == .yellow && stream.warnings == 1 && stream.errors == 0)
            #expect(stream.waitingFor?.contains("has 3 MiB free, less than 'reserve: 1GiB'") == true)
            #expect(stream.message == stream.waitingFor)
            qualys.change { $0.freeSpace = nil }
          }
        ),
      ]
    )
    #expect(qualys.delivered.isSuperset(of: ServedQualys.hosts(at: VirtualClock.start + 8 * 3_600)))
    let events = qualys.now.events
    #expect(Set(events.map(\.tracker)) == ["DiskReserve"])
    #expect(
      events.first?.counts["repeats"] == nil && events.dropFirst().dropLast().allSatisfy { $0.counts["repeats"] != nil }
    )
    #expect(events.count { $0.isRecovery } == 1 && events.last?.isRecovery == true)
    #expect(service.status().streams[0].health == .green)
  }

  @Test func aQualysThatIsDownForADayLosesNothing() async throws {
    let down = 5 * 3_600..<29 * 3_600
    let qualys = try ServedQualys { qualys, _, _ in
      down.contains(qualys.clock.date - VirtualClock.start) ? ServedQualys.refusal(503) : nil
    }
    let service = try await serve(
      qualys,
      for: .seconds(40 * 3_600),
      [
        (
          .seconds(20 * 3_600),
          { service in
            let stream = service.status().streams[0]
            #expect(stream.state == .error || stream.waitingFor != nil)
            #expect(stream.errors + stream.warnings > 0)
          }
        )
      ]
    )
    #expect(qualys.delivered.isSuperset(of: ServedQualys.hosts(at: VirtualClock.start + 38 * 3_600)))
    let events = qualys.now.events.filter { $0.errorClass == .thirdPartyGeneric }
    // One when it begins, one each five minutes, one when it is over.
    #expect((200...300).contains(events.count))
    #expect(events.last?.isRecovery ?? false)
    #expect(service.status().streams[0].health == .green)
  }

  @Test func aChangedFileIsCheckedFirstAndThenObeyed() async throws {
    let qualys = try ServedQualys()
    let service = try await serve(
      qualys,
      for: .seconds(12 * 3_600),
      [
        (.seconds(2 * 3_600 + 120), { _ in qualys.change { $0.text = "name: [" } }),
        (
          .seconds(4 * 3_600 + 120),
          { service in
            #expect(qualys.now.calls.count == 5)
            #expect(service.status().problem != nil)
            // Rounds that go well do not mend a file.
            let refusals = qualys.now.events.filter { $0.tracker == "ReloadRefused" && $0.counts["repeats"] == nil }
            #expect(refusals.map(\.isRecovery) == [false])
            qualys.change { $0.text = ServedQualys.file(every: "30m") }
          }
        ),
        (.seconds(6 * 3_600), { service in #expect(service.status().problem == nil) }),
      ]
    )
    #expect(
      qualys.now.events.filter { $0.tracker == "ReloadRefused" && $0.counts["repeats"] == nil }.map(\.isRecovery) == [
        false, true,
      ]
    )
    #expect(qualys.now.calls.count > 16)
    #expect(service.status().streams[0].rounds == qualys.now.calls.count)
  }

  /// A stream of assets, whose rounds come each day.
  private static let daily = """
      assets:
        start: all
        source: assets
        stages: [decode-assets, encode-json]
        sinks: [kept]
    """

  @Test func thirtyDaysWithRandomFaultsLoseNothing() async throws {
    let qualys = try ServedQualys { qualys, _, _ in
      let chance = qualys.clock.random()
      if chance < 0.05 { return ServedQualys.refusal(503) }
      if chance < 0.08 { return ServedQualys.refusal(409, [("X-RateLimit-ToWait-Sec", "181")]) }
      if chance < 0.12 { throw BrokenConnection("the connection broke off") }
      return nil
    }
    qualys.change { $0.text = ServedQualys.file(more: Self.daily) }
    let days = 30
    let memory = Mutex<[Int]>([])
    let looks = (1..<days / 5).map { look in
      (
        at: Duration.seconds(look * 5 * 86_400),
        do: { @Sendable (_: PipelineService) in
          memory.withLock { $0.append(ResidentMemory.bytes >> 20) }
        }
      )
    }
    let service = try await serve(qualys, for: .seconds(days * 86_400), looks)
    let end = VirtualClock.start + days * 86_400
    let streams = service.status().streams
    #expect(streams[0].rounds >= days * 24)
    #expect(streams[1].rounds >= days)
    #expect(qualys.delivered.isSuperset(of: ServedQualys.hosts(at: end - 7_200)))
    #expect(qualys.deliveredAssets.isSuperset(of: ServedQualys.hosts(at: end - 90_000)))
    // Events open and close in pairs.
    var open: Set<String> = []
    for event in qualys.now.events {
      if event.isRecovery {
        #expect(open.remove("\(event.stream) \(event.tracker)") != nil, "\(event)")
      } else if event.severity != .info, event.counts["repeats"] == nil {
        open.insert("\(event.stream) \(event.tracker)")
      }
    }
    #expect(open.isEmpty)
    // Of the whole process: it says something where this test runs alone.
    print(
      "figure: virtual days served | \(days), \(streams.map(\.rounds)) rounds, \(qualys.now.calls.count) calls, "
        + "MiB each five days \(memory.withLock(\.self))"
    )
  }

  /// A stream that follows the detections, and asks with a parameter of its own.
  private static let behind = """
      behind:
        after: detections
        start: all
        source: { detections: { show_igs: true } }
        stages: [decode-detections, split-detections, encode-json]
        sinks: [kept]
    """

  @Test func aStreamThatFollowsAnotherHoldsNobodyUp() async throws {
    // What follows is refused for good.
    let qualys = try ServedQualys { _, _, request in
      request.value(of: "show_igs") == nil ? nil : ServedQualys.refusal(403)
    }
    qualys.change { $0.text = ServedQualys.file(more: Self.behind) }
    let service = try await serve(qualys, for: .seconds(5 * 3_600 + 60))
    let status = service.status()
    #expect(status.streams.map(\.rounds) == [6, 0])
    #expect(qualys.now.calls.count { $0.request.value(of: "show_igs") != nil } <= 2)
    #expect(status.streams[1].follows == "detections")
    #expect(status.streams[1].errorClass == "ThirdPartyConfig")
  }

  @Test func aStreamThatFollowsAnotherHasARoundBehindEachOfIts() async throws {
    let qualys = try ServedQualys()
    qualys.change { $0.text = ServedQualys.file(more: Self.behind) }
    let service = try await serve(qualys, for: .seconds(5 * 3_600 + 60))
    #expect(service.status().streams.map(\.rounds) == [6, 6])
    let kinds = qualys.now.calls.map { $0.request.value(of: "show_igs") != nil }
    #expect(kinds == (0..<12).map { $0 % 2 == 1 })
  }

  @Test func eachSinkShowsWhatItsOutputTook() async throws {
    let qualys = try ServedQualys()
    qualys.change { state in
      state.text = """
        name: served
        qualys: { platform: US2, username: "${USERNAME}", password: "${PASSWORD}" }
        source: detections
        start: all
        stages: [decode-detections, split-detections]
        outputs:
          - { name: all, stages: [encode-json], sinks: [kept] }
          - { name: few, stages: [filter: { field: DETECTION.QID, at-least: 3 }, encode-json], sinks: [kept] }
        """
    }
    let service = try await serve(qualys, for: .seconds(4 * 3_600 + 60))
    let stream = service.status().streams[0]
    let lines = stream.outputs.map(\.sinks[0].lines)
    #expect(stream.counts.recordsOut == lines[0] + lines[1] && lines[0] > lines[1], "\(lines)")
    #expect(stream.outputs.map { $0.stages.last?.left } == lines)
  }
}
