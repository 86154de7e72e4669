internal import ArgumentParser
internal import Endpoint
internal import Foundation
internal import Logging
internal import Pipelines
internal import Qualys
internal import Service
internal import ServiceLifecycle
internal import UnixSignals

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Runs pipelines as a service: each stream's rounds in their time, for ever.",
    discussion: """
      A stream has a round each 'every' of its file: else each hour for detections and each day for assets; a stream \
      behind another follows it. A round that is late begins at once, and its window reaches back to the last one. What \
      passes is waited out for ever; what a person must mend (a wrong password, say) stops its stream without a further \
      call until the file or a secret that it reads changes, or somebody restarts it. Files of one subscription share \
      its limits.

        sluice serve detections
        sluice serve detections.yaml assets.yaml --listen 127.0.0.1:8090 --token-file token
        curl -X POST -H "Authorization: Bearer $(cat token)" http://127.0.0.1:8090/streams/detections/detections/restart

      http://127.0.0.1:8090/ is a page to look at; there are /health/live, /health/ready, /status, /events and /metrics, too, \
      and 'sluice top' and 'sluice tap' for the terminal. \
      SIGHUP, or a changed file, has it read again: it is checked first and refused whole when it is wrong. SIGTERM and \
      SIGINT let the pages at hand end, for 30 seconds at most. What it says goes to standard error, as JSON where \
      that is no terminal.
      """
  )

  @Argument(help: ArgumentHelp("Pipeline files, or the names of some in the folder Pipelines.", valueName: "pipeline"))
  var pipelines: [String]

  @Option(help: ArgumentHelp("Keep each pipeline's state in a folder of its name in this one.", valueName: "folder"))
  var state: String?

  @Option(help: ArgumentHelp("Where the endpoint listens; port 0 for any that is free.", valueName: "address:port"))
  var listen = "127.0.0.1:8090"

  @Option(
    help: ArgumentHelp(
      """
      The token for whatever changes something, and for everything when others can reach the endpoint; else it is looked \
      for as SLUICE_TOKEN, as every secret is.
      """,
      valueName: "file"
    )
  )
  var tokenFile: String?

  @Option(help: ArgumentHelp("How many cores a round may use; all by default.", valueName: "count"))
  var cores: Int = max(1, ProcessInfo.processInfo.activeProcessorCount)

  func validate() throws {
    if cores < 1 { throw ValidationError("'--cores' takes a number from 1.") }
    if address == nil { throw ValidationError("'--listen' takes an address and a port, such as 127.0.0.1:8090.") }
  }

  private var address: (host: String, port: Int)? {
    guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
      (0...65_535).contains(port), colon != listen.startIndex
    else { return nil }
    let host = String(listen[..<colon])
    return (host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host, port)
  }

  func run() async throws {
    let log = Logger(label: "sluice") { _ in ServiceLogHandler() }
    let throttles = SharedThrottles()
    let metrics = PrometheusMetrics.ofService()
    let services = try pipelines.map { try pipelineService(of: $0, log, throttles, metrics) }
    let names = services.map(\.name)
    for name in Set(names) where names.count(where: { $0 == name }) > 1 {
      say("sluice: two of the files are named '\(name)', and would share a state; give one of them another name")
      throw ExitStatus.configuration
    }
    let service = SluiceService(services, version: Version.text) {
      Int(Date().timeIntervalSince1970)
    }
    let endpoint = try self.endpoint(over: service, log, metrics)
    let notifier = SystemdNotifier(environment: { ProcessInfo.processInfo.environment[$0] }) {
      let streams = service.status().pipelines.flatMap(\.streams)
      let words = ServiceStatus.Health.allCases.map { health in "\(streams.count { $0.health == health }) \(health)" }
      return "\(streams.count) streams: \(words.joined(separator: ", "))"
    }
    signal(SIGHUP, SIG_IGN)
    let hangUps = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
    hangUps.setEventHandler { service.reload() }
    hangUps.resume()
    defer { hangUps.cancel() }
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(service: service),
        .init(service: endpoint, failureTerminationBehavior: .gracefullyShutdownGroup),
        .init(service: notifier),
      ],
      gracefulShutdownSignals: [.sigterm, .sigint],
      logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
    )
    // Streams have 30 seconds.
    configuration.maximumGracefulShutdownDuration = .seconds(40)
    log.info("serving \(names.joined(separator: ", "))")
    CodeMemory.letGo()
    do {
      try await ServiceGroup(configuration: configuration).run()
    } catch let error as EndpointError {
      say("sluice: \(error)")
      throw ExitStatus.tryLater
    }
    log.info("ended; what is delivered is kept, and the next start goes on behind it")
  }

  private func pipelineService(
    of pipeline: String,
    _ log: Logger,
    _ throttles: SharedThrottles,
    _ metrics: PrometheusMetrics
  ) throws -> PipelineService {
    let file = try PipelineLocator.find(pipeline)
    let state = state
    @Sendable func folder(_ plan: Plan) -> String {
      state.map { "\($0)/\(plan.name)" } ?? LiveOptions.stateFolder(of: plan, option: nil)
    }
    var settings = PipelineService.Settings(
      stateFolder: { folder($0) },
      connect: LiveStack.connection(sharing: throttles)
    )
    settings.cores = cores
    settings.metrics = metrics
    settings.freeSpace = { Live.freeSpace(in: $0) }
    settings.rates = { plan in
      (throttles.throttle(of: plan)?.rates ?? []).map { rate in
        ServiceStatus.Rate(
          api: rate.api.rawValue,
          limit: rate.limit,
          left: rate.left,
          window: rate.window,
          concurrency: rate.concurrency
        )
      }
    }
    settings.log = Logger(label: "pipeline") { _ in ServiceLogHandler(hidesHosts: true) }
    settings.events = { plan in
      LiveOptions.events(of: plan, state: folder(plan)) { text in log.error("\(text)") }
    }
    let registry = Components.registry
    do throws(RefusedPipeline) {
      return try PipelineService(PipelineSource(file: file, registry: registry), settings)
    } catch {
      say("\(error)")
      say("sluice: '\(file)' cannot be served as it is; nothing was run")
      throw ExitStatus.configuration
    }
  }

  private func endpoint(over service: SluiceService, _ log: Logger, _ metrics: PrometheusMetrics) throws -> Endpoint {
    var settings = EndpointSettings(token: try EndpointToken.read(from: tokenFile))
    if let address { (settings.address, settings.port) = address }
    let host = settings.address.contains(":") ? "[\(settings.address)]" : settings.address
    do throws(EndpointError) {
      return try Endpoint(settings, over: service, metrics: metrics) { log.info("listening on http://\(host):\($0)") }
    } catch {
      say("sluice: \(error)")
      throw ExitStatus.configuration
    }
  }
}
