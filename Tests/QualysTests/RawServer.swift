import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on loopback that knows no HTTP: it waits for a whole request and then does what a script says, byte by byte.
final class RawServer: Sendable {
  /// What it does.
  enum Step: Sendable {
    case send([UInt8])
    /// So many bytes, each 64 KiB when those before are gone.
    case flood(Int)
    /// Ends the connection as one should.
    case close
    /// Ends it by a reset.
    case reset
    /// Ends it without the goodbye of TLS.
    case cut

    static func text(_ text: String) -> Step { .send(Array(text.utf8)) }

    /// A whole answer.
    static func answer(_ status: Int, _ body: String = "", headers: String...) -> Step {
      let fields = (headers + ["Content-Length: \(body.utf8.count)"]).map { $0 + "\r\n" }.joined()
      return .text("HTTP/1.1 \(status) X\r\n\(fields)\r\n\(body)")
    }
  }

  private let script: @Sendable (_ number: Int, _ request: String) -> [Step]
  private let state = Mutex((requests: [String](), connections: 0, closed: 0, sent: 0))
  private let channels = Mutex<[any Channel]>([])

  private init(_ script: @escaping @Sendable (_ number: Int, _ request: String) -> [Step]) { self.script = script }

  /// The requests so far, each with its body.
  var requests: [String] { state.withLock { $0.requests } }
  /// Connections that were made to it.
  var connections: Int { state.withLock { $0.connections } }
  /// Connections that have ended.
  var closed: Int { state.withLock { $0.closed } }
  /// Bytes that the system took of it.
  var sent: Int { state.withLock { $0.sent } }

  /// Lends a server; `script` is asked for each request, numbered from 1.
  static func with<Result>(
    tls: TLSConfiguration? = nil,
    _ script: @escaping @Sendable (_ number: Int, _ request: String) -> [Step],
    _ body: (RawServer, _ port: Int) async throws -> Result
  ) async throws -> Result {
    let server = RawServer(script)
    let context = try tls.map { try NIOSSLContext(configuration: $0) }
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        server.state.withLock { $0.connections += 1 }
        server.channels.withLock { $0.append(channel) }
        channel.closeFuture.whenComplete { _ in server.state.withLock { $0.closed += 1 } }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Socket(), name: "socket")
          if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
          try channel.pipeline.syncOperations.addHandler(Handler(server))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    func end() async {
      // What is closed already cannot fail to be.
      for channel in [listener] + server.channels.withLock(\.self) { try? await channel.close() }
    }
    do {
      let result = try await body(server, listener.localAddress?.port ?? 0)
      await end()
      return result
    } catch {
      await end()
      throw error
    }
  }

  /// The place below TLS.
  private final class Socket: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: RawServer
    private var bytes: [UInt8] = []

    init(_ server: RawServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes += unwrapInboundIn(data).readableBytesView
      guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return }
      let lines = String(decoding: bytes[..<end], as: UTF8.self).lowercased().split(separator: "\r\n")
      let length = lines.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
      guard bytes.count >= end + length else { return }
      let request = String(decoding: bytes, as: UTF8.self)
      bytes = []
      let number = server.state.withLock { state in
        state.requests.append(request)
        return state.requests.count
      }
      run(server.script(number, request)[...], context)
    }

    private func run(_ steps: ArraySlice<Step>, _ context: ChannelHandlerContext) {
      guard let step = steps.first else { return }
      let rest = steps.dropFirst()
      switch step {
      case .send(let bytes): write(bytes, then: rest, context)
      case .flood(let count):
        let part = min(count, 64 * 1024)
        let after = count > part ? [.flood(count - part)] + rest : rest
        write([UInt8](repeating: UInt8(ascii: "x"), count: part), then: after, context)
      case .close: context.close(promise: nil)
      case .reset:
        // A linger of 0 s makes a reset of a close.
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        closeSocket(context)
      case .cut: closeSocket(context)
      }
    }

    private func closeSocket(_ context: ChannelHandlerContext) {
      if let socket = try? context.pipeline.syncOperations.context(name: "socket") { socket.close(promise: nil) }
    }

    private func write(_ bytes: [UInt8], then rest: ArraySlice<Step>, _ context: ChannelHandlerContext) {
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes))).whenSuccess {
        let (handler, context) = bound.value
        handler.server.state.withLock { $0.sent += bytes.count }
        handler.run(rest, context)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
