/// Finds a key that stands twice in one mapping: libYAML's binding says which, but not where.
enum RepeatedKey {
  /// Where a key of the mapping that holds `first` stands again.
  static func find(_ key: String, after first: Place, in source: SourceText) -> Place? {
    let word = Array(key.unicodeScalars)
    guard !word.isEmpty else { return nil }
    let isFlow = isInFlow(first, in: source)
    var depth = 0
    for line in first.line...max(first.line, source.lineCount) {
      let scalars = source.scalars(line)
      var index = line == first.line ? first.column : 0
      while index < scalars.count {
        switch scalars[index] {
        case "{", "[": depth += 1
        case "}", "]": depth -= 1
        default: break
        }
        if isFlow ? depth == 0 : index + 1 == first.column, isKey(word, at: index, of: scalars) {
          return Place(line: line, column: index + 1, length: word.count + (isQuote(scalars[index]) ? 2 : 0))
        }
        index += 1
      }
    }
    return nil
  }

  /// The text with the key replaced by one that stands nowhere else, of the same length.
  static func renaming(_ key: Place, in text: String, round: Int) -> String {
    let source = SourceText(text)
    let lines = (1...source.lineCount).map { number -> String in
      var scalars = source.scalars(number)
      if number == key.line {
        let index = isQuote(scalars[key.column - 1]) ? key.column : key.column - 1
        scalars[index] = Unicode.Scalar(firstMark + UInt32(round)) ?? "\u{E000}"
      }
      return SourceText.string(scalars)
    }
    return lines.joined(separator: "\n")
  }

  /// Whether a key was renamed here.
  static func isRenamed(_ key: String) -> Bool {
    key.unicodeScalars.first.map { (firstMark..<firstMark + 100).contains($0.value) } ?? false
  }

  /// Characters of the private use area.
  private static let firstMark: UInt32 = 0xE000

  private static func isQuote(_ scalar: Unicode.Scalar) -> Bool { scalar == "\"" || scalar == "'" }

  private static func isInFlow(_ place: Place, in source: SourceText) -> Bool {
    let before = source.scalars(place.line).prefix(place.column - 1).last { $0 != " " && $0 != "\t" }
    if let before { return before == "{" || before == "," }
    for line in stride(from: place.line - 1, to: 0, by: -1) {
      if let last = source.scalars(line).last(where: { $0 != " " && $0 != "\t" }) { return last == "{" || last == "," }
    }
    return false
  }

  private static func isKey(_ word: [Unicode.Scalar], at index: Int, of scalars: [Unicode.Scalar]) -> Bool {
    let before = scalars[..<index].last
    guard before == nil || before.map({ " \t{,?-".unicodeScalars.contains($0) }) == true else { return false }
    let opening = isQuote(scalars[index]) ? 1 : 0
    let start = index + opening
    guard scalars.count > start + word.count + opening - 1, scalars[start...].starts(with: word) else { return false }
    var rest = scalars[(start + word.count)...]
    if opening == 1 {
      guard rest.first == scalars[index] else { return false }
      rest = rest.dropFirst()
    }
    return rest.first { $0 != " " } == ":"
  }
}
