import DeliveryScenario
import Testing

/// A reset in a process of its own, killed at each of its steps, while a round is at hand whose last file has no name yet.
@Suite("When a reset is killed")
struct LiveResetTests {
  /// What a reset changes.
  private static func changed(_ outcome: LiveOutcome) -> [[String]] {
    [outcome.state["windows"] ?? [], outcome.state["quarantine"] ?? [], outcome.unfinished]
  }

  @Test(
    "The stream is as it was or as it is to be, and all that was committed stays",
    arguments: [LiveScenario.Action.reset, .forget]
  )
  func killed(_ action: LiveScenario.Action) async throws {
    let begun = try await LiveDriver.unfinishedDay()
    let reset = try await LiveReference(action, day: 1, behind: begun)
    try Self.check(reset, forgets: action == .forget)
    let done = try ScenarioFolder(movedFrom: begun)
    _ = try await LiveDriver.run(1, action, in: done)
    // What the next day comes to without the reset, and behind it.
    let gone = try await LiveReference(day: 2, behind: begun)
    let asked = try await LiveReference(day: 2, behind: done)
    #expect(asked.outcome.firstAsked(onDay: 2)["detections"] == LiveScenario.resetTime)

    let sums = LiveSums()
    try await KillTests.forEach(LiveDriver.points(reset.steps, all: true)) { step, moment in
      let again = try ScenarioFolder(movedFrom: begun)
      #expect(try await LiveDriver.run(1, action, in: again, killedAt: step, moment) == nil)
      let killed = try LiveOutcome(again)
      let isOld = Self.changed(killed) == Self.changed(reset.before)
      #expect(
        isOld || Self.changed(killed) == Self.changed(reset.outcome),
        "killed \(moment) step \(step): half a reset"
      )
      #expect(killed.torn.isEmpty)
      let next = try ScenarioFolder(movedFrom: again)

      #expect(try await LiveDriver.run(1, action, in: again) != nil)
      let difference = try reset.difference(of: again, kills: 0)
      #expect(difference.isNone, "killed \(moment) step \(step), and reset again: \(difference)")
      sums.add(difference)

      #expect(try await LiveDriver.run(2, in: next) != nil)
      let rest = try (isOld ? gone : asked).difference(of: next, kills: 0)
      #expect(rest.isNone, "killed \(moment) step \(step), and run: \(rest)")
      sums.add(rest)
    }
    sums.show("\(action) of a round at hand, killed once")
  }

  /// Looks whether there is something to lose, and something that changes.
  private static func check(_ reset: LiveReference, forgets: Bool) throws {
    let (before, outcome) = (reset.before, reset.outcome)
    try #require(reset.steps > 3)
    #expect(before.unfinished == ["detections"] && outcome.unfinished.isEmpty)
    #expect(!before.parts.isEmpty && outcome.parts.isEmpty && outcome.torn.isEmpty)
    #expect((outcome.lines["detections"] ?? []).count > (before.lines["detections"] ?? []).count)
    #expect(before.state["windows"] != outcome.state["windows"])
    #expect(before.state["quarantine"]?.count == 2 && outcome.state["quarantine"]?.count == (forgets ? 0 : 2))
  }

  @Test("A window that is stored without the files that have no names yet is found")
  func plantedBug() async throws {
    let reset = try await LiveReference(.reset, day: 1, behind: try await LiveDriver.unfinishedDay())
    var lost = 0
    for step in 1...reset.steps {
      let folder = try ScenarioFolder(movedFrom: reset.begun)
      _ = try await LiveDriver.run(1, .reset, in: folder, killedAt: step, .after, bug: .windowBeforeFiles)
      _ = try await LiveDriver.run(1, .reset, in: folder)
      if try reset.difference(of: folder, kills: 0).lost > 0 { lost += 1 }
    }
    #expect(lost > 0, "found at \(lost) of \(reset.steps) steps")
  }
}
