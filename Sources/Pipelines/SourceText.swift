/// The text of a pipeline file, by line and column.
struct SourceText: Sendable {
  private let lines: [[Unicode.Scalar]]

  /// Cuts a text into lines as YAML does.
  init(_ text: String) {
    var lines: [[Unicode.Scalar]] = [[]]
    var previous: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where previous == "\r": break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lines.append([])
      default: lines[lines.count - 1].append(scalar)
      }
      previous = scalar
    }
    self.lines = lines
  }

  var lineCount: Int { lines.count }

  /// The characters of a line, counted from 1.
  func scalars(_ line: Int) -> [Unicode.Scalar] { lines.indices.contains(line - 1) ? lines[line - 1] : [] }

  /// A line as text.
  func line(_ number: Int) -> String { Self.string(scalars(number)) }

  /// The rest of a line from a column, counted from 1.
  func rest(from place: Place) -> ArraySlice<Unicode.Scalar> { scalars(place.line).dropFirst(place.column - 1) }

  /// Where a value that begins at a place ends, if it ends on that line.
  func extent(from place: Place, plain: String) -> Place {
    let rest = rest(from: place)
    var length: Int
    switch rest.first {
    case "\"", "'": length = Self.quotedLength(rest)
    case "[", "{": length = Self.bracketedLength(rest)
    case "&", "!", "*": length = rest.prefix { $0 != " " && $0 != "," }.count
    case "|", ">": length = 1
    default: length = min(plain.unicodeScalars.count, rest.count)
    }
    length = min(length, rest.count)
    return Place(line: place.line, column: place.column, length: length)
  }

  private static func quotedLength(_ text: ArraySlice<Unicode.Scalar>) -> Int {
    guard let quote = text.first else { return 1 }
    var index = text.startIndex + 1
    while index < text.endIndex {
      if quote == "\"", text[index] == "\\" {
        index += 1
      } else if text[index] == quote {
        if quote == "'", index + 1 < text.endIndex, text[index + 1] == quote {
          index += 1
        } else {
          return index + 1 - text.startIndex
        }
      }
      index += 1
    }
    return text.count
  }

  private static func bracketedLength(_ text: ArraySlice<Unicode.Scalar>) -> Int {
    var depth = 0
    var index = text.startIndex
    while index < text.endIndex {
      switch text[index] {
      case "[", "{": depth += 1
      case "]", "}":
        depth -= 1
        if depth == 0 { return index + 1 - text.startIndex }
      case "\"", "'": index += quotedLength(text[index...]) - 1
      default: break
      }
      index += 1
    }
    return 1
  }

  /// A line with stars over what must not be shown; the mark moves with it.
  func excerpt(of place: Place, hiding hidden: [Place]) -> Diagnostic.Excerpt {
    var scalars = scalars(place.line)
    var (column, length) = (place.column, place.length)
    for secret in hidden.filter({ $0.line == place.line }).sorted(by: >) {
      let start = min(secret.column - 1, scalars.count)
      let end = min(start + secret.length, scalars.count)
      scalars.replaceSubrange(start..<end, with: Self.stars)
      if column == secret.column {
        length = Self.stars.count
      } else if column > secret.column {
        column += Self.stars.count - (end - start)
      }
    }
    return Diagnostic.Excerpt(text: Self.string(scalars), column: max(column, 1), length: length)
  }

  private static let stars = Array(ClearSecret.stars.unicodeScalars)

  static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }
}
