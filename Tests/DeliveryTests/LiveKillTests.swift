import DeliveryScenario
import Foundation
import Synchronization
import TestSupport
import Testing

/// Live rounds of the real pipeline in a process of its own, killed at each of their steps, and again while they recover.
@Suite("When a live run is killed")
struct LiveKillTests {
  /// Whether every step is tried, which takes a quarter of an hour.
  private static let isLong = ProcessInfo.processInfo.environment["SLUICE_PROOF"] == "long"

  /// Runs a day to its end, or to a step at which the process is killed; gives what it printed, nil when it was killed.
  private static func run(
    _ day: Int,
    in folder: ScenarioFolder,
    killedAt step: Int = 0,
    _ moment: Steps.Moment = .before,
    bug: LiveScenario.Bug? = nil
  ) async throws -> [Int]? {
    let result = try await Command.run(
      try KillTests.driver,
      ["live", "\(day)", folder.path, "\(step)", moment.rawValue],
      environment: bug.map { ["PLANTED_BUG": $0.rawValue] } ?? [:]
    )
    try #require(result.status == 0 || result.status == 9, "\(result.errorText)")
    return result.status == 9 ? nil : result.text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
  }

  /// A day that nothing happens on, and what was there before it.
  private struct Reference: Sendable {
    let day: Int
    let begun: ScenarioFolder
    let before: LiveOutcome
    let outcome: LiveOutcome
    /// How many steps it has.
    let steps: Int

    init(day: Int) async throws {
      self.day = day
      begun = try ScenarioFolder()
      if day > 1 { _ = try await LiveKillTests.run(1, in: begun) }
      before = try LiveOutcome(begun)
      let folder = try ScenarioFolder(copying: begun)
      steps = try #require(try await LiveKillTests.run(day, in: folder)?.first)
      outcome = try LiveOutcome(folder)
    }

    func difference(of folder: ScenarioFolder, kills: Int) throws -> LiveOutcome.Difference {
      try LiveOutcome(folder).difference(from: outcome, before: before, day: day, kills: kills)
    }
  }

  /// Sums of what was seen.
  private final class Sums: Sendable {
    private let sums = Mutex((points: 0, lost: 0, repeated: 0, torn: 0))

    func add(_ difference: LiveOutcome.Difference) {
      sums.withLock {
        $0.points += 1
        $0.lost += difference.lost
        $0.repeated += difference.repeated
        $0.torn += difference.torn
      }
    }

    func show(_ name: String) {
      let sums = sums.withLock { $0 }
      print("figure: \(name): kill points | \(sums.points)")
      print("figure: \(name): lines lost, repeated, torn in files | \(sums.lost), \(sums.repeated), \(sums.torn)")
    }
  }

  @Test("The day that all others are compared with has something of everything")
  func reference() async throws {
    let reference = try await Reference(day: 2)
    let (first, second) = (reference.before, reference.outcome)
    #expect(first.calls.count { $0.api == "detections" } == 6)
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
  }

  @Test("A kill at any step costs nothing", arguments: [1, 2])
  func killed(day: Int) async throws {
    let reference = try await Reference(day: day)
    #expect(reference.steps > 100, "the run has too few steps to show anything")
    var points = (1...reference.steps).flatMap { step in Steps.Moment.allCases.map { (step: step, moment: $0) } }
    if !Self.isLong {
      // An odd distance, so that both moments come in turn.
      let distance = points.count / 12 | 1
      let first = Int.random(in: 0..<distance)
      points = stride(from: first, to: points.count, by: distance).map { points[$0] }
    }
    let sums = Sums()
    try await KillTests.forEach(points) { step, moment in
      let folder = try ScenarioFolder(copying: reference.begun)
      #expect(try await Self.run(day, in: folder, killedAt: step, moment) == nil, "step \(step) was not reached")
      #expect(try LiveOutcome(folder).torn.isEmpty)
      #expect(try await Self.run(day, in: folder) != nil)
      let difference = try reference.difference(of: folder, kills: 1)
      #expect(difference.isNone, "killed \(moment) step \(step) of day \(day): \(difference)")
      sums.add(difference)
    }
    sums.show("live run of day \(day), killed once")
  }

  @Test("Nor does another while the next run recovers", arguments: [1, 2])
  func killedAgain(day: Int) async throws {
    let reference = try await Reference(day: day)
    let sums = Sums()
    let pairs = (1...(Self.isLong ? 150 : 3)).map { _ in
      (first: Int.random(in: 1...reference.steps), second: Int.random(in: 1...12))
    }
    try await KillTests.forEach(pairs) { first, second in
      let folder = try ScenarioFolder(copying: reference.begun)
      _ = try await Self.run(day, in: folder, killedAt: first, .after)
      let isKilled = try await Self.run(day, in: folder, killedAt: second, .before) == nil
      if isKilled { #expect(try await Self.run(day, in: folder) != nil) }
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
    let reference = try await Reference(day: 1)
    var found = 0
    for step in stride(from: reference.steps / 12, to: reference.steps, by: reference.steps / 6) {
      let folder = try ScenarioFolder()
      _ = try await Self.run(1, in: folder, killedAt: step, .after, bug: bug)
      _ = try? await Self.run(1, in: folder, bug: bug)
      if try !reference.difference(of: folder, kills: 1).isNone { found += 1 }
    }
    #expect(found > 1, "\(bug) was found at \(found) steps")
  }

  @Test("A round that is finished before its last page is found")
  func finishedTooSoon() async throws {
    let reference = try await Reference(day: 1)
    let bug = LiveScenario.Bug.finishedTooSoon
    let ends = try #require(try await Self.run(1, in: try ScenarioFolder(), bug: bug)).dropFirst()
    #expect(ends.count == 3)
    var found = 0
    for step in ends {
      let folder = try ScenarioFolder()
      _ = try await Self.run(1, in: folder, killedAt: step, .after, bug: bug)
      _ = try await Self.run(1, in: folder, bug: bug)
      if try !reference.difference(of: folder, kills: 1).isNone { found += 1 }
    }
    #expect(found > 1, "found at \(found) of \(ends.count) ends")
  }
}
