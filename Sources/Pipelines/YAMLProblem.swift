internal import Yams

/// Says in words that a person understands what libYAML has against a text.
enum YAMLProblem {
  /// The finding for an error of the parser.
  static func diagnostic(for error: YamlError, in source: SourceText) -> Diagnostic {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      return diagnostic(problem, at: mark, context: context, in: source)
    case .reader(_, let offset, _, let yaml):
      return Diagnostic(
        .error,
        "a character that YAML forbids",
        at: .file(place(offset: offset, in: yaml)),
        help: "write it as an escape in double quotes, \"\\x07\", or leave it out"
      )
    default:
      return Diagnostic(.error, "the file cannot be read: \(error)", at: nil)
    }
  }

  private static func diagnostic(
    _ problem: String,
    at mark: Mark,
    context: YamlError.Context?,
    in source: SourceText
  ) -> Diagnostic {
    let here = place(mark, in: source)
    let start = context.map { place($0.mark, in: source) } ?? here
    func error(_ message: String, _ place: Place, help: String? = nil) -> Diagnostic {
      Diagnostic(.error, message, at: .file(place), help: help)
    }
    let quotes = "put the text in quotes"
    switch problem {
    case "found unexpected end of stream":
      return error("the quote that opens here is not closed", start)
    case "did not find expected ',' or '}'", "did not find expected ',' or ']'":
      if let bracket = source.rest(from: here).first, bracket == "{" || bracket == "[" {
        return error("a text with '\(bracket)' in it needs quotes inside brackets", here, help: "write \"${NAME}\"")
      }
      return error(
        "a ',' is missing before this, or the bracket that opens on line \(start.line) is not closed",
        here
      )
    case "mapping values are not allowed in this context":
      return error("this ':' does not fit here", here, help: "check the indentation, or put a text with ': ' in quotes")
    case "did not find expected key":
      return error(
        "this does not fit what stands above it",
        here,
        help: "lines that belong together begin in the same column"
      )
    case "did not find expected '-' indicator":
      return error("this does not fit the list above it", here, help: "each member of a list begins with '- '")
    case "block sequence entries are not allowed in this context":
      return error("a list cannot begin here", here, help: "begin it on a line of its own")
    case "could not find expected ':'":
      return error("a ':' is missing after this", start)
    case "found character that cannot start any token", "found a tab character that violates indentation",
      "found a tab character where an indentation space is expected":
      let character = source.rest(from: here).first ?? " "
      if character == "\t" { return error("a tab stands where YAML takes only spaces", here) }
      return error("a text cannot begin with '\(character)'", here, help: quotes)
    case "did not find expected alphabetic or numeric character":
      return error("'*' and '&' have a meaning of their own at the beginning of a text", start, help: quotes)
    case "found undefined alias":
      let word = SourceText.string(source.rest(from: here).prefix { $0 != " " && $0 != "," && $0 != "]" })
      return error(
        "'\(word)' stands for nothing: '&\(word.dropFirst())' is not above it",
        Place(line: here.line, column: here.column, length: word.unicodeScalars.count),
        help: quotes
      )
    case "found unknown escape character":
      return error(
        "a backslash in double quotes begins an escape, and this one does not exist",
        here,
        help: "put the text in single quotes"
      )
    case "but found another document":
      return error("a second document begins here", here, help: "a file holds one pipeline, of one or many streams")
    default:
      return error("the file cannot be read here: \(problem)", here)
    }
  }

  /// A place on a line that exists.
  private static func place(_ mark: Mark, in source: SourceText) -> Place {
    var line = min(mark.line, source.lineCount)
    if line < mark.line || source.scalars(line).isEmpty {
      while line > 1, source.scalars(line).isEmpty { line -= 1 }
      return Place(line: line, column: source.scalars(line).count + 1)
    }
    return Place(line: line, column: mark.column)
  }

  private static func place(offset: Int?, in text: String) -> Place {
    let before = SourceText(String(text.prefix(offset ?? 0)))
    return Place(line: before.lineCount, column: before.scalars(before.lineCount).count + 1)
  }
}
