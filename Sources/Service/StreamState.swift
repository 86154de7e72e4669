/// Where a stream of a service stands, in Sumo Logic's words (`sumo`, states).
package enum StreamState: String, Codable, Sendable, CaseIterable {
  /// It was read and checked.
  case pending = "Pending"
  /// Its task runs.
  case started = "Started"
  /// Its state is open, and all that it needs is made.
  case initialized = "Initialized"
  /// Qualys has taken the credentials.
  case authenticated = "Authenticated"
  /// What was asked for comes in, or the next round is waited for.
  case collecting = "Collecting"
  /// It failed: it is tried again, or a person must do something first.
  case error = "Error"
  /// It ends what it has begun.
  case stopping = "Stopping"
}
