import DeliveryScenario
import Foundation
import TestSupport
import Testing

/// Live rounds whose sinks have spools, in a process of its own, killed at their steps.
@Suite("When a live run with spools is killed")
struct SpooledKillTests {
  @Test(arguments: [1, 2]) func whatComesOutIsWhatComesWithoutThem(day: Int) async throws {
    let without = try await LiveReference(day: day)
    let folder = try ScenarioFolder(copying: without.begun)
    let steps = try #require(try await LiveDriver.run(day, .spooled, in: folder)?.first)
    #expect(steps > without.steps + 100)
    let difference = try without.difference(of: folder, kills: 0)
    #expect(difference.isNone, "\(difference)")
    #expect(try LiveOutcome(folder).fileCounts == without.outcome.fileCounts)
  }

  @Test(arguments: [1, 2]) func aKillAtAnyStepCostsNothing(day: Int) async throws {
    let without = try await LiveReference(day: day)
    let spooled = try await LiveReference(.spooled, day: day, behind: try ScenarioFolder(copying: without.begun))
    let sums = LiveSums()
    // Streams and their sinks go on beside each other, so that a step is not always the same, nor the last one there.
    try await KillTests.forEach(LiveDriver.points(spooled.steps * 9 / 10)) { step, moment in
      let folder = try ScenarioFolder(copying: without.begun)
      _ = try await LiveDriver.run(day, .spooled, in: folder, killedAt: step, moment)
      #expect(try LiveOutcome(folder).torn.isEmpty)
      #expect(try await LiveDriver.run(day, .spooled, in: folder) != nil)
      let difference = try without.difference(of: folder, kills: 1)
      #expect(difference.isNone, "killed \(moment) step \(step) of day \(day): \(difference)")
      sums.add(difference)
    }
    sums.show("live run of day \(day) with spools, killed once")
  }
}
