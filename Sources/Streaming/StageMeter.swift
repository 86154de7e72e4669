internal import Synchronization

/// Counts what enters and leaves one stage, from outside it.
public final class StageMeter: Sendable {
  /// The sums of one stage: `entered + created = left + dropped + rejected`, or records were lost.
  public struct Counts: Sendable, Equatable {
    /// Records that came in.
    public var entered = 0
    /// Records more than came in, as the data say.
    public var created = 0
    /// Records that went out.
    public var left = 0
    /// Records left out on purpose, by reason.
    public var dropped: [String: Int] = [:]
    /// Records refused for ever, to the dead-letter file.
    public var rejected = 0

    /// Records that nobody accounts for; negative when the stage made records up.
    public var missing: Int { entered + created - left - dropped.values.reduce(0, +) - rejected }

    /// Creates empty counts.
    public init() {}
  }

  /// The stage's name.
  public let name: String

  private let counts = Mutex(Counts())

  /// Where a stage's rejected records go.
  private let onReject: @Sendable (_ stage: String, _ rejection: Rejection, _ page: Page) throws -> Void

  /// Creates a meter; `onReject` receives each rejected record before the batch travels on.
  package init(
    _ name: String,
    onReject: @escaping @Sendable (_ stage: String, _ rejection: Rejection, _ page: Page) throws -> Void = { _, _, _ in
    }
  ) {
    self.name = name
    self.onReject = onReject
  }

  /// The sums so far.
  public var current: Counts { counts.withLock { $0 } }

  /// Adds what one batch gave.
  package func count<Output>(entered: Int, _ outlet: borrowing Outlet<Output>, on page: Page) throws {
    let (left, created, dropped, rejected) =
      (outlet.records.count, outlet.created, outlet.dropped, outlet.rejected)
    counts.withLock { counts in
      counts.entered += entered
      counts.created += created
      counts.left += left
      for (reason, count) in dropped { counts.dropped[reason, default: 0] += count }
      counts.rejected += rejected.count
    }
    for rejection in rejected { try onReject(name, rejection, page) }
  }

  /// Adds what a decoder found: `created` as the data say, `left` as it gave, `repeated` that had been delivered before.
  package func count(created: Int, left: Int, repeated: Int = 0) {
    counts.withLock { counts in
      counts.created += created
      counts.left += left
      if repeated > 0 { counts.dropped["delivered before", default: 0] += repeated }
    }
  }
}
