internal import Glibc
package import Health
package import Pipelines
internal import ServiceLifecycle
internal import Streaming
internal import Synchronization

/// Several pipelines, run for ever; what the endpoint asks is answered here.
package final class SluiceService: Service, ServiceControl {
  private let pipelines: [PipelineService]
  private let version: String
  private let date: @Sendable () -> Int
  private let started: Int

  package init(_ pipelines: [PipelineService], version: String, date: @escaping @Sendable () -> Int) {
    self.pipelines = pipelines
    self.version = version
    self.date = date
    started = date()
  }

  /// Runs until the process is told to end; each stream ends its page first, for 30 seconds at most.
  package func run() async {
    await withGracefulShutdownHandler {
      await withTaskGroup { group in
        for pipeline in pipelines { group.addTask { await pipeline.run() } }
      }
    } onGracefulShutdown: { [pipelines] in
      for pipeline in pipelines { pipeline.stop() }
    }
  }

  /// Looks at all files now.
  package func reload() { for pipeline in pipelines { pipeline.reload() } }

  // MARK: - ServiceControl

  package func status() -> ServiceStatus {
    var status = ServiceStatus(
      version: version,
      process: Int(getpid()),
      started: started,
      now: date(),
      memory: ResidentMemory.bytes
    )
    status.pipelines = pipelines.map { $0.status() }
    return status
  }

  package func events(pipeline: String?, stream: String?, limit: Int) -> [ServiceEvent] {
    pipelines.filter { pipeline == nil || $0.name == pipeline }
      .flatMap { $0.events(stream: stream, limit: limit) }
      .sorted { ($0.time, $0.number) < ($1.time, $1.number) }.suffix(limit)
  }

  package func restart(pipeline: String, stream: String) -> Bool {
    pipelines.first { $0.name == pipeline }?.restart(stream) ?? false
  }

  package func tap(
    pipeline: String,
    stream: String,
    after: String?,
    where filter: String?
  ) throws(TapRefusal) -> Taps.Reader {
    guard let found = pipelines.first(where: { $0.name == pipeline }) else {
      let names = pipelines.map(\.name).joined(separator: ", ")
      throw TapRefusal(.nothingThere, "no pipeline '\(pipeline)' runs here; there is \(names)")
    }
    return try found.tap(stream, after: after, where: filter)
  }
}
