import Foundation
import JSONText
import Simulator
import TestSupport
import Testing

/// Raw slices stand for what another reader says that they do.
@Suite("Taking escapes out")
struct JSONUnescapeTests {
  @Test("As Foundation does, on made-up strings")
  func foundation() throws {
    var generator = SeededGenerator(seed: 11)
    let pieces = [
      "a", "é", "😀", #"\n"#, #"\t"#, #"\b"#, #"\f"#, #"\r"#, #"\""#, #"\\"#, #"\/"#, #"\u0041"#, #"\u00e9"#, #"\u20AC"#,
      #"\uD83D\uDE00"#, #"\u0000"#, " ", "long clean text of more than sixteen bytes",
    ]
    for _ in 0..<3000 {
      let raw = (0..<Int.random(in: 0...9, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? ""
      }
      .joined()
      let theirs = try JSONSerialization.jsonObject(with: Data("\"\(raw)\"".utf8), options: .fragmentsAllowed)
      let ours = unsafe Array(raw.utf8).withUnsafeBytes { unsafe JSONUnescape.text(of: $0) }
      #expect(String(decoding: ours, as: UTF8.self) == theirs as? String, "\(raw)")
      #expect(ReadJSON("\"\(raw)\"", chunk: 5).events == ["string " + raw])
    }
  }
}
