/// A stream whose calls can go wrong.
enum FaultStream: String, CaseIterable, Sendable {
  case detections
  case knowledgeBase = "knowledge-base"
  case assets

  /// Its source and stages in a pipeline file; each round without a fault has three calls.
  ///
  /// Detections are asked for as a simulated capture has them.
  func text(qids: [Int]) -> String {
    switch self {
    case .detections:
      """
      source: { detections: { truncation_limit: 4, show_igs: true, show_tags: true } }
          stages: [decode-detections, split-detections, add-event-id, encode-json]
      """
    case .knowledgeBase:
      """
      source: { knowledge-base: { qids: \(qids), qids-per-call: 4 } }
          stages: [decode-knowledge-base, add-event-id, encode-json]
      """
    case .assets:
      """
      source: { assets: { pageSize: 4 } }
          stages: [decode-assets, add-event-id, encode-json]
      """
    }
  }

  /// Calls of a round without a fault.
  static let calls = 3
}
