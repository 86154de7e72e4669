internal import Foundation
internal import NIOCore
internal import NIOSSL

/// A client's connection, as whoever answers on a thread of its own sees it: each call waits until it is done.
struct ServerConnection {
  private let channel: any Channel

  init(_ channel: any Channel) {
    self.channel = channel
  }

  /// The client is gone.
  struct Closed: Error {}

  /// Writes bytes, and waits until the kernel has them.
  func write(_ bytes: ByteBuffer) throws {
    if bytes.readableBytes == 0 { return }
    try channel.writeAndFlush(bytes).wait()
  }

  /// Ends the connection as one should: over TLS with a close_notify.
  func close() {
    // It may be closed already.
    try? channel.close().wait()
  }

  /// Ends the connection below TLS.
  func drop() {
    let dropped = channel.eventLoop.flatSubmit { [channel] () -> EventLoopFuture<Void> in
      let promise = channel.eventLoop.makePromise(of: Void.self)
      if let context = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
        context.close(promise: promise)
      } else {
        channel.close(promise: promise)
      }
      return promise.futureResult
    }
    // It may be closed already.
    try? dropped.wait()
  }

  /// Has the next end be a reset: with nothing to linger for, the kernel sends no FIN.
  func lingerForNothing() throws {
    guard let provider = channel as? any SocketOptionProvider else { return }
    try provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).wait()
  }

  /// Waits, unless the connection ends first.
  func pause(for duration: Duration) throws {
    let closed = DispatchSemaphore(value: 0)
    channel.closeFuture.whenComplete { _ in closed.signal() }
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    if closed.wait(timeout: .now() + seconds) == .success { throw Closed() }
  }
}
