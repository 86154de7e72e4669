internal import Streaming

/// One asset of the inventory, as Qualys' JSON has it.
///
/// Paths lead from the asset (`operatingSystem.osName`) and through arrays to each of their elements
/// (`openPortListData.openPort.port`).
public struct Asset: LogRecord {
  /// What error messages call it.
  public static let portName = "assets"
  /// What Sumo Logic's source calls its log.
  public static let logType = "assetInventory"

  /// Where the record's fields are; opaque.
  public var fields: Fields
  /// Creates a record of fields.
  public init(_ fields: Fields) { self.fields = fields }
}
