internal import Streaming

/// A host, or a part of one: its fields and at most about 256 KiB of its detections.
///
/// Paths lead from the host; its detections stand under `DETECTION_LIST.DETECTION`.
public struct Host: LogRecord {
  /// What error messages call it.
  public static let portName = "hosts"
  /// What Sumo Logic's source calls its log.
  public static let logType = "vulnerabilityLogs"

  /// Where the record's fields are; opaque.
  public var fields: Fields {
    didSet { detectionCount = Self.count(fields) }
  }
  /// Detections in this part, as the decoder counted their end tags.
  package var detectionCount: Int

  package init(_ fields: Fields, detectionCount: Int) {
    self.fields = fields
    self.detectionCount = detectionCount
  }

  /// Creates a record of fields.
  public init(_ fields: Fields) {
    self.fields = fields
    detectionCount = Self.count(fields)
  }

  private static func count(_ fields: Fields) -> Int {
    var count = 0
    fields.forEachDetection { _ in count += 1 }
    return count
  }
}

extension Fields {
  /// Calls `body` with the nodes of each detection of a host.
  @inline(__always)
  package func forEachDetection(_ body: (Range<Int>) -> Void) {
    var index = inner.lowerBound
    let end = inner.upperBound
    while index < end {
      let node = unsafe arena.nodes[index]
      guard node.depth == 2, node.name == WellKnownName.detection, node.kind == .element else {
        index += 1
        continue
      }
      let next = arena.end(of: index)
      body(index..<next)
      index = next
    }
  }
}
