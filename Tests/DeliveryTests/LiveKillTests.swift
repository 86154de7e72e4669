import DeliveryScenario
import Foundation
import Synchronization
import TestSupport
import Testing

/// Live rounds of the real pipeline in a process of its own, killed at each of their steps, and again while they recover.
@Suite("When a live run is killed")
struct LiveKillTests {
  @Test("The day that all others are compared with has something of everything")
  func reference() async throws {
    let reference = try await LiveReference(day: 2)
    let (first, second) = (reference.before, reference.outcome)
    // Pages of three hosts, one of which comes as two; twice halves and one by one, to a host that is left out.
    #expect(first.calls.count { $0.api == "detections" } == 20)
    #expect(first.calls.last?.api == "assets" && first.leftOut(onDay: 1).isEmpty)
    for stream in LiveOutcome.streams {
      #expect(first.fileCounts[stream, default: 0] > 1, "\(stream)")
      #expect(second.lines[stream, default: []].count > first.lines[stream, default: []].count, "\(stream)")
    }
    #expect(!first.letters.isEmpty && second.letters.count > first.letters.count)
    #expect(first.sent.count == first.lines["detections"]?.count)
    #expect(second.sent.count == second.lines["detections"]?.count)
    #expect(Set(first.firstAsked(onDay: 1).values) == ["everything"])
    #expect(LiveOutcome.spaces.allSatisfy { !second.state[$0, default: []].isEmpty })
    // Ten minutes before the server's clock in the first day's first answers.
    #expect(
      second.firstAsked(onDay: 2) == [
        "detections": "2026-11-22T23:50:00Z", "knowledge-base": "2026-11-26T23:50:00Z",
        "assets": "2026-11-22T23:50:00Z",
      ]
    )
    let bad = LiveScenario.badHosts
    #expect(second.leftOut(onDay: 2) == bad.map { "\($0) everything" })
    #expect(first.counts(ofHosts: bad) == [0, 0] && second.counts(ofHosts: bad) == [5, 2])
  }

  @Test("A kill at any step costs nothing", arguments: [1, 2])
  func killed(day: Int) async throws {
    let reference = try await LiveReference(day: day)
    #expect(reference.steps > 100, "the run has too few steps to show anything")
    let sums = LiveSums()
    try await KillTests.forEach(LiveDriver.points(reference.steps)) { step, moment in
      let difference = try await reference.killed(at: step, moment)
      #expect(difference.isNone, "killed \(moment) step \(step) of day \(day): \(difference)")
      sums.add(difference)
    }
    sums.show("live run of day \(day), killed once")
  }

  @Test("Nor does another while the next run recovers", arguments: [1, 2])
  func killedAgain(day: Int) async throws {
    let reference = try await LiveReference(day: day)
    let sums = LiveSums()
    let pairs = (1...(LiveDriver.isLong ? 150 : 3)).map { _ in
      (first: Int.random(in: 1...reference.steps), second: Int.random(in: 1...12))
    }
    try await KillTests.forEach(pairs) { first, second in
      let folder = try ScenarioFolder(copying: reference.begun)
      _ = try await LiveDriver.run(day, in: folder, killedAt: first, .after)
      let isKilled = try await LiveDriver.run(day, in: folder, killedAt: second, .before) == nil
      if isKilled { #expect(try await LiveDriver.run(day, in: folder) != nil) }
      let difference = try reference.difference(of: folder, kills: 2)
      #expect(difference.isNone, "killed after step \(first), then before step \(second), of day \(day): \(difference)")
      sums.add(difference)
    }
    sums.show("live run of day \(day), killed twice")
  }

  // MARK: Planted bugs

  @Test(
    "A state ahead of its sinks, and a cursor from before its page, are found",
    arguments: [LiveScenario.Bug.stateBeforeSink, .cursorFromBefore]
  )
  func plantedBugs(_ bug: LiveScenario.Bug) async throws {
    let reference = try await LiveReference(day: 1)
    var found = 0
    for step in stride(from: reference.steps / 12, to: reference.steps, by: reference.steps / 6) {
      let folder = try ScenarioFolder()
      _ = try await LiveDriver.run(1, in: folder, killedAt: step, .after, bug: bug)
      _ = try? await LiveDriver.run(1, in: folder, bug: bug)
      if try !reference.difference(of: folder, kills: 1).isNone { found += 1 }
    }
    #expect(found > 1, "\(bug) was found at \(found) steps")
  }

  @Test("A round that is finished before its last page is found")
  func finishedTooSoon() async throws {
    let reference = try await LiveReference(day: 1)
    let bug = LiveScenario.Bug.finishedTooSoon
    let ends = try #require(try await LiveDriver.run(1, in: try ScenarioFolder(), bug: bug)).dropFirst()
    #expect(ends.count == 3)
    var found = 0
    for step in ends {
      let folder = try ScenarioFolder()
      _ = try await LiveDriver.run(1, in: folder, killedAt: step, .after, bug: bug)
      _ = try await LiveDriver.run(1, in: folder, bug: bug)
      if try !reference.difference(of: folder, kills: 1).isNone { found += 1 }
    }
    #expect(found > 1, "found at \(found) of \(ends.count) ends")
  }
}
