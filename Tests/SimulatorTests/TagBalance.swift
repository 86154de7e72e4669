/// A scan of a document that finds out whether each element ends where it should.
struct TagBalance {
  /// What is wrong with the document, or nothing.
  private(set) var complaint: String?

  private(set) var elementCount = 0

  init(of text: String) {
    var open: [Substring] = []
    var rest = Substring(text)
    var hasRoot = false
    while let start = rest.firstIndex(of: "<"), complaint == nil {
      let markup = rest[start...]
      if open.isEmpty, !rest[..<start].allSatisfy(\.isWhitespace) { complaint = "text outside the root" }
      guard let end = markup.firstRange(of: Self.terminator(of: markup)) else {
        complaint = "markup without an end: \(markup.prefix(40))"
        return
      }
      rest = markup[end.upperBound...]
      if markup.hasPrefix("<!") || markup.hasPrefix("<?") { continue }
      if markup.hasPrefix("</") {
        let name = markup[..<end.lowerBound].dropFirst(2)
        if open.popLast() != name { complaint = "an unexpected </\(name)>" }
        continue
      }
      if open.isEmpty, hasRoot { complaint = "a second root" }
      hasRoot = true
      elementCount += 1
      let tag = markup[..<end.lowerBound].dropFirst()
      if !tag.hasSuffix("/") { open.append(tag.prefix { $0 != " " }) }
    }
    if complaint == nil, let name = open.last { complaint = "<\(name)> does not end" }
    if complaint == nil, !hasRoot { complaint = "no root" }
  }

  private static func terminator(of markup: Substring) -> String {
    if markup.hasPrefix("<![CDATA[") { return "]]>" }
    return markup.hasPrefix("<!--") ? "-->" : ">"
  }
}
