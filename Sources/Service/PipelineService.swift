package import CoreMetrics
package import Health
package import Logging
package import Pipelines
internal import Qualys
internal import State
package import Streaming
internal import Synchronization

/// One pipeline file of a service: its streams' rounds, each in its time, for ever.
///
/// A changed file, or secret, is checked first and refused whole when it is wrong; else the streams finish their page and go
/// on as it says.
package final class PipelineService: Sendable {
  /// What a service gives each of its pipelines.
  package struct Settings: Sendable {
    package var pace = Pace.system
    /// How often the file and the secrets are looked at.
    package var lookInterval = Duration.seconds(5)
    /// The folder of the state, by the pipeline's name and plan.
    package var stateFolder: @Sendable (Plan) -> String
    /// Where events go besides the state.
    package var events: @Sendable (Plan) -> any EventRecorder = { _ in NoEvents() }
    package var connect: Live.Connect
    /// What answers told of the limits of the plan's subscription.
    package var rates: @Sendable (Plan) -> [ServiceStatus.Rate] = { _ in [] }
    package var cores = 2
    /// Where it is told how long pages and rounds take.
    package var metrics: any MetricsFactory = NOOPMetricsHandler.instance
    /// Bytes that are free in a folder; nil when nobody looks, or can tell.
    package var freeSpace: @Sendable (_ folder: String) -> Int? = { _ in nil }
    /// Where all is said that a person may want to read.
    package var log = Logger(label: "sluice") { _ in SwiftLogNoOpLogHandler() }

    package init(stateFolder: @escaping @Sendable (Plan) -> String, connect: @escaping Live.Connect) {
      self.stateFolder = stateFolder
      self.connect = connect
    }
  }

  private struct State {
    var plan: Plan
    var boards: [StreamBoard] = []
    var wakeups: [String: Wakeup] = [:]
    var problem: String?
    /// Where events go besides the state.
    var events: any EventRecorder
    /// Ends the streams as they are now.
    var stop: StopSignal?
  }

  package let file: String
  private let source: PipelineSource
  private let settings: Settings
  private let ring: EventRing
  /// Those of a stream that is read anew go on, and end when it is well.
  private let troubles: OpenTroubles
  private let taps: Taps
  private let state: Mutex<State>
  /// The service ends.
  private let ending = Mutex(false)
  /// The file is to be looked at now.
  private let look = Wakeup()

  /// Reads the file.
  ///
  /// - Throws: `RefusedPipeline`.
  package init(_ source: PipelineSource, _ settings: Settings) throws(RefusedPipeline) {
    self.source = source
    self.settings = settings
    file = source.file
    let loaded = try source.load()
    let plan = loaded.plan
    ring = EventRing(pipeline: plan.name, date: settings.pace.date)
    taps = Taps(elapsed: settings.pace.elapsed)
    let recipients = Recipients()
    troubles = OpenTroubles(recipients, elapsed: settings.pace.elapsed, date: settings.pace.date)
    state = Mutex(State(plan: plan, events: settings.events(plan)))
    adopt(plan)
    recipients.service.withLock { $0 = Weak(service: self) }
    tellWarnings(of: loaded)
  }

  private func tellWarnings(of loaded: PipelineSource.Loaded) {
    for warning in loaded.warnings { settings.log.warning("\(warning)") }
  }

  /// Hands an event to the state, the file of events and the log.
  private func tell(_ event: HealthEvent) {
    let (plan, events) = state.withLock { ($0.plan, $0.events) }
    ring.record(event)
    events.record(event)
    let place = event.stream.isEmpty ? plan.name : "\(plan.name)/\(event.stream)"
    let words = event.isRecovery ? "\(event.tracker) is over" : event.tracker
    settings.log.log(level: event.severity.level, "\(place): \(words): \(event.message)")
  }

  /// Where events come out that are news: the service, as soon as it is made.
  private final class Recipients: EventRecorder {
    let service = Mutex<Weak?>(nil)
    func record(_ event: HealthEvent) { service.withLock { $0?.service }?.tell(event) }
  }

  private struct Weak: Sendable {
    weak let service: PipelineService?
  }

  package var name: String { state.withLock { $0.plan.name } }

  /// Boards for the streams of a plan; those that were there before go on.
  private func adopt(_ plan: Plan) {
    state.withLock { state in
      state.plan = plan
      state.events = settings.events(plan)
      state.boards = plan.streams.map { stream in
        state.boards.first { $0.name == stream.name } ?? board(of: stream, in: plan)
      }
      for board in state.boards where state.wakeups[board.name] == nil {
        state.wakeups[board.name] = Wakeup()
        state.wakeups[PipelineWork.turn(of: board.name)] = Wakeup()
      }
    }
    // What they look at may have gone.
    taps.end()
  }

  private func board(of stream: PlannedStream, in plan: Plan) -> StreamBoard {
    let pace = settings.pace
    let timers = StreamTimers(of: stream.name, in: plan.name, settings.metrics, elapsed: pace.elapsed)
    return StreamBoard(stream, timers: timers, date: pace.date)
  }

  // MARK: - What it is asked

  package func status() -> ServiceStatus.Pipeline {
    let now = state.withLock { $0 }
    var pipeline = ServiceStatus.Pipeline(name: now.plan.name, file: file)
    pipeline.problem = now.problem
    pipeline.rates = settings.rates(now.plan)
    pipeline.streams = now.boards.map { $0.status(troubles.troubles(of: $0.name)) }
    return pipeline
  }

  package func events(stream: String?, limit: Int) -> [ServiceEvent] { ring.events(stream: stream, limit: limit) }

  /// Lets a stream try again at once; false when there is none of the name.
  package func restart(_ stream: String) -> Bool {
    guard let wakeup = state.withLock({ $0.wakeups[stream] }) else { return false }
    wakeup.raise()
    return true
  }

  /// Samples of what passes a stream, until it ends or goes on otherwise.
  package func tap(_ stream: String, after: String?, where filter: String?) throws(TapRefusal) -> Taps.Reader {
    let plan = state.withLock { $0.plan }
    guard let found = plan.streams.first(where: { $0.name == stream }) else {
      let names = plan.streams.map(\.name).joined(separator: ", ")
      throw TapRefusal(.nothingThere, "'\(plan.name)' has no stream '\(stream)'; there is \(names)")
    }
    return try taps.open(found, after: after, where: filter)
  }

  /// Looks at the file now.
  package func reload() { look.raise() }

  /// Lets the streams finish their page, and ends.
  package func stop() {
    ending.withLock { $0 = true }
    state.withLock { $0.stop }?.stop()
    look.raise()
  }

  private var isEnding: Bool { ending.withLock { $0 } }

  // MARK: - Its work

  /// Runs until it is stopped or cancelled.
  package func run() async {
    var jitter = settings.pace.random()
    while !isEnding, !Task.isCancelled {
      // What was checked last may have changed while it was being stopped.
      guard let loaded = try? source.load() else {
        await wait(settings.lookInterval)
        continue
      }
      adopt(loaded.plan)
      await run(loaded, jitter: jitter)
      // What somebody has mended is tried at once.
      jitter = 0
    }
    for board in state.withLock({ $0.boards }) { board.stop() }
    taps.end()
  }

  /// Runs the streams as the file says, until it says something else.
  private func run(_ loaded: PipelineSource.Loaded, jitter: Double) async {
    let stop = StopSignal(settings.pace)
    state.withLock { $0.stop = stop }
    if isEnding { stop.stop() }
    let boards = state.withLock { $0.boards }
    let wakeups = state.withLock { $0.wakeups }
    for (board, stream) in zip(boards, loaded.plan.streams) { board.start(stream, of: loaded.plan) }
    await withTaskGroup { group in
      group.addTask { [self] in
        let work = PipelineWork(
          plan: loaded.plan,
          settings: settings,
          boards: boards,
          wakeups: wakeups,
          ring: ring,
          troubles: troubles,
          taps: taps,
          stop: stop,
          gate: CredentialsGate { api in
            for (board, stream) in zip(boards, loaded.plan.streams) where stream.api?.isOnGateway == api.isOnGateway {
              board.authenticate()
            }
          },
          jitter: jitter
        )
        await work.run()
      }
      group.addTask { [self] in await watch(loaded.digest, stop) }
      group.addTask { [self] in
        while !Task.isCancelled {
          guard (try? await settings.pace.sleep(OpenTroubles.interval)) != nil else { return }
          troubles.rollUp()
        }
      }
      // The work ends when it is stopped.
      await group.next()
      stop.stop()
      await group.next()
      group.cancelAll()
    }
    ring.close()
  }

  /// Returns when the file, or a secret, has changed to something that can run; or with the service.
  private func watch(_ digest: [UInt8], _ stop: StopSignal) async {
    var refused: [UInt8]?
    while !stop.isStopped, !Task.isCancelled {
      await wait(settings.lookInterval)
      if stop.isStopped || isEnding { return }
      do throws(RefusedPipeline) {
        let now = try source.load()
        if refused != nil {
          var event = HealthEvent(OpenTroubles.reloadRefused, .info, stream: "", "the file is right again")
          event.isRecovery = true
          troubles.record(event)
        }
        refused = nil
        state.withLock { $0.problem = nil }
        if now.digest != digest {
          settings.log.info("\(now.plan.name): the file or a secret has changed; its streams finish their page")
          tellWarnings(of: now)
          return stop.stop()
        }
      } catch {
        if error.digest == refused { continue }
        refused = error.digest
        state.withLock { $0.problem = error.description }
        settings.log.error("\(name): the changed file is refused, all goes on as before\n\(error)")
        troubles.record(
          HealthEvent(
            OpenTroubles.reloadRefused,
            .warning,
            stream: "",
            "the changed file is refused, all goes on as before"
          )
        )
      }
    }
  }

  /// Waits, unless somebody asks for the file to be looked at.
  private func wait(_ duration: Duration) async {
    await withTaskGroup { group in
      group.addTask { [settings] in try? await settings.pace.sleep(duration) }
      group.addTask { [look] in await look.wait() }
      await group.next()
      group.cancelAll()
    }
  }
}

extension HealthEvent.Severity {
  fileprivate var level: Logger.Level {
    switch self {
    case .error: .error
    case .warning: .warning
    case .info: .info
    }
  }
}
