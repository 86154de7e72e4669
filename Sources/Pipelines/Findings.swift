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

  /// Adds a finding, unless it was made before: what several streams share is looked at once for each.
  mutating func add(_ finding: Diagnostic) {
    if !all.contains(finding) { all.append(finding) }
  }

  /// The findings in the file's order, with its lines beside them.
  func sorted(file: String, text: String, hiding hidden: [Place]) -> [Diagnostic] {
    let source = SourceText(text)
    return all.sorted(by: Diagnostic.isBefore).map { finding in
      var finding = finding
      finding.file = file
      if let place = finding.location?.place, place.line <= source.lineCount {
        finding.excerpt = source.excerpt(of: place, hiding: hidden)
      }
      return finding
    }
  }
}
