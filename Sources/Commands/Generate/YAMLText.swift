/// Texts as YAML 1.2 writes them.
enum YAMLText {
  /// A text on one line, in single quotes; it must be printable.
  static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

  /// A text of several lines that comes out as it went in: what stands behind the key, and the lines below it.
  ///
  /// - Parameter indent: How far the key stands to the right.
  static func block(_ text: String, indent: Int) -> String {
    guard text.unicodeScalars.allSatisfy(isPrintable), text.contains(where: { $0 != "\n" }) else {
      return escaped(text)
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let isEnded = lines.last?.isEmpty == true
    if isEnded { lines.removeLast() }
    let chomping = !isEnded ? "-" : lines.last?.isEmpty == true ? "+" : ""
    // A reader would take the first line's spaces for the block's own, and refuse a tab there.
    let width = text.first.map { " \n\t".contains($0) } == true ? "2" : ""
    let margin = String(repeating: " ", count: indent + 2)
    return "|\(width)\(chomping)\n" + lines.map { $0.isEmpty ? "" : margin + $0 }.joined(separator: "\n")
  }

  /// In double quotes, for what a block cannot hold.
  private static func escaped(_ text: String) -> String {
    let parts = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case _ where isPrintable(scalar): String(scalar)
      case _ where scalar.value > 0xFFFF:
        "\\U" + String(repeating: "0", count: 8 - String(scalar.value, radix: 16).count)
          + String(scalar.value, radix: 16)
      default:
        "\\u" + String(repeating: "0", count: 4 - String(scalar.value, radix: 16).count)
          + String(scalar.value, radix: 16)
      }
    }
    return "\"\(parts.joined())\""
  }

  /// Whether a block can hold it: no carriage return, for one would become a newline.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x20...0x7E, 0xA0...0xD7FF: scalar.value != 0x2028 && scalar.value != 0x2029
    case 0xE000...0xFFFD: scalar.value != 0xFEFF
    case 0x10000...0x10FFFF: true
    default: false
    }
  }
}
