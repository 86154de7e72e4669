import Health
import Service
import Synchronization
import Testing

/// Few events of many.
@Suite struct OpenTroublesTests {
  private final class Kept: EventRecorder {
    let events = Mutex<[HealthEvent]>([])
    let seconds = Mutex(0)
    func record(_ event: HealthEvent) { events.withLock { $0.append(event) } }
    var count: Int { events.withLock { $0.count } }
    var last: HealthEvent? { events.withLock { $0.last } }
    func pass(_ more: Int) { seconds.withLock { $0 += more } }
    var now: Int { seconds.withLock { $0 } }
  }

  private func made() -> (Kept, OpenTroubles) {
    let kept = Kept()
    return (kept, OpenTroubles(kept, elapsed: { .seconds(kept.now) }, date: { 1_000 + kept.now }))
  }

  private func trouble(_ stream: String = "a", _ severity: HealthEvent.Severity = .warning) -> HealthEvent {
    HealthEvent(.thirdPartyGeneric, severity, stream: stream, "Qualys answered 503")
  }

  @Test func aTroubleIsToldOnceAndThenEachFiveMinutes() {
    let (kept, troubles) = made()
    for _ in 0..<100 {
      troubles.record(trouble())
      troubles.rollUp()
      kept.pass(10)
    }
    // At 0, 300, 600 and 900 seconds.
    #expect(kept.count == 4)
    #expect(kept.last?.counts["repeats"] == 91)
    #expect(kept.last?.counts["first"] == 1_000)
  }

  @Test func itsEndIsToldOnce() {
    let (kept, troubles) = made()
    troubles.record(trouble())
    troubles.record(trouble("b"))
    troubles.end(of: "a", [.thirdPartyConfig])
    #expect(kept.count == 2)
    kept.pass(60)
    troubles.end(of: "a", [.thirdPartyGeneric])
    troubles.end(of: "a")
    #expect(kept.count == 3)
    #expect(kept.last?.isRecovery ?? false)
    #expect(kept.last?.message == "over after 60 s; it came once: Qualys answered 503")
    #expect(troubles.troubles(of: "a").isEmpty)
    #expect(troubles.troubles(of: "b").count == 1)
  }

  @Test("Each end follows its beginning, whoever tells them at once")
  func order() async {
    let (kept, troubles) = made()
    await withTaskGroup { group in
      for teller in 0..<4 {
        group.addTask { @concurrent [self] in
          for _ in 0..<2_000 {
            if teller % 2 == 0 { troubles.record(trouble()) } else { troubles.end(of: "a") }
          }
        }
      }
    }
    troubles.end(of: "a")
    let ends = kept.events.withLock { $0.map(\.isRecovery) }
    #expect(ends.enumerated().allSatisfy { $1 == ($0 % 2 == 1) } && ends.count % 2 == 0)
  }

  @Test func whatGetsWorseIsNews() {
    let (kept, troubles) = made()
    troubles.record(trouble())
    troubles.record(trouble("a", .error))
    troubles.record(trouble())
    #expect(kept.count == 2)
  }

  @Test func aWrongPasswordIsOneTroubleForAllStreams() {
    let (kept, troubles) = made()
    for stream in ["a", "b", "c"] {
      var event = HealthEvent(.thirdPartyConfig, stream: stream, "the password is wrong")
      event.httpStatus = 401
      troubles.record(event)
    }
    #expect(kept.count == 1)
    #expect(troubles.troubles(of: "b").count == 1)
    troubles.end(of: "b")
    #expect(troubles.troubles(of: "a").isEmpty)
  }
}
