package import Simulator

/// Texts that break careless code: quotes, controls, characters of every width, the ends of this and that.
package enum HostileText {
  /// One of each kind, with what it should become when XML cannot hold it.
  package static let samples: [String] = [
    #""quoted" and 'quoted'"#, #"back\slash \n \u0041 \\"#, "tab\tline\nbell in JSON only", "{\"a\":[1,2]}",
    "Grüße, 東京, кириллица", "👩‍👩‍👧‍👦 🇺🇳 𝄞 \u{10FFFD}", "\u{202E}right to left\u{202C} עברית العربية",
    "line\u{2028}paragraph\u{2029}next\u{85}", "]]>", "]]", "]", "a]]>b]]>c", "<![CDATA[", "<b>&amp;</b>",
    "&quot;-&gt;&gt;",
    "\u{FEFF}BOM\u{FEFF}", "\u{FFFD}\u{FFFE}".replacing("\u{FFFE}", with: ""), "e\u{301} combining", "\u{7F}\u{9F}",
    "</RESULTS></DETECTION>", "%s%n$(id)`id`", "no\u{A0}break", String(repeating: "\\\"", count: 40), "", "0", "null",
  ]

  /// A text of up to `maximum` pieces.
  package static func random(_ maximum: Int, using generator: inout SeededGenerator) -> String {
    let count = Int.random(in: 0...maximum, using: &generator)
    var text = ""
    while text.unicodeScalars.count < count {
      if Int.random(in: 0..<8, using: &generator) == 0 {
        text += samples.randomElement(using: &generator) ?? ""
      } else {
        text.unicodeScalars.append(scalar(using: &generator))
      }
    }
    return text
  }

  /// A character that XML can hold, of any width.
  private static func scalar(using generator: inout SeededGenerator) -> UnicodeScalar {
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0x20...0x7E, 0x20...0x7E, 0x09...0x0A, 0x22...0x22, 0x5C...0x5C, 0x80...0x7FF, 0x800...0xD7FF,
      0xE000...0xFFFD, 0x1_0000...0x10_FFFD,
    ]
    let range = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
    // Every number of these ranges is that of a character.
    return UnicodeScalar(UInt32.random(in: range, using: &generator)) ?? "?"
  }
}
