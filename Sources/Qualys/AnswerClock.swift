internal import Streaming
internal import Synchronization

/// The server's clock in the first answer that a source was given in a round, by its `Date`: for answers that do not say
/// the time themselves, and for one that says that nothing is there.
package final class AnswerClock: Sendable {
  private struct First {
    var time: Int?
  }
  private let first = Mutex<First?>(nil)

  package init() {}

  /// Whether there was an answer.
  package var hasAnswer: Bool { first.withLock { $0 != nil } }

  /// When the first answer was given, seconds since 1970; nil when it did not say: a later one may be too late.
  package var time: Int? { first.withLock { $0?.time } }

  func note(_ answer: APIResponse) {
    let time = answer.header("Date").flatMap(HTTPDate.seconds)
    first.withLock { $0 = $0 ?? First(time: time) }
  }
}
