package import Health
package import Qualys

/// How one stream of a pipeline stands.
package struct StreamStatus: Sendable {
  /// A round that was begun and is not finished.
  package struct RoundAtHand: Sendable, Equatable {
    /// Committed pages.
    package var pages: Int
    /// Where it goes on; nil for its beginning.
    package var place: RoundPlace?
  }

  /// A host, asset or QID that is left out.
  package struct LeftOut: Sendable, Equatable {
    package var id: UInt64
    /// Since when, seconds since 1970; nil when the events say it no more.
    package var since: Int?
    /// What changed of it since then is missing; nil for all of it.
    package var missing: String?
  }

  /// What waits on disk for a sink.
  package struct Spooled: Sendable, Equatable {
    package var sink: String
    /// Lines, as of the end of the last round.
    package var lines: Int
    /// Bytes on disk, and how many there may be.
    package var bytes: Int
    package var limit: Int
  }

  package let name: String
  /// Whether it asks Qualys, so that it can be behind.
  package let isMeasured: Bool
  /// How often `serve` runs it, as the file says.
  package let every: Duration?
  /// Since when the next round asks; nil when no round was ever finished.
  package var window: Since?
  package var round: RoundAtHand?
  package var finished: FinishedRound?
  /// Seconds since the beginning of the round that gave the window; nil when all is still to be asked for.
  package var behind: Int?
  package var leftOut: [LeftOut] = []
  /// Lines in the file of dead letters, of all runs.
  package var deadLetters = 0
  /// What waits for sinks that have a spool, each that has something.
  package var spooled: [Spooled] = []
  /// What went wrong, each kind once, and was not over when the file of events ended.
  package var events: [LoggedEvent] = []
  /// Why the state does not say how far it has come.
  package var problem: String?

  /// How long a round may be out of date, in seconds: twice `every`, or two days.
  ///
  /// A round that is always on time is up to `every` old, and the time that it takes itself, when the next one ends.
  package var limit: Int { 2 * Int((every ?? Self.usualInterval).components.seconds) }

  /// What `every` is taken for when the file does not say it.
  package static let usualInterval = Duration.seconds(86_400)

  package var health: PipelineStatus.Health {
    if problem != nil || events.contains(where: \.needsPerson) { return .needsPerson }
    return isMeasured && behind.map { $0 > limit } ?? true ? .behind : .healthy
  }
}

extension LoggedEvent {
  /// Whether trying again does not help.
  var needsPerson: Bool { errorClass == .thirdPartyConfig && severity == .error }
}
