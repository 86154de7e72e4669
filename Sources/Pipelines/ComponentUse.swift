/// A source, stage or sink as a file names it.
struct ComponentUse: Sendable {
  /// Tells uses apart; what several streams share is one use.
  var id: Int
  /// The word.
  var name: String
  /// Where the word stands.
  var location: Location
  /// What follows it, if anything does.
  var body: YAMLNode?
}

/// One value that was written, and where.
struct WrittenText: Sendable {
  /// The value, its `${NAME}` replaced.
  var value: String
  /// The value as messages may show it.
  var shown: String
  /// Whether all of its `${NAME}` were found.
  var isKnown: Bool
  /// Where it stands.
  var location: Location
}
