/// A call that has arrived, whatever became of it.
package struct SimulatedCall: Sendable, Equatable {
  package var api: SimulatedAPI
  /// Its place among the calls of its API, from 1.
  package var number: Int
  package var method: String
  package var path: String
  /// Names and values as they arrived; none for signing in, where they are secrets.
  package var parameters: [NamedValue]
  /// When it arrived.
  package var arrival = ContinuousClock.now

  /// The last value of a parameter.
  package func value(of name: String) -> String? { parameters.last { $0.name == name }?.value }
}
