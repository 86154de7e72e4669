/// A line of the screen: words, some of them coloured, of a known width.
struct ScreenLine {
  enum Colour: Int {
    case red = 31
    case green = 32
    case yellow = 33
    case bold = 1
    case dim = 2
  }

  private var parts: [(text: String, colour: Colour?)] = []
  private(set) var width = 0

  init(_ text: String = "", _ colour: Colour? = nil) { append(text, colour) }

  /// Adds a text; what a terminal would obey, or would not draw one column wide, becomes `?`.
  mutating func append(_ text: String, _ colour: Colour? = nil) {
    let text = Self.harmless(text)
    guard !text.isEmpty else { return }
    parts.append((text, colour))
    width += text.unicodeScalars.count
  }

  /// Adds a text that is to take so many columns; what is too long is cut.
  mutating func append(_ text: String, width: Int, right: Bool = false, _ colour: Colour? = nil) {
    let text = Self.cut(Self.harmless(text), to: width)
    let space = String(repeating: " ", count: width - text.unicodeScalars.count)
    if right { append(space) }
    append(text, colour)
    if !right { append(space) }
  }

  /// The line in at most so many columns.
  func text(width: Int, coloured: Bool) -> String {
    var room = width
    var result = ""
    let isCut = self.width > width
    for (text, colour) in parts {
      let count = text.unicodeScalars.count
      // The last column says that there is more.
      let shown = isCut && count >= room ? Self.cut(text + "…", to: room) : text
      guard room > 0 else { break }
      result += coloured && colour != nil ? "\u{1B}[\(colour?.rawValue ?? 0)m\(shown)\u{1B}[0m" : shown
      room -= count
    }
    return result
  }

  private static func cut(_ text: String, to width: Int) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > width else { return text }
    return width > 0 ? String(scalars.prefix(width - 1)) + "…" : ""
  }

  /// What a terminal draws in one column for each scalar, whatever the text is.
  private static func harmless(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmless($0) ? $0 : "?" }))
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xAD: false
    case 0x20...0x7E, 0xA0...0x2FF, 0x370...0x482, 0x48A...0x52F: true
    case 0x2010...0x2026: true
    default: false
    }
  }
}
