/// Something that a person should change, or know, before a pipeline runs.
///
/// ```
/// p.yaml:16:9: error: 'join-knowledge-base' takes detections; 'decode-detections' (line 15) gives hosts
///    16 |       - join-knowledge-base
///       |         ^^^^^^^^^^^^^^^^^^^
///   help: move it after 'split-detections' (line 17)
/// ```
package struct Diagnostic: Error, Sendable, Equatable {
  /// How bad it is.
  package enum Severity: String, Sendable {
    /// The pipeline cannot run.
    case error
    /// The pipeline runs, but perhaps not as it was meant.
    case warning
  }

  /// How bad it is.
  package var severity: Severity
  /// What is the matter: one line, no full stop.
  package var message: String
  /// Where; nil for the file, or the command line, as a whole.
  package var location: Location?
  /// What to do about it.
  package var help: String?
  /// The pipeline file as messages call it.
  package var file: String = ""
  /// The line of the file, with nothing secret in it.
  package var excerpt: Excerpt?

  /// A line of the file as it may be shown, and what to mark in it.
  package struct Excerpt: Sendable, Equatable {
    /// The line.
    package var text: String
    /// The first marked character's column, from 1.
    package var column: Int
    /// How many characters are marked.
    package var length: Int
  }

  /// Says what is the matter.
  package init(_ severity: Severity, _ message: String, at location: Location?, help: String? = nil) {
    self.severity = severity
    self.message = message
    self.location = location
    self.help = help
  }
}

extension Diagnostic: CustomStringConvertible {
  /// The finding as a person reads it, several lines without a newline at their end.
  package var description: String {
    var text = "\(origin): \(severity.rawValue): \(message)"
    if let excerpt, let place = location?.place {
      let number = String(place.line)
      let gutter = String(repeating: " ", count: max(0, 5 - number.count))
      // Tabs stay tabs, so that the mark stands where it belongs however wide they are.
      let indent = excerpt.text.unicodeScalars.prefix(excerpt.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
      text += "\n\(gutter)\(number) | \(excerpt.text)"
      text += "\n\(gutter)\(String(repeating: " ", count: number.count)) | \(indent)"
      text += String(repeating: "^", count: excerpt.length)
    }
    if let help { text += "\n  help: \(help)" }
    return text
  }

  private var origin: String {
    switch location {
    case .file(let place): "\(file):\(place.line):\(place.column)"
    case .commandLine(let words): words
    case nil: file
    }
  }
}
