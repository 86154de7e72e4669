internal import NIOCore

/// Ends a connection that has lasted long, whatever it does.
///
/// As many connections may be open as the endpoint allows, and who reads or writes a byte now and then would hold one for
/// ever. After `lifetime` it is closed as soon as no request is under way, after `grace` more in any case.
final class ConnectionLifetime: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  private let lifetime: TimeAmount
  private let grace: TimeAmount
  private var timers: [Scheduled<Void>] = []

  init(lifetime: TimeAmount, grace: TimeAmount) {
    self.lifetime = lifetime
    self.grace = grace
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let loop = context.eventLoop.assumeIsolated()
    timers = [
      loop.scheduleTask(in: lifetime) { context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) },
      loop.scheduleTask(in: lifetime + grace) { context.close(promise: nil) },
    ]
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    for timer in timers { timer.cancel() }
    timers = []
  }
}
