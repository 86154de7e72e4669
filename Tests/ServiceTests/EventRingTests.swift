import Health
import Pipelines
import Service
import State
import Synchronization
import TestSupport
import Testing

/// The newest events, kept.
@Suite struct EventRingTests {
  private func event(_ number: Int) -> HealthEvent {
    HealthEvent(.thirdPartyGeneric, .warning, stream: "a", "event \(number)")
  }

  @Test("the newest thousand are kept, also across processes", arguments: [1, 999, 1_000, 1_001, 2_345])
  func keepsTheNewest(count: Int) throws {
    let state = MemoryState()
    let ring = EventRing(pipeline: "p", date: { 7 })
    try ring.open(state)
    for number in 1...count { ring.record(event(number)) }
    let kept = ring.events(stream: nil, limit: .max)
    #expect(kept.count == min(count, KeptEvents.capacity))
    #expect(kept.last?.message == "event \(count)")
    let later = EventRing(pipeline: "p", date: { 8 })
    try later.open(state)
    #expect(later.events(stream: nil, limit: .max) == kept)
  }

  @Test func whatCameWhileTheStateWasClosedIsKeptLater() throws {
    let state = MemoryState()
    let ring = EventRing(pipeline: "p", date: { 7 })
    ring.record(event(1))
    try ring.open(state)
    ring.close()
    ring.record(event(2))
    #expect(try KeptEvents.all(in: state).map(\.number) == [1])
    try ring.open(state)
    #expect(try KeptEvents.all(in: state).map(\.message) == ["event 1", "event 2"])
  }

  @Test func anEventIsThereOnceHoweverOftenTheStateIsOpened() throws {
    let state = MemoryState()
    let ring = EventRing(pipeline: "p", date: { 7 })
    ring.record(event(1))
    for _ in 0..<3 {
      try ring.open(state)
      ring.close()
    }
    try ring.open(state)
    ring.record(event(2))
    #expect(ring.events(stream: "a", limit: 10).map(\.number) == [1, 2])
    #expect(ring.events(stream: "b", limit: 10).isEmpty)
    #expect(ring.events(stream: nil, limit: 1).map(\.number) == [2])
  }
}
