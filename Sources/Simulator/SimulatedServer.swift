internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// A Qualys of one's own on the loopback interface, faithful and misbehaving.
///
/// It serves the Host List Detection API, the Host List (numbers only), the KnowledgeBase, and the gateway's asset
/// inventory with its sign-in, keeps accounts of calls, and does what its fault script says.
///
/// ```swift
/// let server = SimulatedServer(options)
/// let port = try await server.start()
/// …
/// #expect(server.calls.map(\.api) == [.detections, .detections])
/// await server.stop()
/// ```
package final class SimulatedServer: Sendable {
  private let options: Options
  private let qualys: SimulatedQualys
  private let state = Mutex(State())

  private struct State {
    var listener: (any Channel)?
    var connections: [ObjectIdentifier: any Channel] = [:]
  }

  /// Prepares a server; nothing is open before `start`.
  package init(_ options: Options = Options()) {
    self.options = options
    qualys = SimulatedQualys(options)
  }

  /// The calls so far, in the order in which they arrived.
  package var calls: [SimulatedCall] { qualys.calls }

  /// The day on which it answers, from 1: raise it, and hosts were scanned again and assets have changed.
  package var round: Int {
    get { qualys.round }
    set { qualys.round = newValue }
  }

  /// Begins to listen.
  ///
  /// - Returns: The port.
  /// - Throws: What the system says, such as that the port is taken.
  package func start() async throws -> Int {
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(RequestHandler(qualys))
          keep(channel)
        }
      }
    let listener = try await bootstrap.bind(host: "127.0.0.1", port: options.port).get()
    state.withLock { $0.listener = listener }
    return listener.localAddress?.port ?? options.port
  }

  /// Stops listening and ends all connections.
  package func stop() async {
    let channels = state.withLock { state in
      defer { state.listener = nil }
      return [state.listener].compactMap(\.self) + state.connections.values
    }
    // What is closed already cannot fail to be.
    for channel in channels { try? await channel.close() }
  }

  private func keep(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    state.withLock { $0.connections[id] = channel }
    channel.closeFuture.whenComplete { [self] _ in state.withLock { _ = $0.connections.removeValue(forKey: id) } }
  }
}
