/// An answer that is ready to be sent: its head, and a body that is made while it is sent.
struct SimulatedAnswer: Sendable {
  /// Makes the body and gives it away in chunks, the same each time; what the receiver throws ends it.
  typealias Body = @Sendable (_ receive: (_ chunk: [UInt8]) throws -> Void) throws -> Void

  var head: AnswerHead
  var body: Body?

  /// What goes wrong while it is sent.
  var fault: Fault?

  /// What is to be done when it is sent, or was not.
  var end: @Sendable (_ outcome: SimulatedCall.Outcome) -> Void = { _ in }

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

  /// How many bytes the body has, found out by making it.
  func countBody() throws -> Int {
    var count = 0
    try body? { count += $0.count }
    return count
  }
}
