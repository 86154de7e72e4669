import DeliveryScenario
import Foundation
import Testing

/// A run that adopts the state of streams under their old names, with a round at hand, in a process of its own that is
/// killed.
@Suite("When a run that adopts a renamed stream is killed")
struct LiveRenamingTests {
  /// The run that adopts; it gives what a run under the old names does.
  private static func reference() async throws -> LiveReference {
    let begun = try await LiveDriver.unfinishedDay()
    let reference = try await LiveReference(.renamed, day: 1, behind: begun)
    let plain = try await LiveReference(day: 1, behind: begun).outcome
    let outcome = reference.outcome
    #expect(outcome.lines == plain.lines && outcome.parts.isEmpty && outcome.unfinished.isEmpty)
    #expect(outcome.calls.map(\.from) == plain.calls.map(\.from), "it goes on where the old one was")
    #expect(outcome.state["quarantine"]?.count == 2 && outcome.state["quarantine"] != plain.state["quarantine"])
    return reference
  }

  @Test("A kill at any step costs nothing")
  func killed() async throws {
    let reference = try await Self.reference()
    #expect(reference.steps > 50, "the run has too few steps to show anything")
    let sums = LiveSums()
    try await KillTests.forEach(LiveDriver.points(reference.steps)) { step, moment in
      let difference = try await reference.killed(at: step, moment)
      #expect(difference.isNone, "killed \(moment) step \(step): \(difference)")
      sums.add(difference)
    }
    sums.show("adoption of renamed streams, killed once")
  }

  /// A kill leaves what SQLite had written by then: each beginning of its log is the place of one.
  @Test("Nor does one in the midst of the adoption")
  func killedInTheLog() async throws {
    let reference = try await Self.reference()
    let folder = try ScenarioFolder(movedFrom: reference.begun)
    #expect(try await LiveDriver.run(1, .renamed, in: folder, killedAt: 1, .before) == nil)
    let adopted = try ScenarioFolder(copying: folder)
    let log = try Data(contentsOf: Self.log(in: adopted))
    let frame = 24 + 4096
    let frames = (log.count - 32) / frame
    #expect(frames > 2 && log.count == 32 + frames * frame, "the log has \(log.count) bytes")
    let sums = LiveSums()
    // Behind each frame, and in its midst.
    for end in stride(from: 32, through: log.count, by: frame / 2) {
      try folder.restore(from: adopted)
      try log.prefix(end).write(to: Self.log(in: folder))
      #expect(try await LiveDriver.run(1, .renamed, in: folder) != nil)
      let difference = try reference.difference(of: folder, kills: 0)
      #expect(difference.isNone, "killed at byte \(end) of \(log.count): \(difference)")
      sums.add(difference)
    }
    sums.show("adoption of renamed streams, killed in SQLite's log")
  }

  private static func log(in folder: ScenarioFolder) -> URL {
    URL(fileURLWithPath: "\(folder.path)/state/state.db-wal")
  }
}
