internal import Health
internal import Pipelines
internal import Qualys
package import Sinks
internal import State
internal import Streaming
internal import Synchronization
internal import SystemPackage
internal import TestSupport

/// A live round of the real pipeline, over the simulator's answers: detections in pages into files and over HTTP, the
/// entries of what was detected, assets with the ports that are new; it can be stopped anywhere and run again.
///
/// The third page of detections breaks off in the midst of its second host, always. On the first day the answers that hold
/// one of ``badHosts`` break off in its midst, however few they hold: it is left out, and comes on another day.
package struct LiveScenario: Sendable {
  /// A bug that is planted, to see that it is found.
  package enum Bug: String, Sendable {
    /// A sink says that it has a page before it does, so the state is ahead.
    case stateBeforeSink
    /// Names are not made durable.
    case noFolderSync
    /// A page is committed with the cursor of the page before it.
    case cursorFromBefore
    /// "The round is finished" is written before its last page is committed.
    case finishedTooSoon
    /// What is left out is kept when the round ends, not before a page behind it is committed.
    case quarantinedTooLate
    /// What was left out is let go when a page with it begins.
    case releasedTooSoon
    /// A reset stores its window, and forgets the files that have no names yet.
    case windowBeforeFiles
  }

  /// What is done with the pipeline.
  package enum Action: String, Sendable {
    /// A round.
    case run
    /// A round under other names of the streams, which adopt the state of the old ones.
    case renamed
    /// A round all of whose sinks have spools.
    case spooled
    /// A reset of the detections.
    case reset
    /// A reset of the detections that forgets.
    case forget
  }

  /// Where files go; the state is always on the real disk.
  package let folder: String
  /// Which day it is at Qualys, from 1.
  package let day: Int
  package let disk: any Disk
  package let steps: Steps
  package let bug: Bug?
  /// Behind how many pages that gave something the run of their stream fails; nil for none.
  package let pages: Int?
  /// By how many seconds this machine's clock is ahead of Qualys'.
  package let clockError: Int
  /// Whether answers do not say when they were given.
  package let isTimeless: Bool

  /// What a run has told besides its files.
  package struct Telling: Sendable {
    /// The numbers of the steps that ended the streams' rounds.
    package var ends: [Int] = []
    /// What a person was to know: `STREAM TRACKER`.
    package var events: [String] = []
  }

  package init(
    in folder: String,
    day: Int,
    on disk: any Disk = LocalDisk(),
    _ steps: Steps = Steps(),
    bug: Bug? = nil,
    endingBehind pages: Int? = nil,
    clockError: Int = 0,
    isTimeless: Bool = false
  ) {
    self.folder = folder
    self.day = day
    self.disk = disk
    self.steps = steps
    self.bug = bug
    self.pages = pages
    self.clockError = clockError
    self.isTimeless = isTimeless
  }

  /// The ids of two hosts that cannot be had on the first day; the first is among the changes of the second day, and the
  /// other is not.
  package static var badHosts: [Int] { SimulatedAnswers.badHosts }
  /// Since when a stream asks that was reset.
  package static let resetTime = "2026-11-12T00:00:00Z"

  /// Does what is asked for, as far as it comes.
  @discardableResult
  package func run(_ action: Action = .run) async throws -> Telling {
    let told = Told()
    let plan = try plan(action)
    try await Scenario.whenFree {
      switch action {
      case .run, .renamed, .spooled: try await runRound(of: plan, told)
      case .reset, .forget: try await reset(plan, told, forgets: action == .forget)
      }
    }
    return told.telling
  }

  private func runRound(of plan: Plan, _ told: Told) async throws {
    let qualys = SimulatedAnswers(day: day, log: "\(folder)/calls.txt", isTimeless: isTimeless)
    var live = Live { _, _, _ in LiveConnection(qualys) }
    live.keeping = keeping(told)
    live.events = told
    let now = SimulatedAnswers.noon(ofDay: day) + clockError
    live.pace = Pace(elapsed: { .zero }, date: { now }, sleep: { _ in await Task.yield() }, random: { 0 })
    let report = try await Run(plan, state: "\(folder)/state", cores: 1, live: live, disk: stepped).run()
    if let failed = report.failed.first { throw failed.error }
  }

  private func reset(_ plan: Plan, _ told: Told, forgets: Bool) async throws {
    let reset = StreamReset(plan.streams[0], of: plan, state: "\(folder)/state", keeping: keeping(told))
    if let notice = try await reset.run(since: .time(Self.resetTime), forgets: forgets) {
      throw ContractViolation(notice)
    }
  }

  private func keeping(_ told: Told) -> @Sendable (any StateStore) -> any StateStore {
    { [steps, bug, pages] in SteppedState($0, steps, told, bug: bug, endingBehind: pages) }
  }

  var stepped: SteppedDisk { SteppedDisk(disk, steps, makesNamesDurable: bug != .noFolderSync) }
}

/// Keeps what a run tells.
final class Told: EventRecorder {
  private let all = Mutex(LiveScenario.Telling())
  var telling: LiveScenario.Telling { all.withLock { $0 } }
  func note(endOfRound step: Int) { all.withLock { $0.ends.append(step) } }
  func record(_ event: HealthEvent) { all.withLock { $0.events.append("\(event.stream) \(event.tracker)") } }
}
