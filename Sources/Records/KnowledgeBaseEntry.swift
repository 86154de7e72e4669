internal import Streaming

/// What Qualys knows of one QID: title, severity, scores, how it is found and what to do about it.
///
/// Paths lead from the entry: `TITLE`, `CVE_LIST.CVE.ID`, `CVSS.BASE.@source`.
public struct KnowledgeBaseEntry: LogRecord {
  /// What error messages call it.
  public static let portName = "knowledge-base entries"
  /// What Sumo Logic's source calls its log.
  public static let logType = "knowledgeBaseLogs"

  /// Where the record's fields are; opaque.
  public var fields: Fields
  /// Creates a record of fields.
  public init(_ fields: Fields) { self.fields = fields }
}
