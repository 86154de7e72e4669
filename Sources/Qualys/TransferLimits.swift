/// How long Qualys may take, and how much it may send.
///
/// None bounds a whole answer: a page that keeps coming is never too big, however long it takes, up to a guard that no
/// honest answer meets.
package struct TransferLimits: Sendable {
  /// From asking for a connection until it stands.
  package var connect = Duration.seconds(10)
  /// From sending until the answer's head is there: Qualys prepares a whole page before it.
  package var firstByte = Duration.seconds(600)
  /// Between bytes of a body.
  package var idle = Duration.seconds(120)
  /// Bytes that come in each second of a body, on average over ``window``.
  package var rate = 1_000
  package var window = Duration.seconds(300)
  /// For a body as a whole.
  package var total = Duration.seconds(6 * 3_600)
  /// Bytes of a body on the wire.
  package var bytes = 8 << 30

  package init() {}

  /// The limits for an API.
  ///
  /// The KnowledgeBase's answers begin at once, with comments that keep the connection alive while the rest is prepared.
  func limits(for api: API) -> TransferLimits {
    guard api == .knowledgeBase else { return self }
    var limits = self
    limits.window = max(window, firstByte)
    return limits
  }
}
