internal import NIOCore

/// Ends a connection that has lasted long, whatever it does.
///
/// As many connections may be open as the endpoint allows, and who reads or writes a byte now and then would hold one for
/// ever. After `lifetime` it is closed as soon as no request is under way, after `grace` more in any case. Only an answer
/// that says so by ``LongAnswer`` lasts; its connection ends with it.
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

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is LongAnswer else { return context.fireUserInboundEventTriggered(event) }
    stopTimers()
    context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
  }

  func handlerRemoved(context: ChannelHandlerContext) { stopTimers() }

  private func stopTimers() {
    for timer in timers { timer.cancel() }
    timers = []
  }
}

/// Says that the answer to the request at hand goes on for as long as it is read.
struct LongAnswer: Sendable {}
