internal import Streaming

/// One vulnerability found on one host: the host's fields beside the detection's own.
///
/// Paths lead from the host (`IP`, `DNS_DATA.FQDN`) and, under `DETECTION`, to the detection (`DETECTION.SEVERITY`).
public struct Detection: LogRecord {
  /// What error messages call it.
  public static let portName = "detections"
  /// What Sumo Logic's source calls its log.
  public static let logType = "vulnerabilityLogs"

  /// Where the record's fields are; opaque.
  public var fields: Fields
  /// Creates a record of fields.
  public init(_ fields: Fields) { self.fields = fields }
}
