/// Which program this is.
enum Version {
  static let number = "0.1.0"
  /// The commit that it was built from; nil where there was no git.
  @TaskLocal static var commit: String?

  /// The number, and the commit if it is known: `0.1.0 (abc1234)`.
  static var text: String { number + (commit.map { " (\($0))" } ?? "") }
}
