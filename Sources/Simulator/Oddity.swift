/// What a host's XML has or lacks though nothing is wrong with it.
enum Oddity: Sendable {
  /// No DETECTION_LIST.
  case noDetections
  /// Elements that nobody knows.
  case unknownElements
  /// Detections without UNIQUE_VULN_ID.
  case noUniqueIDs

  /// Each of them with one host in five.
  init?(of host: SimulatedHost) {
    switch host.index % 5 {
    case 1: self = .unknownElements
    case 2: self = .noUniqueIDs
    case 3: self = .noDetections
    default: return nil
    }
  }

  static func writeUnknownElements(to writer: inout AnswerWriter) {
    writer.element("A_NEW_FIELD", "of which nobody has told")
    writer.group("A_NEW_LIST") {
      $0.element("ID", 1)
      $0.empty("A_NEW_ITEM")
    }
  }
}
