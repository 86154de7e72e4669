package import Health
package import Pipelines
internal import Qualys
package import Sinks
internal import Streaming
internal import Synchronization

/// What one stream of a service shows of itself.
///
/// Whoever works at the stream writes here, and whoever looks reads; neither waits for the other. Outlives a reload of the
/// pipeline's file.
package final class StreamBoard: Sendable {
  fileprivate struct Contents {
    var life = StreamLife()
    var stateSince: Int
    var plan: PlannedStream
    var every: Duration?
    var follows: String?
    var failure: (message: String, errorClass: ErrorClass)?
    var attempt: Int?
    var nextTry: Int?
    var waiting: Live.Waiting?
    var round: ServiceStatus.Round?
    var last: ServiceStatus.Round?
    var next: Int?
    /// When the round began whose data are here.
    var watermark: Int?
    var rounds = 0
    /// Of the rounds that have ended.
    var counts = ServiceStatus.Counts()
    var stages: [String: ServiceStatus.Stage] = [:]
    /// The round at hand.
    var watched: WatchedStream?
    var progress: Run.Progress?
    /// What the sinks of each output took in the rounds before.
    var taken: [String: Run.Progress.Taken] = [:]
    var spools: [(output: String, number: Int, watch: SpoolWatch)] = []
  }

  package let name: String
  private let date: @Sendable () -> Int
  private let timers: StreamTimers?
  private let contents: Mutex<Contents>

  package init(_ plan: PlannedStream, timers: StreamTimers? = nil, date: @escaping @Sendable () -> Int) {
    name = plan.name
    self.date = date
    self.timers = timers
    contents = Mutex(Contents(stateSince: date(), plan: plan))
  }

  private func change(_ body: (inout Contents) -> Void) {
    let now = date()
    contents.withLock { contents in
      let before = contents.life.state
      body(&contents)
      if contents.life.state != before { contents.stateSince = now }
    }
  }

  // MARK: - What happens

  /// The stream's task runs, with what the file says now.
  package func start(_ stream: PlannedStream, of plan: Plan) {
    change { contents in
      contents.plan = stream
      contents.every = plan.interval(of: stream)
      contents.follows = plan.predecessor(of: stream)?.name
      // After a reload it begins anew, too.
      contents.life = StreamLife()
      contents.life.start()
      contents.failure = nil
      contents.attempt = nil
      contents.nextTry = nil
    }
  }

  package func initialize() { change { $0.life.initialize() } }

  /// Qualys has taken the credentials.
  package func authenticate() { change { $0.life.authenticate() } }

  /// The stream is told to try again by a person.
  package func restart() {
    change { contents in
      contents.life.start()
      contents.life.initialize()
      contents.failure = nil
      contents.nextTry = nil
    }
  }

  /// What the state says of the time before the service.
  package func know(last: FinishedRound?, watermark: Int?) {
    change { contents in
      if contents.last == nil, let last {
        var round = ServiceStatus.Round(began: last.began.flatMap(ServerTime.seconds) ?? last.ended)
        round.ended = last.ended
        round.pages = last.pages
        contents.last = round
      }
      contents.watermark = watermark
    }
  }

  /// What waits for sinks that have a spool, from now on.
  package func watch(_ spools: [(output: String, number: Int, watch: SpoolWatch)]) {
    change { contents in
      // What they refused before the session that ends counts on.
      contents.counts.deadLettered += contents.refusedBySpooled
      contents.spools = spools
    }
  }

  package func next(at time: Int?) { change { $0.next = time } }

  package func beginRound() {
    let now = date()
    timers?.beginRound()
    change { contents in
      contents.next = nil
      contents.round = ServiceStatus.Round(began: now)
    }
  }

  /// What a round, or a part of it behind a failure, goes through.
  package func watch(_ watched: WatchedStream) {
    change { contents in
      contents.addWatched()
      contents.watched = watched
    }
  }

  package func progress(_ progress: Run.Progress) { change { $0.progress = progress } }

  /// A page is committed.
  package func commit() {
    timers?.endPage()
    change { contents in
      contents.life.collect()
      contents.failure = nil
      contents.attempt = nil
      contents.nextTry = nil
      contents.counts.pages += 1
      contents.round?.pages += 1
    }
  }

  package func wait(_ waiting: Live.Waiting?) { change { $0.waiting = waiting } }

  /// A try has failed; `nextTry` is nil when a person must do something first.
  package func fail(_ message: String, _ errorClass: ErrorClass, attempt: Int?, nextTry: Int?) {
    change { contents in
      contents.life.fail()
      contents.failure = (message, errorClass)
      contents.attempt = attempt
      contents.nextTry = nextTry
      if nextTry != nil { contents.counts.retries[errorClass.rawValue, default: 0] += 1 }
    }
  }

  /// What went wrong does so no more, if it was of this class.
  package func recover(from errorClass: ErrorClass?) {
    change { contents in
      guard let failure = contents.failure, failure.errorClass == errorClass else { return }
      contents.life.recover()
      contents.failure = nil
      contents.attempt = nil
      contents.nextTry = nil
    }
  }

  /// It is tried again at a time.
  package func retry(at time: Int) { change { $0.nextTry = time } }

  /// A round has ended well.
  package func endRound(_ report: RunReport.Stream, watermark: Int?) {
    let now = date()
    timers?.endRound()
    change { contents in
      contents.life.collect()
      contents.failure = nil
      contents.attempt = nil
      contents.nextTry = nil
      contents.waiting = nil
      contents.rounds += 1
      contents.counts.repairedCharacters += report.repairedCharacters
      contents.counts.deadLettered += report.deadLetters
      var round = contents.round ?? ServiceStatus.Round(began: now)
      round.ended = now
      round.lines += contents.progress?.lines ?? 0
      contents.addWatched()
      contents.last = round
      contents.round = nil
      contents.watermark = watermark
    }
  }

  /// A round has ended otherwise.
  package func breakRound() {
    change { contents in
      contents.addWatched()
      contents.round = nil
      contents.waiting = nil
    }
  }

  package func stop() { change { $0.life.stop() } }

  // MARK: - What is shown

  package func status(_ troubles: [OpenTroubles.Trouble]) -> ServiceStatus.Stream {
    let now = date()
    return contents.withLock { contents in
      let errors = troubles.count { $0.event.severity == .error }
      let warnings = troubles.count - errors
      var stream = ServiceStatus.Stream(
        name: name,
        logType: contents.plan.api?.logType ?? "",
        state: contents.life.state,
        stateSince: contents.stateSince,
        health: contents.life.state == .error && contents.nextTry == nil || errors > 0
          ? .red : contents.life.state == .error || warnings > 0 ? .yellow : .green
      )
      stream.errors = errors
      stream.warnings = warnings
      stream.message = contents.failure?.message ?? troubles.last?.event.message
      stream.errorClass = contents.failure?.errorClass.rawValue
      stream.attempt = contents.attempt
      stream.nextTry = contents.nextTry
      stream.waitingFor = contents.waiting?.reason
      stream.waitingUntil = contents.waiting?.until
      stream.every = contents.every.map { Int($0.components.seconds) }
      stream.follows = contents.follows
      stream.round = contents.round
      stream.round?.lines += contents.progress?.lines ?? 0
      stream.last = contents.last
      stream.next = contents.next
      stream.behind = contents.watermark.map { max(0, now - $0) }
      stream.rounds = contents.rounds
      stream.queued = contents.queued
      var sums = contents
      sums.addWatched()
      stream.counts = sums.counts
      stream.counts.deadLettered += contents.refusedBySpooled
      // The source gives answers, and the first stage reads them; events are lines already.
      let given = contents.plan.givesHealthEvents ? sums.counts.recordsIn : sums.counts.pages
      stream.stages = contents.plan.stages.map { sums.stage($0.name, of: "") }
      if !stream.stages.isEmpty { stream.stages[0].entered = given }
      stream.stages.insert(ServiceStatus.Stage(name: contents.plan.source.name, entered: given, left: given), at: 0)
      stream.outputs = contents.plan.outputs.map { output in
        var shown = ServiceStatus.Output(name: output.name)
        shown.stages = output.stages.map { sums.stage($0.name, of: output.name) }
        // Each of its sinks has all of them.
        let taken = sums.taken[output.name] ?? Run.Progress.Taken()
        shown.sinks = output.sinks.enumerated().map { number, sink in
          var shown = ServiceStatus.Sink(name: sink.name, lines: taken.lines, bytes: taken.bytes)
          shown.spool = contents.spools.first { $0.output == output.name && $0.number == number }
            .map { ServiceStatus.Spool($0.watch.current) }
          return shown
        }
        return shown
      }
      return stream
    }
  }
}

extension ServiceStatus.Spool {
  fileprivate init(_ contents: SpoolWatch.Contents) {
    self.init(lines: contents.lines, bytes: contents.bytes, limit: contents.limit, isFull: contents.isFull)
    downSince = contents.failure?.since
    message = contents.failure?.message
  }
}

extension StreamBoard.Contents {
  /// Records of the round at hand that have left a stage and not yet come to what stands behind it.
  fileprivate var queued: Int {
    guard let watched else { return 0 }
    let trunk = watched.stages.map(\.current)
    var queued = zip(trunk, trunk.dropFirst()).reduce(0) { $0 + $1.0.left - $1.1.entered }
    for output in watched.outputs {
      let stages = trunk.suffix(1) + output.stages.map(\.current)
      queued += zip(stages, stages.dropFirst()).reduce(0) { $0 + $1.0.left - $1.1.entered }
      queued += stages.last?.left ?? 0
    }
    // Meters are read one after the other, while they count.
    return max(0, queued - (progress?.lines ?? 0))
  }

  /// Records that sinks have refused out of their spools, in this session.
  fileprivate var refusedBySpooled: Int { spools.reduce(0) { $0 + $1.watch.current.refused } }

  /// Adds what the round at hand has counted to the sums, and forgets it.
  fileprivate mutating func addWatched() {
    let lines = progress?.lines ?? 0
    counts.recordsOut += lines
    counts.bytesOut += progress?.bytes ?? 0
    round?.lines += lines
    for (output, more) in zip(watched?.outputs ?? [], progress?.outputs ?? []) {
      taken[output.name, default: Run.Progress.Taken()].lines += more.lines
      taken[output.name, default: Run.Progress.Taken()].bytes += more.bytes
    }
    progress = nil
    guard let watched else { return }
    // The first stage reads answers, and what leaves it is what came in; events come as lines.
    let first = watched.stages.first?.current
    counts.recordsIn +=
      plan.givesHealthEvents ? first?.entered ?? lines / max(1, watched.outputs.count) : first?.left ?? 0
    for meter in watched.stages { add(meter, of: "") }
    for output in watched.outputs {
      for meter in output.stages { add(meter, of: output.name) }
    }
    self.watched = nil
  }

  private mutating func add(_ meter: StageMeter, of output: String) {
    let current = meter.current
    let key = "\(output)/\(meter.name)"
    var stage = stages[key] ?? ServiceStatus.Stage(name: meter.name, entered: 0, left: 0)
    stage.entered += current.entered
    stage.left += current.left
    stages[key] = stage
    counts.filtered += current.dropped.values.reduce(0, +)
  }

  fileprivate func stage(_ name: String, of output: String) -> ServiceStatus.Stage {
    stages["\(output)/\(name)"] ?? ServiceStatus.Stage(name: name, entered: 0, left: 0)
  }
}

extension API {
  /// The `LogType` of what a stream of this API gives.
  fileprivate var logType: String {
    switch self {
    case .detections, .hosts: "vulnerabilityLogs"
    case .knowledgeBase: "knowledgeBaseLogs"
    case .assets: "assetInventory"
    }
  }
}
