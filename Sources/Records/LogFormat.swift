/// How records are written as JSON: which names, which time stamps a log, and what kind it is.
package final class LogFormat: Sendable {
  /// Whose names are written.
  package enum Naming: String, Sendable, CaseIterable {
    /// As Sumo Logic's source and its Qualys app have them.
    case sumo
    /// As Qualys writes them.
    case qualys
  }

  /// What a log is made of.
  package enum Layout: Sendable {
    /// A host's fields, and a list of its detections.
    case host
    /// A host's fields, and one detection.
    case detection
    /// Fields that belong to no host.
    case entry
    /// Members of JSON, with names and values that stay as they are in every naming.
    case asset
  }

  package let naming: Naming
  /// The value of `LogType`.
  package let logType: String
  package let layout: Layout
  /// The field whose text is the log's `Timestamp`; the server's time when the record has none.
  package let timestamp: FieldPath?

  /// Whether a record's own fields are a list of detections, and not one.
  package var isHost: Bool { layout == .host }

  /// Whether records are JSON already.
  package var isJSON: Bool { layout == .asset }

  /// The format of a kind of record, with its usual time unless another field is named.
  package init(of record: any LogRecord.Type, naming: Naming, timestamp: FieldPath? = nil) {
    self.naming = naming
    logType = record.logType
    switch record {
    case is Host.Type: layout = .host
    case is KnowledgeBaseEntry.Type: layout = .entry
    case is Asset.Type: layout = .asset
    default: layout = .detection
    }
    self.timestamp = timestamp ?? Self.usualTimestamps[layout]
  }

  // The paths are right by construction.
  private static let usualTimestamps = [
    Layout.detection: FieldPath("DETECTION.LAST_PROCESSED_DATETIME")!,
    Layout.entry: FieldPath("LAST_SERVICE_MODIFICATION_DATETIME")!,
  ]
}
