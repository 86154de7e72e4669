/// What a text has that no parser takes.
package enum HostileText: String, Sendable, CaseIterable {
  /// A lone lead byte, a byte that never occurs, half a character, an encoded surrogate, and two control characters.
  case badUTF8 = "bad-utf8"
  case nul
  /// The control characters that XML forbids.
  case c0
  /// A reference to half a character of UTF-16.
  case surrogate
  /// U+FFFE, which is none of XML's characters.
  case noncharacter

  static let names = allCases.map(\.rawValue).joined(separator: ", ")

  /// The bytes as they stand in an API's answer.
  func bytes(of api: SimulatedAPI) -> [UInt8] {
    switch self {
    case .badUTF8: [0xC3, 0x28, 0xFF, 0xE2, 0x82, 0x20, 0xED, 0xA0, 0x80, 0x01, 0x0B]
    case .nul: [0]
    case .c0: Array(1...8) + [0x0B, 0x0C] + Array(0x0E...0x1F)
    case .surrogate: Array((api.isOnGateway ? "\\ud800" : "&#xD800;").utf8)
    case .noncharacter: [0xEF, 0xBF, 0xBE]
    }
  }

  /// Where the first text begins that can have it.
  func mark(of api: SimulatedAPI) -> String {
    // In a CDATA section a reference is none.
    if self == .surrogate { return AnswerEdit.markOfText(in: api) }
    return switch api {
    case .detections: "<RESULTS><![CDATA["
    case .knowledgeBase: "<DIAGNOSIS><![CDATA["
    case .hosts, .assets, .count, .signIn: AnswerEdit.markOfText(in: api)
    }
  }
}
