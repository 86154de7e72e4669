package import Qualys
internal import Synchronization

/// The throttles of subscriptions, each shared by all pipelines that ask with its name.
package final class SharedThrottles: Sendable {
  private struct Subscription: Hashable {
    var server: String
    var username: String
  }

  private let throttles = Mutex<[Subscription: Throttle]>([:])

  package init() {}

  /// The throttle of a plan's subscription; `make` makes the first.
  package func throttle(of plan: Plan, _ make: () -> Throttle) -> Throttle {
    guard let qualys = plan.qualys, let username = qualys.username else { return make() }
    let subscription = Subscription(server: qualys.platform ?? qualys.server ?? "", username: username)
    return throttles.withLock { throttles in
      if let throttle = throttles[subscription] { return throttle }
      let throttle = make()
      throttles[subscription] = throttle
      return throttle
    }
  }
}
