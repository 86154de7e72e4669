import DeliveryScenario
import Sinks
import Testing

/// Live rounds in this process: where the clock is wrong, where no answer says the time, and where the power fails.
@Suite("Live rounds on a bad day")
struct LiveClockTests {
  private static func twoDays(clockErrors: (Int, Int)) async throws -> LiveOutcome {
    let folder = try ScenarioFolder()
    try await LiveScenario(in: folder.path, day: 1, clockError: clockErrors.0).run()
    try await LiveScenario(in: folder.path, day: 2, clockError: clockErrors.1).run()
    return try LiveOutcome(folder)
  }

  @Test(
    "A clock that is wrong, or jumps, changes nothing",
    arguments: [(86_400, 86_400), (-86_400, -86_400), (3600, 0)]
  )
  func clock(_ errors: (Int, Int)) async throws {
    let reference = try await Self.twoDays(clockErrors: (0, 0))
    let outcome = try await Self.twoDays(clockErrors: errors)
    let difference = outcome.difference(from: reference, before: nil, day: 2, kills: 0)
    #expect(difference.isNone, "\(difference)")
  }

  @Test("When no answer says when it was given, nothing is taken for its time, and that is said")
  func timeless() async throws {
    let folder = try ScenarioFolder()
    let told = try await LiveScenario(in: folder.path, day: 1, isTimeless: true).run()
    let events = told.events.filter { $0.hasSuffix("WindowNotMoved") }
    #expect(events == LiveOutcome.streams.map { "\($0) WindowNotMoved" })
    // Everything again; entries that were delivered and are not known to have changed stay where they are.
    try await LiveScenario(in: folder.path, day: 2).run()
    #expect(Set(try LiveOutcome(folder).firstAsked(onDay: 2).values) == ["everything"])
    // A window that there was stays.
    let before = try LiveOutcome(folder).state["windows"]
    _ = try await LiveScenario(in: folder.path, day: 3, isTimeless: true).run()
    #expect(try LiveOutcome(folder).state["windows"] == before)
  }

  // MARK: Power

  /// Runs to a step, loses the power, runs again.
  private static func difference(
    step: Int,
    from reference: LiveOutcome,
    bug: LiveScenario.Bug? = nil
  ) async throws -> LiveOutcome.Difference {
    let folder = try ScenarioFolder()
    let disk = ForgetfulDisk()
    let steps = Steps(failingAt: step, .after, .end)
    do {
      try await LiveScenario(in: folder.path, day: 1, on: disk, steps, bug: bug).run()
      Issue.record("step \(step) failed, and the run went on")
    } catch is Steps.Ended {}
    disk.failPower()
    do {
      try await LiveScenario(in: folder.path, day: 1, on: disk, bug: bug).run()
    } catch let error as UnrecoverableFile {
      // Another error is none that a power failure may lead to, and ends the test.
      return LiveOutcome.Difference(missing: "\(error)")
    }
    return try LiveOutcome(folder, disk.files).difference(from: reference, before: nil, day: 1, kills: 1)
  }

  @Test("Power that fails costs nothing, unless the names of files are not made durable", arguments: [true, false])
  func powerLoss(isPlanted: Bool) async throws {
    let folder = try ScenarioFolder()
    let steps = Steps()
    try await LiveScenario(in: folder.path, day: 1, steps).run()
    let reference = try LiveOutcome(folder)
    let distance = steps.count / 6
    var found = 0
    for step in stride(from: Int.random(in: 1...distance), through: steps.count, by: distance) {
      let difference = try await Self.difference(step: step, from: reference, bug: isPlanted ? .noFolderSync : nil)
      #expect(isPlanted || difference.isNone, "power lost after step \(step): \(difference)")
      if difference.isLoss { found += 1 }
    }
    #expect(!isPlanted || found > 1, "found at \(found) steps")
  }
}
