import DeliveryScenario
import Foundation
import Synchronization
import TestSupport
import Testing

/// The same run in a process of its own, killed at each of its steps, and again while it recovers.
@Suite("When the process is killed")
struct KillTests {
  /// The program that was built together with these tests.
  static var driver: String {
    get throws {
      let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      let path = folder.appending(path: "KillDriver").path
      try #require(FileManager.default.isExecutableFile(atPath: path), "the program is not at \(path)")
      return path
    }
  }

  /// Runs to an end, or to a step at which the process is killed; says whether it came to an end.
  private static func run(
    in folder: ScenarioFolder,
    killedAt step: Int = 0,
    _ moment: Steps.Moment = .before,
    bug: Scenario.Bug? = nil
  ) async throws -> Bool {
    let result = try await Command.run(
      try driver,
      [folder.path, "\(step)", moment.rawValue],
      environment: bug.map { ["PLANTED_BUG": $0.rawValue] } ?? [:]
    )
    try #require(result.status == 0 || result.status == 9, "\(result.errorText)")
    return result.status == 0
  }

  /// How many steps a whole run has.
  private static func stepCount() async throws -> Int {
    let folder = try ScenarioFolder()
    let result = try await Command.run(try driver, [folder.path])
    return try #require(Int(result.text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(result.errorText)")
  }

  /// Does something for each of some numbers, three at a time.
  static func forEach<Number: Sendable>(
    _ numbers: [Number],
    _ body: @escaping @Sendable (Number) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, number) in numbers.enumerated() {
        if index >= 3 { try await group.next() }
        group.addTask { try await body(number) }
      }
      try await group.waitForAll()
    }
  }

  /// Counts kills, and those that cost something.
  private final class Kills: Sendable {
    private let sums = Mutex((kills: 0, costly: 0))

    func add(isCostly: Bool) {
      sums.withLock { sums in
        sums.kills += 1
        if isCostly { sums.costly += 1 }
      }
    }

    func show(_ name: String) {
      let sums = sums.withLock { $0 }
      let what = "kills, with lines lost, repeated or torn"
      print("figure: six pages, killed \(name): \(what) | \(sums.kills), \(sums.costly)")
    }
  }

  @Test("A kill at any step costs nothing", arguments: Steps.Moment.allCases)
  func killed(_ moment: Steps.Moment) async throws {
    let count = try await Self.stepCount()
    #expect(count > 60, "the run has too few steps to show anything")
    let kills = Kills()
    try await Self.forEach(Array(1...count)) { step in
      let folder = try ScenarioFolder()
      let isWhole = try await Self.run(in: folder, killedAt: step, moment)
      #expect(!isWhole, "step \(step) was not reached")
      #expect(Outcome(try folder.files).torn.isEmpty)
      #expect(try await Self.run(in: folder))
      let faults = Outcome(try folder.files).faults(ended: 1)
      #expect(faults.isEmpty, "killed \(moment) step \(step)")
      kills.add(isCostly: !faults.isEmpty)
    }
    kills.show("\(moment) each step")
  }

  @Test("Nor does another while the next run recovers")
  func killedAgain() async throws {
    let count = try await Self.stepCount()
    var generator = SystemRandomNumberGenerator()
    let pairs = (1...150).map { _ in
      (first: Int.random(in: 1...count, using: &generator), second: Int.random(in: 1...12, using: &generator))
    }
    let kills = Kills()
    try await Self.forEach(pairs) { first, second in
      let folder = try ScenarioFolder()
      _ = try await Self.run(in: folder, killedAt: first, .after)
      let isWhole = try await Self.run(in: folder, killedAt: second, .before)
      if !isWhole { #expect(try await Self.run(in: folder)) }
      let faults = Outcome(try folder.files).faults(ended: 2)
      #expect(faults.isEmpty, "killed after step \(first), then before step \(second)")
      kills.add(isCostly: !faults.isEmpty)
    }
    kills.show("again in recovery")
  }

  @Test("A state that is ahead of its sinks is found")
  func plantedBug() async throws {
    let count = try await Self.stepCount()
    var found = 0
    for step in stride(from: 1, to: count, by: 7) {
      let folder = try ScenarioFolder()
      _ = try await Self.run(in: folder, killedAt: step, .after, bug: .stateBeforeSink)
      _ = try? await Self.run(in: folder, bug: .stateBeforeSink)
      if !Outcome(try folder.files).faults(ended: 1).isEmpty { found += 1 }
    }
    #expect(found > 3, "found \(found) times")
  }

  // MARK: Any system call

  private static let calls = [
    "openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate", "close", "mkdir", "flock",
  ]

  /// Whether processes may be traced here.
  private static var mayTrace: Bool {
    get async {
      let traced = try? await Command.run("/usr/bin/env", ["strace", "-f", "-o", "/dev/null", "true"])
      return traced?.status == 0
    }
  }

  @Test("A kill at any system call costs nothing")
  func killedInSystemCalls() async throws {
    guard await Self.mayTrace else {
      print("strace is not there, or not allowed: no kills at system calls")
      return
    }
    let counts = try await Self.callCounts()
    let points = (1...100).compactMap { _ in
      counts.randomElement().map { (call: $0.key, number: Int.random(in: 1...$0.value)) }
    }
    let kills = Kills()
    try await Self.forEach(points) { call, number in
      let folder = try ScenarioFolder()
      let inject = "inject=\(call):signal=SIGKILL:when=\(number)"
      _ = try await Command.run(
        "/usr/bin/env",
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=\(call)", "-e", inject, try Self.driver, folder.path]
      )
      #expect(try await Self.run(in: folder))
      let faults = Outcome(try folder.files).faults(ended: 1)
      #expect(faults.isEmpty, "killed in \(call) \(number)")
      kills.add(isCostly: !faults.isEmpty)
    }
    kills.show("in system calls")
  }

  /// How often a whole run makes each call.
  private static func callCounts() async throws -> [String: Int] {
    let folder = try ScenarioFolder()
    let trace = "\(folder.path)/trace"
    let list = calls.joined(separator: ",")
    let result = try await Command.run(
      "/usr/bin/env",
      ["strace", "-f", "-o", trace, "-e", "trace=\(list)", try driver, folder.path]
    )
    try #require(result.status == 0, "\(result.errorText)")
    let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
    return Dictionary(grouping: lines.compactMap { line in calls.first { line.contains(" \($0)(") } }) { $0 }
      .mapValues(\.count)
  }
}
