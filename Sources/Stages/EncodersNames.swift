internal import Streaming

/// Names that a log has from its encoder, or a stage of ours: a field of that name could stand in it twice.
enum EncodersNames {
  private static let all: Set<String> = [
    "LogType", "Timestamp", "Part", "Parts", "Detection", "DetectionList", "KnowledgeBase", "KNOWLEDGE_BASE",
    "event_id",
    "entity_id",
  ]

  /// Refuses such a name for a field of the host, or of the record as a whole.
  static func refuse(_ name: String, in option: String) throws(OptionError) {
    guard all.contains(name) else { return }
    throw OptionError(
      option,
      "'\(name)' is a name that Sluice itself writes",
      help: name == "Timestamp" ? "say 'encode-json: { timestamp: FIELD }' instead" : "choose another name"
    )
  }
}
