internal import Gzip

/// An answer that is ready to be sent: its head, and a body that is made while it is sent.
struct SimulatedAnswer: Sendable {
  /// Makes the body and gives it away in chunks; what the receiver throws ends it.
  typealias Body = @Sendable (_ receive: (_ chunk: [UInt8]) throws -> Void) throws -> Void

  var head: AnswerHead
  var body: Body?

  /// What goes wrong while it is sent.
  var fault: Fault?

  /// What is to be done when it is sent, or was not.
  var end: @Sendable () -> Void = {}

  init(_ head: AnswerHead, _ body: Body?) {
    self.head = head
    self.body = body
  }

  init(_ answer: ErrorAnswer, of api: SimulatedAPI, at answered: SimulatedInstant, limits: Limits) {
    self.init(answer.head(of: api, at: answered, limits: limits), nil)
    if answer.status == 204 { return }
    let bytes = Array(answer.body.utf8)
    body = { try $0(bytes) }
  }

  /// Sends the body as gzip.
  mutating func compress() {
    guard let body else { return }
    head.headers.append(NamedValue("Content-Encoding", "gzip"))
    self.body = { (receive: ([UInt8]) throws -> Void) in
      let compressor = try GzipCompressor(level: 1)
      var output: [UInt8] = []
      try body { (chunk: [UInt8]) throws -> Void in
        Self.compress(chunk, with: compressor, into: &output)
        if output.count < 16 * 1024 { return }
        try receive(output)
        output = []
      }
      compressor.finishMember(into: &output)
      try receive(output)
    }
  }

  private static func compress(_ chunk: [UInt8], with compressor: GzipCompressor, into output: inout [UInt8]) {
    unsafe chunk.withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
  }
}
