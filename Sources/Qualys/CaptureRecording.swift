internal import Synchronization
internal import SystemPackage

/// One exchange that is being captured; ends with its body, or when nobody reads on.
final class CaptureRecording: Sendable {
  private struct Writing {
    var descriptor: FileDescriptor?
    var bytes = 0
    var hasEnded = false
  }

  private let exchange: Capture.Exchange
  private let number: Int
  private let name: String
  private let body: String
  let writer: CaptureWriter
  private let writing = Mutex(Writing())

  init(_ exchange: Capture.Exchange, number: Int, name: String, ending: String, of writer: CaptureWriter) {
    self.exchange = exchange
    self.number = number
    self.name = name
    body = "\(name).\(ending)"
    self.writer = writer
  }

  deinit {
    // Nobody is there to be told.
    try? end(failure: "the rest was not read")
    try? writing.withLock { $0.descriptor }?.close()
  }

  /// Writes the next bytes of the body.
  func append(_ bytes: [UInt8]) throws(CaptureError) {
    let path = FilePath("\(writer.path)/\(body)")
    try writing.withLock { writing throws(CaptureError) in
      let descriptor: FileDescriptor
      if let open = writing.descriptor { descriptor = open } else { descriptor = try writer.disk.create(path) }
      writing.descriptor = descriptor
      try writer.disk.append(bytes, to: descriptor, path)
      writing.bytes += bytes.count
    }
  }

  /// Ends the body, and writes what the exchange was; done once, the first time.
  func end(failure: String?) throws(CaptureError) {
    let (isFirst, bytes, hasBody) = writing.withLock { writing in
      defer { writing.hasEnded = true }
      return (!writing.hasEnded, writing.bytes, writing.descriptor != nil)
    }
    guard isFirst else { return }
    var exchange = exchange
    exchange.body = hasBody ? body : nil
    exchange.failure = failure
    let description = "\(name)\(Capture.exchangeEnding)"
    // What passes by waiting is no failure.
    let failed = failure != nil || ![200, 202, 204, 409, 429].contains(exchange.response.status)
    defer {
      writer.end(number, of: exchange.api, files: [description] + (hasBody ? [body] : []), bytes: bytes, failed: failed)
    }
    let path = FilePath("\(writer.path)/\(description)")
    try writer.disk.replace(path, with: try CaptureWriter.encode(exchange, in: writer.path))
  }
}
