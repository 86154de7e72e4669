import DeliveryScenario
import Foundation
import Synchronization
import TestSupport
import Testing

/// Does something with the live scenario's pipeline in a process of its own.
enum LiveDriver {
  /// Whether every step is tried, which takes half an hour.
  static let isLong = ProcessInfo.processInfo.environment["SLUICE_PROOF"] == "long"

  /// Does something to its end, or to a step at which the process is killed; gives what it printed, nil when it was killed.
  static func run(
    _ day: Int,
    _ action: LiveScenario.Action = .run,
    in folder: ScenarioFolder,
    killedAt step: Int = 0,
    _ moment: Steps.Moment = .before,
    bug: LiveScenario.Bug? = nil
  ) async throws -> [Int]? {
    let result = try await Command.run(
      try KillTests.driver,
      [action.rawValue, "\(day)", folder.path, "\(step)", moment.rawValue],
      environment: bug.map { ["PLANTED_BUG": $0.rawValue] } ?? [:]
    )
    try #require(result.status == 0 || result.status == 9, "\(result.errorText)")
    return result.status == 9 ? nil : result.text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
  }

  /// Both moments of all steps; a dozen of them, at an even distance, when not all are to be tried.
  static func points(_ steps: Int, all: Bool = isLong) -> [(step: Int, moment: Steps.Moment)] {
    let points = (1...steps).flatMap { step in Steps.Moment.allCases.map { (step: step, moment: $0) } }
    if all { return points }
    // An odd distance, so that both moments come in turn.
    let distance = points.count / 12 | 1
    let first = Int.random(in: 0..<distance)
    return stride(from: first, to: points.count, by: distance).map { points[$0] }
  }

  /// A first day that has come behind seven pages of detections and the hosts left out, when it failed; assets are
  /// there, and entries are not.
  static func unfinishedDay() async throws -> ScenarioFolder {
    let folder = try ScenarioFolder()
    await #expect(throws: Steps.Ended.self) {
      try await LiveScenario(in: folder.path, day: 1, endingBehind: 7).run()
    }
    return folder
  }
}

/// Something that nothing happens to, and what was there before it.
struct LiveReference: Sendable {
  let action: LiveScenario.Action
  let day: Int
  let begun: ScenarioFolder
  let before: LiveOutcome
  let outcome: LiveOutcome
  /// How many steps it has.
  let steps: Int

  /// Does something to a copy of what was begun.
  init(_ action: LiveScenario.Action = .run, day: Int, behind begun: ScenarioFolder) async throws {
    (self.action, self.day, self.begun) = (action, day, begun)
    before = try LiveOutcome(begun)
    let folder = try ScenarioFolder(movedFrom: begun)
    steps = try #require(try await LiveDriver.run(day, action, in: folder)?.first)
    outcome = try LiveOutcome(folder)
  }

  /// A round of a day behind those of the days before.
  init(day: Int) async throws {
    let begun = try ScenarioFolder()
    if day > 1 { _ = try await LiveDriver.run(1, in: begun) }
    try await self.init(day: day, behind: begun)
  }

  func difference(of folder: ScenarioFolder, kills: Int) throws -> LiveOutcome.Difference {
    try LiveOutcome(folder).difference(from: outcome, before: before, day: day, kills: kills)
  }

  /// Does the same to another copy, is killed at a step, and does it again.
  func killed(
    at step: Int,
    _ moment: Steps.Moment,
    bug: LiveScenario.Bug? = nil
  ) async throws -> LiveOutcome.Difference {
    let folder = try ScenarioFolder(movedFrom: begun)
    #expect(
      try await LiveDriver.run(day, action, in: folder, killedAt: step, moment, bug: bug) == nil,
      "step \(step) was not reached"
    )
    if bug == nil { #expect(try LiveOutcome(folder).torn.isEmpty) }
    #expect(try await LiveDriver.run(day, action, in: folder, bug: bug) != nil)
    return try difference(of: folder, kills: 1)
  }
}

/// Sums of what was seen.
final class LiveSums: Sendable {
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
