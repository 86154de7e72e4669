/// Words of components that a later version brings, so that a file that uses them is told so.
enum WordsToCome {
  private static let words: Set<String> = ["join-knowledge-base"]

  /// Whether a later version brings a component.
  static func contains(_ name: String) -> Bool { words.contains(name) }
}
