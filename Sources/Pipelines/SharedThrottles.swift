package import Qualys
internal import Synchronization

/// The throttles of subscriptions, each shared by all pipelines that ask with its name.
package final class SharedThrottles: Sendable {
  private struct Subscription: Hashable {
    var server: String
    var username: String

    /// Nil for a plan that does not say how Qualys is reached.
    init?(_ plan: Plan) {
      guard let qualys = plan.qualys, let username = qualys.username else { return nil }
      server = qualys.platform ?? qualys.server ?? ""
      self.username = username
    }
  }

  private let throttles = Mutex<[Subscription: Throttle]>([:])

  package init() {}

  /// The throttle of a plan's subscription; nil where nobody has asked yet.
  package func throttle(of plan: Plan) -> Throttle? {
    Subscription(plan).flatMap { subscription in throttles.withLock { $0[subscription] } }
  }

  /// The throttle of a plan's subscription; `make` makes the first.
  func throttle(of plan: Plan, _ make: () -> Throttle) -> Throttle {
    guard let subscription = Subscription(plan) else { return make() }
    return throttles.withLock { throttles in
      if let throttle = throttles[subscription] { return throttle }
      let throttle = make()
      throttles[subscription] = throttle
      return throttle
    }
  }
}
