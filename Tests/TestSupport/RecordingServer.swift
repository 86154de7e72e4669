internal import Glibc
internal import NIOCore
package import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// A server on loopback that keeps what it is sent, and misbehaves by script.
package final class RecordingServer: Sendable {
  /// What it does with a request.
  package enum Behaviour: Sendable {
    /// Stores it and answers.
    case answer(Int, headers: [(String, String)] = [], text: String = "")
    /// Resets the connection as soon as the head is there; stores nothing.
    case reset
    /// Stores it and closes the connection instead of answering.
    case storeAndClose
    /// Stores it and resets the connection instead of answering.
    case storeAndReset
    /// Stores it and answers with a body that ends before its time.
    case storeAndBreak
    /// Stores it and says nothing.
    case storeAndWait
  }

  /// A request as it came.
  package struct Request: Sendable {
    package var head: HTTPRequestHead
    package var body: [UInt8]
    /// Its body, unpacked if it was packed.
    package var text: [UInt8]
    package var wasAnswered: Bool
    /// Whether it is the server's now, as far as the server knows.
    package var wasTaken = true
    package var key: String { header("Idempotency-Key") }

    /// The values of a header field.
    package func header(_ name: String) -> String { head.headers[name].joined(separator: "|") }
  }

  private let script: @Sendable (_ number: Int) -> Behaviour
  private let state = Mutex((seen: 0, connections: 0, stored: [Request]()))
  private let channel = Mutex<(any Channel)?>(nil)

  private init(_ script: @escaping @Sendable (_ number: Int) -> Behaviour) { self.script = script }

  /// Lends a server; `script` is asked for each request, numbered from 1.
  package static func with<Result>(
    _ script: @escaping @Sendable (_ number: Int) -> Behaviour = { _ in .answer(200) },
    _ body: (RecordingServer, _ url: String) async throws -> Result
  ) async throws -> Result {
    let server = RecordingServer(script)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        server.state.withLock { $0.connections += 1 }
        return channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(Handler(server))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/receiver/v1/http/ZaVnC4dhaV3=="
    do {
      let result = try await body(server, url)
      try await channel.close().get()
      return result
    } catch {
      try await channel.close().get()
      throw error
    }
  }

  /// What it has.
  package var stored: [Request] { state.withLock { $0.stored } }
  /// Connections that were made to it.
  package var connections: Int { state.withLock { $0.connections } }

  private func next() -> Behaviour {
    script(
      state.withLock { state in
        state.seen += 1
        return state.seen
      }
    )
  }

  private func store(_ request: Request) { state.withLock { $0.stored.append(request) } }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: RecordingServer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var behaviour = Behaviour.reset

    init(_ server: RecordingServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        self.head = head
        body = []
        behaviour = server.next()
        if case .reset = behaviour { reset(context) }
      case .body(let part): body += part.readableBytesView
      case .end: end(context)
      }
    }

    private func end(_ context: ChannelHandlerContext) {
      guard let head else { return }
      let isPacked = head.headers["Content-Encoding"] == ["gzip"]
      let text = isPacked ? (try? GzipMembers.decompressed(body)) ?? [] : body
      var request = Request(head: head, body: body, text: text, wasAnswered: false)
      if case .answer(let status, _, _) = behaviour {
        request.wasAnswered = true
        request.wasTaken = (200..<300).contains(status)
      }
      if case .reset = behaviour { return }
      server.store(request)
      switch behaviour {
      case .answer(let status, let headers, let text): answer(context, status, headers, text, length: text.utf8.count)
      case .storeAndBreak:
        answer(context, 200, [], "half", length: 100)
        context.close(promise: nil)
      case .storeAndClose: context.close(promise: nil)
      case .storeAndReset: reset(context)
      case .storeAndWait, .reset: break
      }
    }

    private func answer(
      _ context: ChannelHandlerContext,
      _ status: Int,
      _ headers: [(String, String)],
      _ text: String,
      length: Int
    ) {
      var fields = HTTPHeaders(headers)
      fields.add(name: "Content-Length", value: "\(length)")
      let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
      if length == text.utf8.count { context.write(wrapOutboundOut(.end(nil)), promise: nil) }
      context.flush()
    }

    private func reset(_ context: ChannelHandlerContext) {
      // A linger of 0 s makes a reset of a close.
      _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
      context.close(promise: nil)
    }
  }
}
