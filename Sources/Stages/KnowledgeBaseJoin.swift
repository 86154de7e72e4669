package import Records

/// What joining is, without the fetching: which QIDs are asked for, and how entries are put beside detections.
package enum KnowledgeBaseJoin {
  // The path is right by construction.
  private static let qid = FieldPath("DETECTION.QID")!

  /// The QID of a detection, as Qualys writes it; empty when it has none.
  package static func qid(of detection: Detection) -> String { detection.value(at: qid) ?? "" }

  /// Puts beside each detection the entry of its QID, or that there is none.
  ///
  /// Entries are copied once for all detections that share an arena; no detection is copied.
  package static func attach(
    to detections: ContiguousArray<Detection>,
    _ entry: (_ qid: String) -> JoinedEntry?
  ) -> ContiguousArray<Detection> {
    var detections = detections
    var arena: Arena?
    /// Where entries stand on the tape at hand.
    var places: [String: Range<Int>] = [:]
    detections.extendTapes(bytes: 1024, nodes: 16) { fields, tape in
      if fields.arena !== arena {
        arena = fields.arena
        places.removeAll(keepingCapacity: true)
      }
      let qid = Self.qid(of: Detection(fields))
      let place = places[qid] ?? tape.append(entry(qid) ?? .missing)
      places[qid] = place
      fields.joined = place
    }
    return detections
  }
}
