/// The rule for names of pipelines and streams: they become parts of file names and keys of state.
enum PipelineName {
  /// Whether a text can be a name.
  static func isValid(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.unicodeScalars.allSatisfy(isAllowed) && text.first != "-"
  }

  /// A name out of any text.
  static func made(from text: some StringProtocol) -> String {
    let name = String(text.map { $0.unicodeScalars.allSatisfy(isAllowed) ? $0 : "-" }.drop { $0 == "-" })
    return name.isEmpty ? "pipeline" : name
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
    default: false
    }
  }
}
