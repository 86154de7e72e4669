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
  package func moved(from start: XMLPlace, to place: XMLPlace) -> XMLError {
    let moved = place.advanced(from: start, to: XMLPlace(line: line, offset: offset))
    return XMLError(reason: reason, line: moved.line, offset: moved.offset)
  }
}
