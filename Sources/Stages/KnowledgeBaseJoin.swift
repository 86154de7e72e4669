package import Records

/// What joining is, without the fetching: which QIDs are asked for, and how entries are put beside detections.
package enum KnowledgeBaseJoin {
  // The path is right by construction.
  private static let path = FieldPath("DETECTION.QID")!

  /// The QID of a detection; nil when it has none, or one that is no number, for which there is no entry.
  package static func qid(of detection: Detection) -> UInt64? { detection.fields.number(at: path) }

  /// Puts beside each detection what `append` puts on the tape for its QID, and says where.
  ///
  /// It is asked once for all detections of a QID that share an arena; no detection is copied.
  package static func attach(
    to detections: ContiguousArray<Detection>,
    _ append: (_ qid: UInt64?, _ tape: inout TapeBuilder) throws -> Range<Int>
  ) rethrows -> ContiguousArray<Detection> {
    var detections = detections
    var arena: Arena?
    /// Where entries stand on the tape at hand.
    var places: [UInt64?: Range<Int>] = [:]
    try detections.extendTapes(bytes: 512, nodes: 16) { fields, tape in
      if fields.arena !== arena {
        arena = fields.arena
        places.removeAll(keepingCapacity: true)
      }
      let qid = fields.number(at: path)
      if let place = places[qid] {
        fields.joined = place
      } else {
        fields.joined = try append(qid, &tape)
        places[qid] = fields.joined
      }
    }
    return detections
  }
}
