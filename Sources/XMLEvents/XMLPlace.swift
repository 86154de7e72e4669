/// A place in a document.
package struct XMLPlace: Sendable, Equatable {
  /// Counted from 1.
  package var line = 1
  /// Bytes before it, as the parser saw them.
  package var offset = 0

  package init() {}

  init(line: Int, offset: Int) {
    self.line = line
    self.offset = offset
  }

  /// The place that lies as far behind this one as `end` behind `start`.
  package func advanced(from start: XMLPlace, to end: XMLPlace) -> XMLPlace {
    XMLPlace(line: line + end.line - start.line, offset: offset + end.offset - start.offset)
  }
}

extension XMLError {
  /// The same error in the whole document, when its parser began at `start` with what stands at `place` there.
  ///
  /// - Parameter line: The last line that was the same to this parser as it is in the document.
  package func moved(from start: XMLPlace, to place: XMLPlace, after line: Int) -> XMLError {
    let moved = place.advanced(from: start, to: XMLPlace(line: self.line, offset: offset))
    let reason =
      if case .malformed(let code, let words) = reason {
        Reason.malformed(code: code, Self.moving(words, by: moved.line - self.line, after: line))
      } else {
        reason
      }
    // A parser that was stopped knows its line only.
    return XMLError(reason: reason, line: moved.line, offset: offset == 0 ? 0 : moved.offset)
  }

  /// Moves the line that libxml2 names where an element began: `tag mismatch: QID line 8 and QIX`.
  private static func moving(_ words: String, by count: Int, after line: Int) -> String {
    guard count != 0, let mark = words.firstRange(of: " line ") else { return words }
    let digits = words[mark.upperBound...].prefix { $0.isNumber }
    guard let number = Int(digits), number > line else { return words }
    return words[..<mark.upperBound] + "\(number + count)" + words[digits.endIndex...]
  }
}
