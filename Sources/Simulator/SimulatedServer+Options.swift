internal import Foundation

extension SimulatedServer {
  /// What is served, to whom, and what goes wrong.
  package struct Options: Sendable {
    /// The hosts and their detections; the pages are those that calls ask for.
    package var detections = DetectionsSimulation.Options()

    /// The assets; the pages are those that calls ask for.
    package var assets = AssetsSimulation.Options()

    /// The port on the loopback interface, or 0 for any that is free.
    package var port = 0

    /// The user name that is let in.
    package var user = "simulator"

    /// The password of that user, which protects nothing.
    package var password = "simulator"

    /// What identity is proved with over TLS, or `nil` for plain HTTP.
    package var tls: TLSFiles?

    /// How many calls of an API a window allows.
    package var rateLimit = 300

    /// The window, which slides.
    package var rateWindow: Duration = .seconds(3_600)

    /// How many calls of an API may run at once.
    package var concurrency = 2

    /// How long a call counts as running after its client went away, at Qualys some minutes.
    package var slotIsKept: Duration = .zero

    /// How header fields about calls at once are spelled.
    package var spelling = LimitSpelling.hyphenated

    /// How many seconds the gateway's tokens last, 4 hours.
    package var tokenLifetime = 14_400

    /// Whether bodies are sent as gzip to whoever accepts it.
    package var compresses = false

    /// What goes wrong.
    package var faults = FaultScript()

    /// What goes wrong by chance with calls that the script has nothing for.
    package var seededFaults: SeededFaults?

    /// The time that accounts are kept in.
    package var now: @Sendable () -> Duration = {
      let start = ContinuousClock.now
      return { start.duration(to: .now) }
    }()

    /// The time that tokens end by, in seconds since 1970.
    package var wallClock: @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }

    /// Creates the options with their defaults.
    package init() {}
  }
}
