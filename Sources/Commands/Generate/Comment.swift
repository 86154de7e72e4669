/// What stands at the beginning of a generated file, behind `#`.
enum Comment {
  static func text(_ lines: [String]) -> String {
    // A path may hold a newline.
    lines.flatMap { $0.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) }
      .map { $0.isEmpty ? "#" : "# \($0)" }.joined(separator: "\n")
  }
}
