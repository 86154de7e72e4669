internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import Pipelines
internal import ServiceLifecycle

extension Response {
  /// Samples, each a line as soon as it is taken, until the tap or the endpoint ends or the reader goes away.
  ///
  /// An empty line now and then finds readers that went without a word; one that does not read any more is cut off.
  static func samples(of reader: Taps.Reader, over channel: any Channel, _ limits: EndpointLimits) -> Response {
    let body = ResponseBody { writer in
      channel.pipeline.fireUserInboundEventTriggered(LongAnswer())
      let beats = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: limits.beat) { _ in reader.beat() }
      defer { beats.cancel() }
      for await sample in reader.samples.cancelOnGracefulShutdown() {
        let patience = channel.eventLoop.scheduleTask(in: limits.reading) { channel.close(promise: nil) }
        defer { patience.cancel() }
        try await writer.write(ByteBuffer(bytes: sample + [UInt8(ascii: "\n")]))
      }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
  }
}
