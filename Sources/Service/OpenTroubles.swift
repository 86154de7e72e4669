package import Health
internal import Synchronization

/// Makes few events of many: the first of a trouble, a roll-up every five minutes while it lasts, and its end.
///
/// Memory: an entry for each trouble that is open.
package final class OpenTroubles: EventRecorder {
  /// How often an open trouble is told of again.
  package static let interval = Duration.seconds(300)

  /// A changed file is refused: no round ends that, but a file that is right.
  package static let reloadRefused = "ReloadRefused"

  /// A trouble that is not over.
  package struct Trouble: Sendable, Equatable {
    /// The last that was told of it.
    package var event: HealthEvent
    /// When it began, and came last, seconds since 1970.
    package var first: Int
    package var last: Int
    package var count = 1
    /// When it was told of last.
    fileprivate var told: Duration
  }

  private struct Key: Hashable {
    var stream: String
    var tracker: String
    var sink: String?
  }

  private let next: any EventRecorder
  private let elapsed: @Sendable () -> Duration
  private let date: @Sendable () -> Int
  private let open = Mutex<[Key: Trouble]>([:])
  /// Held while something begins, comes again or ends until it is told, so that no end is told before its beginning.
  private let telling = Mutex<Void>(())

  package init(
    _ next: any EventRecorder,
    elapsed: @escaping @Sendable () -> Duration,
    date: @escaping @Sendable () -> Int
  ) {
    self.next = next
    self.elapsed = elapsed
    self.date = date
  }

  package func record(_ event: HealthEvent) {
    // What is only said, and what has its own end, is no trouble of the moment.
    if Self.isKept(event.tracker) { return next.record(event) }
    if event.severity == .info, !event.isRecovery { return next.record(event) }
    telling.withLock { _ in
      if event.isRecovery {
        // Whoever told of it may see its end before a page is committed; else it was told already.
        if open.withLock({ $0.removeValue(forKey: Self.key(event)) }) != nil { next.record(event) }
      } else if isNews(event) {
        next.record(event)
      }
    }
  }

  /// Notes a trouble; returns whether it is another one than before, or a worse one.
  private func isNews(_ event: HealthEvent) -> Bool {
    let (now, date) = (elapsed(), date())
    return open.withLock { open in
      let key = Self.key(event)
      guard var trouble = open[key] else {
        open[key] = Trouble(event: event, first: date, last: date, told: now)
        return true
      }
      let isWorse = trouble.event.severity == .warning && event.severity == .error
      trouble.event = event
      trouble.last = date
      trouble.count += 1
      if isWorse { trouble.told = now }
      open[key] = trouble
      return isWorse
    }
  }

  /// Tells of each trouble again that has lasted for five minutes since it was told of.
  package func rollUp() { telling.withLock { _ in tellAgain() } }

  private func tellAgain() {
    let now = elapsed()
    let due = open.withLock { open in
      var due: [Trouble] = []
      for (key, trouble) in open where now - trouble.told >= Self.interval {
        open[key]?.told = now
        due.append(trouble)
      }
      return due
    }
    for trouble in due.sorted(by: { $0.first < $1.first }) {
      var event = trouble.event
      event.counts["repeats"] = trouble.count
      event.counts["first"] = trouble.first
      event.counts["last"] = trouble.last
      next.record(event)
    }
  }

  /// Ends troubles of a stream, and of its pipeline as a whole: those of some classes, or all.
  ///
  /// - Parameter alone: Whether the pipeline's go on: what the stream does well proves nothing of them.
  package func end(of stream: String, _ classes: Set<ErrorClass>? = nil, alone: Bool = false) {
    telling.withLock { _ in tellEnd(of: stream, classes, alone: alone) }
  }

  private func tellEnd(of stream: String, _ classes: Set<ErrorClass>?, alone: Bool) {
    let date = date()
    let ended = open.withLock { open in
      let keys = open.keys.filter { key in
        guard key.stream == stream || key.stream.isEmpty && !alone, key.tracker != Self.reloadRefused, key.sink == nil
        else { return false }
        guard let classes else { return true }
        return open[key]?.event.errorClass.map(classes.contains) ?? false
      }
      return keys.compactMap { open.removeValue(forKey: $0) }
    }
    for trouble in ended.sorted(by: { $0.first < $1.first }) {
      var event = HealthEvent(trouble.event.tracker, .info, stream: trouble.event.stream, Self.words(trouble, date))
      event.errorClass = trouble.event.errorClass
      event.isRecovery = true
      event.counts = ["repeats": trouble.count, "first": trouble.first, "last": trouble.last]
      next.record(event)
    }
  }

  /// What is open of a stream and of the pipeline as a whole, the oldest first.
  package func troubles(of stream: String) -> [Trouble] {
    open.withLock { open in
      open.filter { $0.key.stream == stream || $0.key.stream.isEmpty }.values.sorted { $0.first < $1.first }
    }
  }

  private static func words(_ trouble: Trouble, _ now: Int) -> String {
    let times = trouble.count == 1 ? "once" : "\(trouble.count) times"
    return "over after \(max(0, now - trouble.first)) s; it came \(times): \(trouble.event.message)"
  }

  /// A wrong password is everyone's, and one event for all streams.
  private static func key(_ event: HealthEvent) -> Key {
    let isAccount = event.errorClass == .thirdPartyConfig && event.httpStatus == 401
    return Key(stream: isAccount ? "" : event.stream, tracker: event.tracker, sink: event.sink)
  }

  /// Whether the state itself keeps what an event tells, and says when it is over.
  private static func isKept(_ tracker: String) -> Bool { tracker == "HostQuarantined" }
}
