import Service
import Testing

/// When rounds begin.
@Suite struct ScheduleTests {
  @Test(
    "the first round begins when the last one is old enough, and not all at once",
    arguments: [
      (nil, 0.0, 0), (nil, 1.0, 10), (600, 0.0, 3_000), (3_599, 0.5, 6), (3_600, 0.0, 0), (90_000, 0.0, 0),
      // A clock that was put back.
      (-90_000, 0.0, 3_600),
    ] as [(Int?, Double, Int)]
  )
  func begins(last: Int?, random: Double, wait: Int) {
    let schedule = Schedule(
      every: .seconds(3_600),
      last: last.map { .seconds($0) },
      now: .seconds(50),
      random: random
    )
    #expect(schedule.wait(at: .seconds(50)) == .seconds(wait))
  }

  @Test func delaysAreNotAddedUp() {
    var schedule = Schedule(every: .seconds(100), last: nil, now: .zero, random: 0)
    schedule.begin(at: .seconds(7))
    #expect(schedule.due == .seconds(100))
    schedule.begin(at: .seconds(109))
    #expect(schedule.due == .seconds(200))
  }

  @Test func roundsThatWereMissedAreNotMadeUpFor() {
    var schedule = Schedule(every: .seconds(100), last: nil, now: .zero, random: 0)
    schedule.begin(at: .zero)
    schedule.begin(at: .seconds(1_000))
    #expect(schedule.due == .seconds(1_000))
    schedule.begin(at: .seconds(1_000))
    #expect(schedule.due == .seconds(1_100))
  }
}
