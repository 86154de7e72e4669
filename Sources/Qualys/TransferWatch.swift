/// Counts a body's bytes and the time that was waited for them, and knows which limit is met next.
///
/// Only waiting counts. A consumer that does not ask, since a sink is away, makes no answer late.
struct TransferWatch: Sendable {
  private let limits: TransferLimits
  private var waited = Duration.zero
  private var bytes = 0
  /// The same since the window of the rate began.
  private var waitedInWindow = Duration.zero
  private var bytesInWindow = 0

  init(_ limits: TransferLimits) { self.limits = limits }

  /// How long the next bytes may take, and what is to be said when they take longer.
  var limit: (wait: Duration, late: String) {
    var nearest = (wait: limits.idle, late: "no byte came for \(limits.idle.inSeconds)")
    if isSlow, limits.window - waitedInWindow < nearest.wait {
      nearest = (limits.window - waitedInWindow, tooSlow)
    }
    if limits.total - waited < nearest.wait {
      nearest = (limits.total - waited, "the answer was not at its end after \(limits.total.inSeconds)")
    }
    return nearest
  }

  /// Notes bytes that came after a wait.
  /// - Throws: the limit that they broke.
  mutating func note(_ count: Int, after wait: Duration) throws(BrokenConnection) {
    bytes += count
    waited += wait
    bytesInWindow += count
    waitedInWindow += wait
    if bytes > limits.bytes { throw BrokenConnection("the answer is longer than \(limits.bytes) bytes") }
    guard waitedInWindow >= limits.window else { return }
    if isSlow { throw BrokenConnection(tooSlow) }
    waitedInWindow = .zero
    bytesInWindow = 0
  }

  /// Whether the window has not had its bytes yet.
  private var isSlow: Bool { Double(bytesInWindow) < Double(limits.rate) * (limits.window / .seconds(1)) }

  private var tooSlow: String {
    "fewer than \(limits.rate) bytes a second came, on average over \(limits.window.inSeconds)"
  }
}
