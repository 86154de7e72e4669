package import Qualys

/// What calls cost where Qualys counts them by the window.
package struct CallBudget: Sendable, Equatable {
  /// Calls that a window allows, without those that are left for others.
  package let share: Int
  /// Those of them that are left now.
  package let left: Int
  /// The window's length in seconds.
  package let window: Int

  /// Nil when an answer told no limit.
  ///
  /// - Parameter leave: How many percent of the calls are for others.
  package init?(_ headers: RateHeaders, leave: Int) {
    guard let limit = headers.limit else { return nil }
    let reserve = (limit * leave + 99) / 100
    share = max(1, limit - reserve)
    left = max(0, (headers.remaining ?? limit) - reserve)
    // The gateway does not say how long its own is.
    window = headers.window ?? 3600
  }

  /// How long so many calls take from now on, in whole windows: zero when they fit into what is left.
  package func windows(for calls: Int) -> Int { calls <= left ? 0 : (calls - left + share - 1) / share }

  /// The shortest interval, in seconds, at which so many calls can be made again and again.
  package func interval(for calls: Int) -> Int { (calls * window + share - 1) / share }

  /// How many calls can be made again and again at an interval, in seconds.
  package func calls(every interval: Int) -> Int { share * interval / window }

  /// Whether so many calls can be made again and again at an interval, in seconds.
  package func allows(_ calls: Int, every interval: Int) -> Bool {
    Double(calls) * Double(window) <= Double(share) * Double(interval)
  }
}
