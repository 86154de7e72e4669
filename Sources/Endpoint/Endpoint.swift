internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
package import Service
internal import ServiceLifecycle

/// The HTTP endpoint of a service: its health, status, events and metrics, a page, restarts and taps.
///
/// It keeps nothing of its own but the metrics. Who calls slowly or often meets `EndpointLimits`: 64 connections, each for
/// 30 seconds at most, unless it reads a tap.
package struct Endpoint: ServiceLifecycle.Service {
  var limits = EndpointLimits()
  private let settings: EndpointSettings
  private let rules: AccessRules
  private let control: any ServiceControl
  private let metrics: PrometheusMetrics
  private let onListening: @Sendable (_ port: Int) -> Void

  /// Prepares an endpoint; nothing is open before `run`.
  ///
  /// - Parameters:
  ///   - metrics: Where the service tells what no status has; one of ``PrometheusMetrics/ofService()``.
  ///   - onListening: Is told the port, once.
  /// - Throws: What is wrong with the settings, such as that a token is missing.
  package init(
    _ settings: EndpointSettings,
    over control: any ServiceControl,
    metrics: PrometheusMetrics = .ofService(),
    onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
  ) throws(EndpointError) {
    try settings.check()
    self.settings = settings
    self.onListening = onListening
    self.control = control
    self.metrics = metrics
    rules = AccessRules(settings)
  }

  /// Answers until a graceful shutdown or cancellation; requests under way are answered, within 30 seconds, and taps end.
  ///
  /// - Throws: `EndpointError` when it cannot listen.
  package func run() async throws {
    // Hummingbird's own words name addresses.
    let silence = Logger(label: "endpoint") { _ in SwiftLogNoOpLogHandler() }
    let application = Application(
      responder: EndpointResponder(rules: rules, control: control, limits: limits, prometheus: metrics),
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [ConnectionLifetime(lifetime: limits.lifetime, grace: limits.grace)],
          idleTimeout: limits.idle,
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: limits.headerSize,
            maxHeaderListSize: limits.headersSize,
            maxHeaderFieldCount: 64
          )
        )
      ),
      configuration: .init(
        address: .hostname(settings.address, port: settings.port),
        availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: silence)
      ),
      onServerRunning: { [onListening, settings] channel in
        onListening(channel.localAddress?.port ?? settings.port)
      },
      logger: silence
    )
    let group = ServiceGroup(configuration: .init(services: [application], logger: silence))
    do {
      // A server that is cancelled drops connections it has just accepted, and SwiftNIO ends the process for that. So it
      // runs in a task that nobody cancels.
      let serving = Task { try await group.run() }
      try await withTaskCancellationOrGracefulShutdownHandler {
        try await serving.value
      } onCancelOrGracefulShutdown: {
        Task { await group.triggerGracefulShutdown() }
      }
    } catch let error as IOError {
      throw EndpointError(code: error.errnoCode, listeningOn: settings.port)
    } catch is SocketAddressError.UnknownHost {
      // Its own words name the host.
      throw EndpointError("the endpoint's address leads nowhere; write one of this machine's own")
    }
  }
}
