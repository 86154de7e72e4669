/// How records are written as JSON: which names, which time stamps a log, and what kind it is.
package final class LogFormat: Sendable {
  /// Whose names are written.
  package enum Naming: String, Sendable, CaseIterable {
    /// As Sumo Logic's source and its Qualys app have them.
    case sumo
    /// As Qualys writes them.
    case qualys
  }

  package let naming: Naming
  /// The value of `LogType`.
  package let logType: String
  /// Whether a record's own fields are a list of detections, and not one.
  package let isHost: Bool
  /// Whether records are JSON already, with names and values that stay as they are in every naming.
  package var isJSON: Bool { logType == Asset.logType }
  /// The field whose text is the log's `Timestamp`; the server's time when the record has none.
  package let timestamp: FieldPath?

  package init(naming: Naming, logType: String, isHost: Bool, timestamp: FieldPath?) {
    self.naming = naming
    self.logType = logType
    self.isHost = isHost
    self.timestamp = timestamp
  }
}
