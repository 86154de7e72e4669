internal import Health
internal import Records
internal import Streaming

/// The calls of a stream that fail one after another: waits between them, gives up in the end, and tells a person.
///
/// A person is told when it takes long (5 s to wait, or a second failure), at the fifth and at every tenth after that,
/// and when all is well again.
struct CallTroubles {
  private let context: CallContext
  /// Failures since something last went well.
  private var failures = 0
  /// Whether a person was told, and not yet that it is over.
  private var isTold = false
  /// Whether a call of this round was answered: then the login is known to be good.
  private var hasSucceeded = false
  private var hasTriedLogin = false

  init(_ context: CallContext) { self.context = context }

  /// A call went well.
  mutating func end() {
    begin()
    hasTriedLogin = false
    guard isTold else { return }
    isTold = false
    context.notices.trouble(.thirdPartyGeneric, .info, "Qualys answers again") { $0.isRecovery = true }
  }

  /// Something came, though not all: failures are counted from here.
  mutating func begin() {
    failures = 0
    hasSucceeded = true
  }

  /// Waits as long as a failure asks for.
  /// - Throws: the failure itself when waiting does not help, ``Exhausted`` when it has not helped for long.
  mutating func wait(because failure: any Error, at origin: String? = nil) async throws {
    failures += 1
    let refusal = failure as? Refusal
    let reason = (origin.map { "\($0): " } ?? "") + "\(failure)"
    var remedy = refusal?.remedy ?? .again
    if refusal?.status == 401, hasSucceeded, !hasTriedLogin {
      // The login was good a moment ago: once, it may be Qualys' fault.
      hasTriedLogin = true
      remedy = .again
    }
    if remedy == .person {
      tell(.thirdPartyConfig, reason, refusal, nextTry: nil)
      throw failure
    }
    let errorClass = Self.errorClass(of: failure)
    guard failures < context.attempts else {
      tell(errorClass, reason, refusal, nextTry: nil)
      throw Exhausted(attempts: failures, reason: reason)
    }
    let seconds = context.seconds(toWaitFor: remedy, failures: failures)
    let isLong = !isTold && (seconds >= 5 || failures == 2)
    if isLong || failures == 5 || failures % 10 == 0 {
      isTold = true
      tell(errorClass, reason, refusal, nextTry: Int(seconds.rounded(.up)))
    }
    try await context.transport.wait(for: .seconds(seconds), because: reason)
  }

  private func tell(_ errorClass: ErrorClass, _ reason: String, _ refusal: Refusal?, nextTry: Int?) {
    context.notices.trouble(errorClass, .error, reason) {
      $0.httpStatus = refusal?.status
      $0.qualysCode = refusal?.code
      $0.attempt = failures
      $0.nextTry = nextTry
    }
  }

  private static func errorClass(of failure: any Error) -> ErrorClass {
    if case .spill? = failure as? AnswerError { .firstPartyGeneric } else { .thirdPartyGeneric }
  }
}
