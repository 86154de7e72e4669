package import Health
package import Qualys
package import State
package import Streaming

/// What a run that asks Qualys itself needs besides its plan.
package struct Live: Sendable {
  /// Makes what reaches Qualys as the plan says; `wrap` may put something right above the network.
  ///
  /// - Throws: What a person must mend: a certificate that cannot be read, say.
  package typealias Connect =
    @Sendable (
      _ plan: Plan, _ live: Live, _ wrap: @Sendable (any Transport) -> any Transport
    ) throws -> LiveConnection

  /// Something that is waited for.
  package struct Waiting: Sendable, Equatable {
    /// Until when, seconds since 1970 by the clock on the wall.
    package let until: Int
    package let reason: String

    package init(until: Int, reason: String) {
      self.until = until
      self.reason = reason
    }
  }

  package var connect: Connect
  /// Since when this one round asks, instead of everything that the file and the state say.
  package var since: Since?
  /// Whether what passes is waited out for ever; else the run ends after the usual attempts.
  package var waits = false
  /// Whether answers may be asked for before they are wanted; a capture has them in their order.
  package var readsAhead = true
  /// Whether a first round says what to expect, which costs one cheap call for each stream.
  package var tellsSize = false
  /// Whether the state is only looked at: a run over other input, or up to a limit, must not move it.
  package var keepsState = true
  /// Takes what a person should know.
  package var events: any EventRecorder = NoEvents()
  /// Says that the run is to end.
  package var stop = StopSignal()
  package var pace = Pace.system
  /// Told what is said aloud while the run goes on.
  package var onNotice: @Sendable (String) -> Void = { _ in }
  /// Told what is waited for, and nil when that is over.
  package var onWait: @Sendable (Waiting?) -> Void = { _ in }

  /// Told what a stream's round goes through, before it begins.
  package var onStream: @Sendable (WatchedStream) -> Void = { _ in }

  /// Told of each try that failed.
  package var onFailure: @Sendable (Failure) -> Void = { _ in }

  /// A try that failed.
  package struct Failure: Sendable {
    package let stream: String
    package let error: any Error
    /// The number of the try in this round, from 1.
    package let attempt: Int
    /// Seconds until the next; nil when there is none in this round.
    package let wait: Int?
  }

  /// Returns when somebody wants what is waited for to be tried at once; nil where nobody can.
  package var hasten: (@Sendable () async -> Void)?

  /// Waits, but not for longer than somebody wants.
  ///
  /// - Throws: What the wait throws.
  func unlessHastened(_ wait: @escaping @Sendable () async throws -> Void) async throws {
    guard let hasten else { return try await wait() }
    try await withThrowingTaskGroup { group in
      group.addTask { try await wait() }
      group.addTask { await hasten() }
      defer { group.cancelAll() }
      try await group.next()
    }
    try Task.checkCancellation()
  }

  /// Bytes that are free in a folder; nil when nobody looks, or can tell.
  package var freeSpace: @Sendable (_ folder: String) -> Int? = { _ in nil }

  /// May put something between the run and its state.
  package var keeping: @Sendable (any StateStore) -> any StateStore = { $0 }

  package init(_ connect: @escaping Connect = LiveStack.connection) { self.connect = connect }
}
