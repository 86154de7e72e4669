internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
package import Service
internal import ServiceLifecycle

/// The HTTP endpoint of a service: its health, status, events and metrics, a page, and restarts.
///
/// It keeps nothing of its own but the metrics. At most 64 connections are open, each for 30 seconds at most and with
/// headers of 16 KiB at most, so that who calls slowly or often cannot hurt the streams.
package struct Endpoint: ServiceLifecycle.Service {
  static let mostConnections = 64

  private let settings: EndpointSettings
  private let responder: EndpointResponder
  private let onListening: @Sendable (_ port: Int) -> Void

  /// Prepares an endpoint; nothing is open before `run`.
  ///
  /// - Parameter onListening: Is told the port, once.
  /// - Throws: What is wrong with the settings, such as that a token is missing.
  package init(
    _ settings: EndpointSettings,
    over control: any ServiceControl,
    onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
  ) throws(EndpointError) {
    try settings.check()
    self.settings = settings
    self.onListening = onListening
    responder = EndpointResponder(rules: AccessRules(settings), control: control)
  }

  /// Answers until a graceful shutdown or cancellation; requests under way are answered, within 30 seconds.
  ///
  /// - Throws: `EndpointError` when it cannot listen.
  package func run() async throws {
    // Hummingbird's own words name addresses.
    let silence = Logger(label: "endpoint") { _ in SwiftLogNoOpLogHandler() }
    let application = Application(
      responder: responder,
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [ConnectionLifetime()],
          idleTimeout: .seconds(15),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 8 << 10,
            maxHeaderListSize: 16 << 10,
            maxHeaderFieldCount: 64
          )
        )
      ),
      configuration: .init(
        address: .hostname(settings.address, port: settings.port),
        availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections, logger: silence)
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
    }
  }
}
