import DeliveryScenario
import Sinks
import SystemPackage
import Testing

/// The same run, ended at each of its steps in this process: by a power failure that takes what was not durable, and by
/// errors of the disk.
@Suite("When the power or the disk fails")
struct PowerLossTests {
  /// Runs to a step, loses the power, runs again; gives what is wrong then, and whether the step was reached.
  private static func faults(step: Int, _ moment: Steps.Moment, bug: Scenario.Bug? = nil) async throws -> (
    faults: [String], isReached: Bool
  ) {
    let folder = try ScenarioFolder()
    let disk = ForgetfulDisk()
    let steps = Steps(failingAt: step, moment, .end)
    do {
      try await Scenario(in: folder.path, on: disk, steps, bug: bug).run()
      #expect(!steps.hasFailed, "step \(step) failed, and the run went on")
    } catch is Steps.Ended {}
    disk.failPower()
    do {
      try await Scenario(in: folder.path, on: disk, bug: bug).run()
    } catch let error as UnrecoverableFile {
      // Another error is none that a power failure may lead to, and ends the test.
      return (["missing: \(error)"], steps.hasFailed)
    }
    return (Outcome(disk.files).faults(ended: 1), steps.hasFailed)
  }

  @Test("A run that nothing happens to gives what all others must")
  func undisturbed() async throws {
    let folder = try ScenarioFolder()
    try await Scenario(in: folder.path).run()
    let outcome = Outcome(try folder.files)
    #expect(outcome.faults(ended: 0).isEmpty)
    #expect(try folder.files.keys.count { $0.hasSuffix(".gz") } > 3)
    #expect(outcome.sent.count == Outcome.expectedLines.count)
  }

  @Test("Power that fails at any step costs nothing", arguments: Steps.Moment.allCases)
  func powerLoss(_ moment: Steps.Moment) async throws {
    for step in 1... {
      let (faults, isReached) = try await Self.faults(step: step, moment)
      #expect(faults.isEmpty, "power lost \(moment) step \(step)")
      guard isReached else {
        #expect(step > 60, "the run has too few steps to show anything")
        return
      }
    }
  }

  @Test("Bugs that are planted are found", arguments: [(Scenario.Bug.stateBeforeSink, 2), (.noFolderSync, 1)])
  func plantedBugs(_ bug: Scenario.Bug, everyStep distance: Int) async throws {
    var found = 0
    for step in stride(from: 1, through: .max, by: distance) {
      let (faults, isReached) = try await Self.faults(step: step, .after, bug: bug)
      guard isReached else { break }
      // Files that are not as they must be, and nothing else.
      if faults.contains(where: { fault in ["missing:", "files:", "torn:"].contains(where: fault.hasPrefix) }) {
        found += 1
      }
    }
    #expect(found > 2, "\(bug) was found at \(found) steps")
  }

  @Test(
    "An error of the disk at any step ends the run, leaves no torn file, and the next run goes on",
    arguments: [(Errno.noSpace, 1), (.ioError, 5), (.readOnlyFileSystem, 7)]
  )
  func errors(_ code: Errno, everyStep distance: Int) async throws {
    for step in stride(from: 1, through: .max, by: distance) {
      let folder = try ScenarioFolder()
      let steps = Steps(failingAt: step, .before, .error(code))
      var caught: (any Error)?
      do { try await Scenario(in: folder.path, steps).run() } catch { caught = error }
      let between = Outcome(try folder.files)
      #expect(between.torn.isEmpty && Outcome.expectedLines.starts(with: between.lines), "step \(step)")
      #expect((caught != nil) == steps.hasFailed, "step \(step): \(caught.map { "\($0)" } ?? "no error")")
      if caught != nil { try await Scenario(in: folder.path).run() }
      let faults = Outcome(try folder.files).faults(ended: 1)
      #expect(faults.isEmpty, "step \(step)")
      if !steps.hasFailed { return }
    }
  }
}
