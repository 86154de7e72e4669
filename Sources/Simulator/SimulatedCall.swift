/// A call that has arrived, whatever became of it.
package struct SimulatedCall: Sendable, Equatable {
  /// What became of a call's answer.
  package enum Outcome: Sendable, Equatable {
    /// It is not sent yet, or is being sent.
    case running
    /// All of it was sent, and it was told that this was all.
    case sent
    /// The server broke it off.
    case broken
    /// The client went away.
    case abandoned
  }

  package var api: SimulatedAPI
  /// Its place among the calls of its API, from 1.
  package var number: Int
  package var method: String
  package var path: String
  /// Names and values as they arrived; none for signing in, where they are secrets.
  package var parameters: [NamedValue]
  /// Whether it came with the right credentials, or with a token that held.
  package var isAuthorized: Bool
  /// How many calls of its API were running when it arrived.
  package var overlap: Int
  /// What went wrong with it on purpose.
  package var fault: Fault?
  /// The status it was answered with, or `nil` before.
  package var status: Int?
  package var outcome = Outcome.running
  /// When it arrived.
  package var arrival = ContinuousClock.now

  /// The last value of a parameter.
  package func value(of name: String) -> String? { parameters.last { $0.name == name }?.value }
}
