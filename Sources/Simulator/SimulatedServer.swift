internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
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
  let qualys: SimulatedQualys
  private let state = Mutex(State())

  fileprivate struct State {
    var listener: (any Channel)?
    var port = 0
    var isStopped = false
    var connections: [ObjectIdentifier: any Channel] = [:]
  }

  /// Prepares a server; nothing is open before `start`.
  package init(_ options: Options = Options()) {
    self.options = options
    qualys = SimulatedQualys(options)
  }

  /// The calls so far, in the order in which they arrived.
  package var calls: [SimulatedCall] { qualys.calls }

  /// The gateway's tokens so far, for who looks for them where they must not be.
  package var tokens: [String] { qualys.tokens }

  /// The day on which it answers, from 1: raise it, and hosts were scanned again and assets have changed.
  package var round: Int {
    get { qualys.round }
    set { qualys.round = newValue }
  }

  /// Begins to listen.
  ///
  /// - Returns: The port.
  /// - Throws: What the system says, such as that the port is taken, or what is wrong with the certificate.
  package func start() async throws -> Int {
    let listener = try await makeBootstrap().bind(host: "127.0.0.1", port: options.port).get()
    let port = listener.localAddress?.port ?? options.port
    state.withLock { state in
      state.listener = listener
      state.port = port
      state.isStopped = false
    }
    return port
  }

  /// Stops listening and ends all connections.
  package func stop() async {
    let channels = state.withLock { state in
      state.isStopped = true
      return state.takeChannels()
    }
    // What is closed already cannot fail to be.
    for channel in channels { try? await channel.close() }
  }

  /// Ends all connections, and takes none for a time; waits as long.
  private func refuse(for time: Duration) {
    let channels = state.withLock { $0.takeChannels() }
    // What is closed already cannot fail to be.
    for channel in channels { try? channel.close().wait() }
    Thread.sleep(forTimeInterval: Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
    let (port, isStopped) = state.withLock { ($0.port, $0.isStopped) }
    // Without a listener all calls fail, which whoever waits for them sees.
    guard !isStopped, let listener = try? makeBootstrap().bind(host: "127.0.0.1", port: port).wait() else { return }
    let isLate = state.withLock { state in
      if state.isStopped { return true }
      state.listener = listener
      return false
    }
    if isLate { try? listener.close().wait() }
  }

  private func makeBootstrap() throws -> ServerBootstrap {
    let context = try options.tls?.makeContext()
    return ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
          try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
          try pipeline.addHandler(RequestHandler(qualys) { [self] in refuse(for: $0) })
          keep(channel)
        }
      }
  }

  private func keep(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    state.withLock { $0.connections[id] = channel }
    channel.closeFuture.whenComplete { [self] _ in state.withLock { _ = $0.connections.removeValue(forKey: id) } }
  }
}

extension SimulatedServer.State {
  /// The listener, which is forgotten, and all connections, which forget themselves.
  fileprivate mutating func takeChannels() -> [any Channel] {
    defer { listener = nil }
    return [listener].compactMap(\.self) + connections.values
  }
}
