import Foundation
import Health
import Service
import Streaming
import Testing

/// Health events as a stream of the service that has them.
@Suite("Health events as a stream") struct HealthEventStreamTests {
  private static let health = """
      health:
        every: 10m
        source: health-events
        sinks: [kept]
    """

  /// Serves until a time, and somebody does something meanwhile.
  private func serve(
    _ qualys: ServedQualys,
    until end: Duration,
    _ steps: [(at: Duration, do: @Sendable () -> Void)] = []
  ) async throws -> PipelineService {
    qualys.change { $0.text = ServedQualys.file(more: Self.health) }
    let service = try qualys.service()
    let task = Task { await service.run() }
    for step in steps {
      await qualys.clock.run(until: step.at) { 4 }
      step.do()
    }
    await qualys.clock.run(until: end) { 4 }
    service.stop()
    await qualys.clock.run(until: end + .seconds(60)) { 0 }
    await task.value
    return service
  }

  /// What the events' lines say, in the order in which they were delivered.
  private func delivered(_ qualys: ServedQualys) throws -> [String] {
    try qualys.now.lines.filter { $0.hasPrefix(#"{"accountId""#) }.map { line in
      struct Line: Decodable {
        struct Details: Decodable { var trackerId: String, description: String }
        var details: Details
        var eventName: String
      }
      let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
      return "\(line.eventName) \(line.details.trackerId): \(line.details.description)"
    }
  }

  /// What was told, in the same words.
  private func told(_ qualys: ServedQualys) -> [String] {
    qualys.now.events.map { event in
      let isHealthy = event.isRecovery || event.severity == .info
      return "\(isHealthy ? "TrackerHealthy" : "TrackerUnHealthy") \(event.tracker): \(event.message)"
    }
  }

  @Test func eachEventArrivesOnceAndInOrderAlsoBehindARestart() async throws {
    let down = 3_600..<3 * 3_600
    let qualys = try ServedQualys { qualys, _, _ in
      down.contains(qualys.clock.date - VirtualClock.start) ? ServedQualys.refusal(503) : nil
    }
    // It ends while the trouble lasts, and another goes on.
    _ = try await serve(qualys, until: .seconds(2 * 3_600))
    let before = try delivered(qualys).count
    let service = try await serve(qualys, until: .seconds(6 * 3_600))
    let told = told(qualys)
    #expect(told.count > 10 && before > 5)
    #expect(try delivered(qualys) == told)
    let stream = try #require(service.status().streams.last)
    #expect(stream.counts.recordsIn == stream.counts.recordsOut && stream.counts.recordsOut == told.count - before)
    #expect(stream.health == .green && stream.last?.ended != nil)
  }

  @Test func aSinkThatIsDownDoesNotFeedItself() async throws {
    let qualys = try ServedQualys()
    _ = try await serve(
      qualys,
      until: .seconds(5 * 3_600),
      [
        // The service must have something to tell before its sink can fail.
        (.seconds(600), { qualys.change { $0.text = "name: [" } }),
        (.seconds(1_200), { qualys.change { $0.blocked = ["health"] } }),
        (.seconds(2 * 3_600), { qualys.change { $0.text = ServedQualys.file(more: Self.health) } }),
        (.seconds(3 * 3_600), { qualys.change { $0.blocked = [] } }),
      ]
    )
    let told = told(qualys)
    #expect(try delivered(qualys) == told)
    let own = qualys.now.events.filter { $0.stream == "health" }
    // Its beginning, one each five minutes, and its end.
    #expect((20...40).contains(own.count), "\(own.count)")
    #expect(own.count { $0.isRecovery } == 1 && own.last?.isRecovery ?? false)
  }

  @Test func whatGoesWellWithoutQualysEndsNoTroubleWithIt() async throws {
    let qualys = try ServedQualys()
    qualys.change { $0.password = "wrong" }
    _ = try await serve(qualys, until: .seconds(3 * 3_600))
    #expect(try delivered(qualys).contains { $0.hasPrefix("TrackerUnHealthy ThirdPartyConfigError") })
    let events = qualys.now.events.filter { $0.errorClass == .thirdPartyConfig }
    #expect(events.count { $0.counts["repeats"] == nil } == 1 && !events.contains(where: \.isRecovery))
  }
}
