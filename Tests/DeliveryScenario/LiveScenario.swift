internal import Health
internal import Pipelines
internal import Qualys
internal import Records
package import Sinks
internal import Stages
internal import State
internal import Streaming
internal import Synchronization
internal import SystemPackage
internal import TestSupport

/// A live round of the real pipeline, over the simulator's answers: detections in pages into files and over HTTP, the
/// entries of what was detected, assets with the ports that are new; it can be stopped anywhere and run again.
///
/// The third page of detections breaks off in the midst of its second host, always.
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
  }

  /// Where files go; the state is always on the real disk.
  package let folder: String
  /// Which day it is at Qualys, from 1.
  package let day: Int
  package let disk: any Disk
  package let steps: Steps
  package let bug: Bug?
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
    clockError: Int = 0,
    isTimeless: Bool = false
  ) {
    self.folder = folder
    self.day = day
    self.disk = disk
    self.steps = steps
    self.bug = bug
    self.clockError = clockError
    self.isTimeless = isTimeless
  }

  /// Runs the round, as far as it comes.
  @discardableResult
  package func run() async throws -> Telling {
    var request = PlanRequest(text: text, file: "live.yaml", registry: registry)
    request.checksEnvironment = false
    let (plan, findings) = Plan.check(request)
    guard let plan else { throw ContractViolation(findings.map(\.description).joined(separator: "\n")) }
    let told = Told()
    let qualys = SimulatedAnswers(day: day, log: "\(folder)/calls.txt", isTimeless: isTimeless)
    var live = Live { _, _, _ in LiveConnection(qualys) }
    live.keeping = { [steps, bug] in SteppedState($0, steps, told, bug: bug) }
    live.events = told
    let now = SimulatedAnswers.noon(ofDay: day) + clockError
    live.pace = Pace(elapsed: { .zero }, date: { now }, sleep: { _ in await Task.yield() }, random: { 0 })
    let run = Run(plan, state: "\(folder)/state", cores: 1, live: live, disk: stepped)
    try await Scenario.whenFree {
      let report = try await run.run()
      if let failed = report.failed.first { throw failed.error }
    }
    return told.telling
  }

  private var text: String {
    let file = { (stream: String) in
      "gzip-file: { path: \"\(folder)/\(stream)-{n}.gz\", roll: 4KiB, member: 4096, level: 1 }"
    }
    return """
      name: live
      qualys: { platform: US2, username: "${USER_OF_TEST}", password: "${PASSWORD_OF_TEST}" }
      start: all
      dead-letters: \(folder)/letters.jsonl
      streams:
        detections:
          source: { detections: { truncation_limit: \(SimulatedAnswers.hostsInPage) } }
          stages:
            - decode-detections
            - split-detections
            - add-event-id
            - encode-json
            - guard-size: { limit: 2KiB, split: false }
          outputs:
            - { name: files, sinks: [\(file("detections"))] }
            - { name: sent, sinks: [http: { url: "https://127.0.0.1/", gzip: 0, records: 4 }] }
        knowledge-base:
          after: detections
          source: { knowledge-base: { qids: detected, qids-per-call: 8 } }
          stages: [decode-knowledge-base, encode-json]
          sinks: [\(file("knowledge-base"))]
        assets:
          source: { assets: { pageSize: 2 } }
          stages: [decode-assets, diff-ports, flatten-software, encode-json]
          sinks: [\(file("assets"))]
      """
  }

  private var stepped: SteppedDisk { SteppedDisk(disk, steps, makesNamesDurable: bug != .noFolderSync) }

  private var registry: Registry {
    var registry = Registry()
    registry.register(calling: DetectionsSource.self)
    registry.register(calling: KnowledgeBaseSource.self)
    registry.register(calling: AssetsSource.self)
    registry.register(decoder: DecodeDetections.self)
    registry.register(decoder: DecodeKnowledgeBase.self)
    registry.register(decoder: DecodeAssets.self)
    registry.register(SplitDetections.self)
    registry.register(AddEventID<Detection>.self)
    registry.register(remembering: DiffPorts.self)
    registry.register(FlattenSoftware.self)
    registry.register(EncodeJSON<Detection>.self)
    registry.register(EncodeJSON<KnowledgeBaseEntry>.self)
    registry.register(EncodeJSON<Asset>.self)
    registry.register(GuardSize.self)
    registry.register(sink: GzipFile.component) { [stepped, bug] options, context in
      let file = GzipFile(GzipFile.Settings(options), disk: stepped, cores: 1)
      return bug == .stateBeforeSink ? Hasty(file) : file
    }
    registry.register(sink: HTTPSink.component) { [disk, steps, folder] options, context in
      HTTPSink(
        try HTTPSink.Settings(options),
        scope: "live",
        sending: Receiver(disk: disk, path: FilePath("\(folder)/sent.txt"), steps: steps)
      ) { try context.reject($0, "http", $1, $2) }
    }
    return registry
  }
}

/// Keeps what a run tells.
final class Told: EventRecorder {
  private let all = Mutex(LiveScenario.Telling())
  var telling: LiveScenario.Telling { all.withLock { $0 } }
  func note(endOfRound step: Int) { all.withLock { $0.ends.append(step) } }
  func record(_ event: HealthEvent) { all.withLock { $0.events.append("\(event.stream) \(event.tracker)") } }
}
