internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// Collects a request from its parts and has it answered.
final class RequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  private let qualys: SimulatedQualys
  private let refuse: @Sendable (Duration) -> Void
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  /// More than any collector sends; what is over it is not kept.
  private static let mostBytes = 16 << 20

  /// - Parameter refuse: Ends all connections and takes none for a time; it waits as long.
  init(_ qualys: SimulatedQualys, refuse: @escaping @Sendable (Duration) -> Void) {
    self.qualys = qualys
    self.refuse = refuse
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let buffer):
      if body.count + buffer.readableBytes <= Self.mostBytes { body += buffer.readableBytesView }
    case .end:
      guard let head else { return }
      let fields = head.headers.map { ($0.name.lowercased(), $0.value) }
      let request = SimulatedRequest(
        method: head.method.rawValue,
        target: head.uri,
        headers: Dictionary(fields, uniquingKeysWith: { $1 }),
        body: body
      )
      let (qualys, refuse, channel, keepsConnection) = (qualys, refuse, context.channel, head.isKeepAlive)
      // Not on the event loop, which must neither search nor wait.
      Thread.detachNewThread {
        let answer = qualys.answer(request)
        if case .refuse(let time) = answer.fault {
          answer.end(.broken)
          return refuse(time)
        }
        var sender = AnswerSender(answer, over: ServerConnection(channel), keepsConnection: keepsConnection)
        sender.send()
      }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
