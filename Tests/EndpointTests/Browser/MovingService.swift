import Foundation
import Health
import Pipelines
import Service
import Synchronization

/// A service whose numbers move each time that someone looks, until they are stopped.
final class MovingService: ServiceControl {
  /// What a careless page would run, or break at.
  static let hostileName =
    "<script>document.title='broken'</script>\"'&amp; \u{202E}🦥 " + String(repeating: "x", count: 260)

  private struct State {
    var looks = 0
    var moves = true
    var restarts: [String] = []
    var hasThird = false
  }

  private let state = Mutex(State())
  private let started = Int(Date().timeIntervalSince1970) - 93_784

  /// What was asked to restart.
  var restarts: [String] { state.withLock { $0.restarts } }

  /// Lets every later look see the same.
  func stop() { state.withLock { $0.moves = false } }

  /// Adds a pipeline whose names are hostile.
  func addHostile() { state.withLock { $0.hasThird = true } }

  func status() -> ServiceStatus {
    let (looks, hasThird) = state.withLock { state in
      if state.moves { state.looks += 1 }
      return (state.looks, state.hasThird)
    }
    let now = started + 93_784 + looks * 2
    var status = ServiceStatus(
      version: "0.6.0 (1a2b3c4)",
      process: 4711,
      started: started,
      now: now,
      memory: 83_412_992
    )
    status.pipelines = [vulnerabilities(looks, now), inventory(looks, now)]
    if hasThird { status.pipelines.append(hostile(looks, now)) }
    return status
  }

  func events(pipeline: String?, stream: String?, limit: Int) -> [ServiceEvent] {
    let looks = state.withLock { $0.looks }
    let all = (1...(6 + looks / 5)).map { event($0) }
    return all.filter { (pipeline ?? $0.pipeline) == $0.pipeline && (stream ?? $0.stream) == $0.stream }.suffix(limit)
  }

  func restart(pipeline: String, stream: String) -> Bool {
    state.withLock { $0.restarts.append("\(pipeline)/\(stream)") }
    return true
  }

  func tap(
    pipeline: String,
    stream: String,
    after: String?,
    where filter: String?
  ) throws(TapRefusal) -> Taps.Reader {
    throw TapRefusal(.nothingThere, "nothing passes here")
  }

  /// A round that runs, its knowledge base behind it, an end that splits.
  private func vulnerabilities(_ looks: Int, _ now: Int) -> ServiceStatus.Pipeline {
    let lines = 2_318_402 + looks * 5_210 + looks * looks % 7 * 900
    var detections = ServiceStatus.Stream(
      name: "detections",
      logType: "vulnerabilityLogs",
      state: .collecting,
      stateSince: started + 4,
      health: .yellow
    )
    detections.warnings = 1
    detections.message = "Qualys allows 12 more calls until the window ends; pages wait for them"
    detections.every = 3600
    detections.waitingFor = "a call that is allowed"
    detections.waitingUntil = now + 41
    detections.round = ServiceStatus.Round(began: now - 742)
    detections.round?.pages = 61 + looks
    detections.round?.lines = lines / 9
    detections.last = ServiceStatus.Round(began: now - 4342)
    detections.last?.ended = now - 3521
    detections.last?.lines = 198_211
    detections.behind = 4342
    detections.rounds = 26
    detections.counts.recordsIn = lines + 4_096
    detections.counts.recordsOut = lines
    detections.counts.filtered = 4_090
    detections.counts.deadLettered = 6
    detections.counts.bytesOut = lines * 1_204
    detections.counts.repairedCharacters = 17
    detections.counts.pages = 1_204 + looks
    detections.counts.retries = ["ThirdPartyGeneric": 3]
    detections.stages = [
      ServiceStatus.Stage(name: "qualys-detections", entered: 310_211 + looks, left: 310_211 + looks),
      ServiceStatus.Stage(name: "split-detections", entered: 310_211 + looks, left: lines + 4_096),
      ServiceStatus.Stage(name: "enrich-with-knowledge-base", entered: lines + 4_096, left: lines + 4_096),
      ServiceStatus.Stage(name: "where", entered: lines + 4_096, left: lines),
      ServiceStatus.Stage(name: "encode-json", entered: lines, left: lines),
    ]
    var archive = ServiceStatus.Output(name: "archive")
    archive.sinks = [ServiceStatus.Sink(name: "gzip-file", lines: lines, bytes: lines * 96)]
    var search = ServiceStatus.Output(name: "search")
    search.stages = [ServiceStatus.Stage(name: "limit-size", entered: lines, left: lines - 12)]
    search.sinks = [ServiceStatus.Sink(name: "http", lines: lines - 12, bytes: lines * 1_190)]
    search.sinks[0].spool = ServiceStatus.Spool(lines: 1_204 + looks, bytes: 1_433_000, limit: 10 << 30)
    detections.outputs = [archive, search]

    var base = ServiceStatus.Stream(
      name: "knowledge-base",
      logType: "knowledgeBaseLogs",
      state: .collecting,
      stateSince: started + 6,
      health: .green
    )
    base.follows = "detections"
    base.last = ServiceStatus.Round(began: now - 3520)
    base.last?.ended = now - 3491
    base.last?.lines = 1
    base.behind = 3520
    base.rounds = 26
    base.counts.recordsIn = 104_233
    base.counts.recordsOut = 104_233
    base.counts.bytesOut = 311_402_118
    base.stages = [
      ServiceStatus.Stage(name: "qualys-knowledge-base", entered: 104_233, left: 104_233),
      ServiceStatus.Stage(name: "encode-json", entered: 104_233, left: 104_233),
    ]
    var only = ServiceStatus.Output(name: "")
    only.sinks = [ServiceStatus.Sink(name: "gzip-file", lines: 104_233, bytes: 31_402_118)]
    base.outputs = [only]

    var pipeline = ServiceStatus.Pipeline(name: "vulnerabilities", file: "/etc/sluice/vulnerabilities.yaml")
    pipeline.streams = [detections, base]
    pipeline.rates = [
      ServiceStatus.Rate(api: "detections", limit: 300, left: max(12, 290 - looks * 3), window: 3600, concurrency: 2),
      ServiceStatus.Rate(api: "knowledge-base", limit: 300, left: 288, window: 3600, concurrency: 2),
    ]
    return pipeline
  }

  /// Stopped by a wrong password, and a changed file that was refused.
  private func inventory(_ looks: Int, _ now: Int) -> ServiceStatus.Pipeline {
    var assets = ServiceStatus.Stream(
      name: "assets",
      logType: "assetInventory",
      state: .error,
      stateSince: now - 1_260,
      health: .red
    )
    assets.errors = 1
    assets.warnings = 2
    assets.errorClass = "ThirdPartyConfig"
    assets.message =
      "Qualys refused the user or the password (401). Mend the secret QUALYS_PASSWORD or the pipeline file, then it goes on by itself; or restart it."
    assets.every = 86_400
    assets.attempt = 2
    assets.behind = 176_520
    assets.stages = [ServiceStatus.Stage(name: "qualys-assets", entered: 0, left: 0)]
    var only = ServiceStatus.Output(name: "")
    only.sinks = [
      ServiceStatus.Sink(name: "gzip-file", lines: 0, bytes: 0), ServiceStatus.Sink(name: "http", lines: 0, bytes: 0),
    ]
    assets.outputs = [only]
    var pipeline = ServiceStatus.Pipeline(name: "inventory", file: "/etc/sluice/inventory.yaml")
    pipeline.problem =
      "The changed file was refused, and what ran before goes on: line 12: 'evry' is no key of a source; 'every' is."
    pipeline.streams = [assets]
    return pipeline
  }

  private func hostile(_ looks: Int, _ now: Int) -> ServiceStatus.Pipeline {
    let name = Self.hostileName
    var stream = ServiceStatus.Stream(name: name, logType: name, state: .stopping, stateSince: now, health: .green)
    stream.message = name
    stream.waitingFor = name
    stream.follows = name
    stream.counts.retries = [name: 1]
    stream.stages = [ServiceStatus.Stage(name: name, entered: looks, left: looks)]
    var output = ServiceStatus.Output(name: name)
    output.sinks = [
      ServiceStatus.Sink(name: name, lines: looks, bytes: looks), ServiceStatus.Sink(name: "b", lines: 0, bytes: 0),
    ]
    stream.outputs = [output, output]
    var pipeline = ServiceStatus.Pipeline(name: name, file: name)
    pipeline.problem = name
    pipeline.streams = [stream]
    pipeline.rates = [ServiceStatus.Rate(api: name, limit: 10, left: 3, window: 60, concurrency: 1)]
    return pipeline
  }

  private func event(_ number: Int) -> ServiceEvent {
    let isAssets = number.isMultiple(of: 3)
    var event = ServiceEvent(
      number: number,
      time: started + 80_000 + number * 311,
      pipeline: isAssets ? "inventory" : "vulnerabilities",
      stream: isAssets ? "assets" : "detections",
      tracker: isAssets ? "ThirdPartyConfigError" : "ThirdPartyGenericError",
      severity: isAssets ? "Error" : "Warning",
      isHealthy: number.isMultiple(of: 4),
      message: isAssets ? "Qualys refused the user or the password." : "Qualys answered that it is busy <b>now</b>."
    )
    event.httpStatus = isAssets ? 401 : 503
    if !isAssets {
      event.qualysCode = "1965"
      event.attempt = number
      event.nextTry = 40
      event.repeats = number == 1 ? 1 : 12
    }
    return event
  }
}
