/// Words of components that a later version brings, so that a file that uses them is told so.
enum WordsToCome {
  /// Sources that ask Qualys; with `replay` or `--input` they are read from saved answers.
  static let sources: [(name: String, answers: String)] = [
    ("detections", "detections-*.xml"), ("knowledge-base", "knowledge-base-*.xml"), ("assets", "assets-*.json"),
  ]

  private static let others: Set<String> = ["join-knowledge-base"]

  /// Whether a later version brings a component.
  static func contains(_ name: String) -> Bool { others.contains(name) || sources.contains { $0.name == name } }

  /// The files of a replay's folder that hold a source's answers; nil when there is no such source.
  static func answers(of name: String) -> String? { sources.first { $0.name == name }?.answers }

  /// What is said of a source that would ask Qualys.
  static let liveMessage = "collecting live from Qualys is not in this version yet"
  /// What is to be done about it.
  static let liveHelp = "give '--input' or 'replay:'"
}
