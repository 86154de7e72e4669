import Health
import Pipelines
import Service
import Synchronization

/// A service that stands still, and notes what is asked of it.
final class FixedControl: ServiceControl {
  struct Question: Equatable {
    var pipeline: String?
    var stream: String?
    var limit: Int
  }

  private let fixed: Mutex<ServiceStatus>
  private let asked = Mutex<[Question]>([])
  private let restarted = Mutex<[String]>([])
  private let tapped = Mutex<[String]>([])
  /// Fills a tap that is opened.
  private let onTap: @Sendable (AsyncStream<[UInt8]>.Continuation) throws(TapRefusal) -> Void

  init(
    _ status: ServiceStatus = .sample(),
    onTap: @escaping @Sendable (AsyncStream<[UInt8]>.Continuation) throws(TapRefusal) -> Void = { $0.finish() }
  ) {
    fixed = Mutex(status)
    self.onTap = onTap
  }

  var questions: [Question] { asked.withLock(\.self) }
  var restarts: [String] { restarted.withLock(\.self) }
  var taps: [String] { tapped.withLock(\.self) }

  func status() -> ServiceStatus { fixed.withLock(\.self) }
  func set(_ status: ServiceStatus) { fixed.withLock { $0 = status } }

  func events(pipeline: String?, stream: String?, limit: Int) -> [ServiceEvent] {
    asked.withLock { $0.append(Question(pipeline: pipeline, stream: stream, limit: limit)) }
    return [.sample]
  }

  func restart(pipeline: String, stream: String) -> Bool {
    restarted.withLock { $0.append("\(pipeline)|\(stream)") }
    return status().pipelines.contains { $0.name == pipeline && $0.streams.contains { $0.name == stream } }
  }

  func tap(
    pipeline: String,
    stream: String,
    after: String?,
    where filter: String?
  ) throws(TapRefusal) -> Taps.Reader {
    tapped.withLock { $0.append([pipeline, stream, after ?? "-", filter ?? "-"].joined(separator: "|")) }
    let (samples, writer) = AsyncStream.makeStream(of: [UInt8].self)
    try onTap(writer)
    return Taps.Reader(samples, writer)
  }
}

extension ServiceEvent {
  static let sample = {
    var event = ServiceEvent(
      number: 7,
      time: 1_800_000_000,
      pipeline: "qualys",
      stream: "detections",
      tracker: "ThirdPartyGenericError",
      severity: "Error",
      isHealthy: false,
      message: "Qualys answered 503"
    )
    event.httpStatus = 503
    return event
  }()
}

extension ServiceStatus {
  /// One pipeline, two streams.
  static func sample(_ detections: StreamState = .collecting, _ knowledge: StreamState = .collecting) -> ServiceStatus {
    var status = ServiceStatus(
      version: "1",
      process: 42,
      started: 1_800_000_000,
      now: 1_800_000_100,
      memory: 50_000_000
    )
    var pipeline = Pipeline(name: "qualys", file: "qualys.yaml")
    pipeline.streams = [
      Stream(name: "detections", logType: "vulnerabilityLogs", state: detections, stateSince: 1, health: .green),
      Stream(name: "knowledge base", logType: "knowledgeBaseLogs", state: knowledge, stateSince: 1, health: .green),
    ]
    pipeline.rates = [Rate(api: "detections", limit: 300, left: 250, window: 3600, concurrency: 2)]
    status.pipelines = [pipeline]
    return status
  }
}
