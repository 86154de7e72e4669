internal import Qualys

/// What was found while a pipeline file was checked.
struct Findings: Sendable {
  private(set) var all: [Diagnostic] = []

  /// Whether one of them is an error.
  var hasErrors: Bool { all.contains { $0.severity == .error } }

  mutating func error(_ message: String, at location: Location?, help: String? = nil) {
    add(Diagnostic(.error, message, at: location, help: help))
  }

  mutating func warning(_ message: String, at location: Location?, help: String? = nil) {
    add(Diagnostic(.warning, message, at: location, help: help))
  }

  /// Adds what is the matter with a file that holds a secret.
  mutating func add(_ exposure: ExposedSecret, at location: Location?) {
    add(Diagnostic(exposure.isRefused ? .error : .warning, exposure.message, at: location, help: exposure.help))
  }

  /// Adds a finding, unless it was made before: what several streams share is looked at once for each.
  mutating func add(_ finding: Diagnostic) {
    if !all.contains(finding) { all.append(finding) }
  }

  /// The findings in the file's order, those of the command line first, with the file's lines beside them.
  func sorted(file: String, text: String, hiding hidden: [Place]) -> [Diagnostic] {
    let source = SourceText(text)
    // What stands at one place, or nowhere, stays in the order in which it was found.
    let ordered = all.enumerated().sorted { left, right in
      let places = (left.element.location?.place, right.element.location?.place)
      switch places {
      case (let left?, let right?) where left != right: return left < right
      case (nil, .some): return true
      case (.some, nil): return false
      default: return left.offset < right.offset
      }
    }
    return ordered.map(\.element).map { finding in
      var finding = finding
      finding.file = file
      if let place = finding.location?.place, place.line <= source.lineCount {
        finding.excerpt = source.excerpt(of: place, hiding: hidden)
      }
      return finding
    }
  }
}
