/// A stretch of one line of the pipeline file.
package struct Place: Hashable, Comparable, Sendable {
  /// The line, from 1.
  package var line: Int
  /// The first character's column, from 1, counted in Unicode scalars.
  package var column: Int
  /// How many characters; at least 1.
  package var length: Int

  /// Creates a place.
  package init(line: Int, column: Int, length: Int = 1) {
    self.line = line
    self.column = column
    self.length = max(length, 1)
  }

  package static func < (left: Place, right: Place) -> Bool {
    (left.line, left.column, left.length) < (right.line, right.column, right.length)
  }
}

/// Where something that was written stands: in the pipeline file, or on the command line.
package enum Location: Hashable, Sendable {
  /// In the pipeline file.
  case file(Place)
  /// On the command line, in these words: `--set level=x`.
  case commandLine(String)

  /// The place in the file, if it is one.
  package var place: Place? { if case .file(let place) = self { place } else { nil } }

  /// How other messages speak of it: `line 4`, `--input`.
  package var description: String {
    switch self {
    case .file(let place): "line \(place.line)"
    case .commandLine(let words): words
    }
  }
}
