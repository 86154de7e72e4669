import Foundation
import JSONText
import Simulator
import Testing

/// The escapes, written and counted: both must say the same.
@Suite("JSON's escapes")
struct JSONEscapeTests {
  private static func escaped(_ text: [UInt8]) -> [UInt8] {
    var writer = JSONWriter(capacity: 0)
    unsafe text.withUnsafeBytes { unsafe writer.appendEscaped($0) }
    return unsafe Array(writer.bytes)
  }

  /// As the encoder writes a text that lies in an arena, in blocks.
  private static func escapedInBlocks(_ text: [UInt8]) -> [UInt8] {
    var writer = JSONWriter(capacity: 0)
    // What follows in the arena is other text, with escapes of its own.
    let padded = text + Array(repeating: UInt8(ascii: "\""), count: 16)
    unsafe padded.withUnsafeBufferPointer { bytes in
      // There are sixteen bytes at least.
      unsafe writer.appendEscaped(padded: bytes.baseAddress!, text.count)
    }
    return unsafe Array(writer.bytes)
  }

  private static func length(_ text: [UInt8]) -> Int {
    unsafe text.withUnsafeBytes { unsafe JSONEscape.length(of: $0) }
  }

  private static func prefix(_ text: [UInt8], _ limit: Int) -> Int {
    unsafe text.withUnsafeBytes { unsafe JSONEscape.prefix(of: $0, limit: limit) }
  }

  /// A text of characters of every kind, with those that need escapes among them.
  private static func randomText(_ count: Int, using generator: inout SeededGenerator) -> [UInt8] {
    let kinds: [ClosedRange<UInt32>] = [
      0...0x1F, 0x22...0x22, 0x5C...0x5C, 0x20...0x7F, 0x80...0x7FF, 0xE000...0xFFFF, 0x1_F600...0x1_F64F,
    ]
    var text = ""
    for _ in 0..<count {
      let kind = kinds[Int.random(in: 0..<kinds.count, using: &generator)]
      text.unicodeScalars.append(UnicodeScalar(UInt32.random(in: kind, using: &generator)) ?? "?")
    }
    return Array(text.utf8)
  }

  @Test("Each byte alone, at every place of a block")
  func everyByte() {
    for byte in UInt8.min...UInt8.max {
      let expected: [UInt8] =
        switch byte {
        case 0x08: Array("\\b".utf8)
        case 0x09: Array("\\t".utf8)
        case 0x0A: Array("\\n".utf8)
        case 0x0C: Array("\\f".utf8)
        case 0x0D: Array("\\r".utf8)
        case 0x22: Array("\\\"".utf8)
        case 0x5C: Array("\\\\".utf8)
        case ..<0x20:
          Array("\\u00".utf8) + Array(String(byte >> 4, radix: 16).utf8) + Array(String(byte & 15, radix: 16).utf8)
        default: [byte]
        }
      #expect(Self.escaped([byte]) == expected)
      #expect(Int(JSONEscape.lengths[Int(byte)]) == expected.count)
      for place in 0..<18 {
        let before = Array(repeating: UInt8(ascii: "a"), count: place)
        #expect(Self.escapedInBlocks(before + [byte] + before) == before + expected + before)
      }
    }
  }

  @Test("Random texts: both ways to write agree with the length, and with Foundation", arguments: 0..<20)
  func randomTexts(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    for count in 0..<60 {
      let text = Self.randomText(count, using: &generator)
      let escaped = Self.escaped(text)
      #expect(escaped == Self.escapedInBlocks(text))
      #expect(escaped.count == Self.length(text))
      let json = Data([UInt8(ascii: "\"")] + escaped + [UInt8(ascii: "\"")])
      let back = try JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed) as? String
      #expect(back == String(decoding: text, as: UTF8.self))
    }
  }

  @Test("The prefix is the longest that fits and ends between characters", arguments: 0..<10)
  func prefixes(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(100 + seed))
    for count in [0, 1, 2, 5, 20, 40] {
      let text = Self.randomText(count, using: &generator)
      for limit in 0...Self.length(text) + 2 {
        let end = Self.prefix(text, limit)
        #expect(Self.length(Array(text[..<end])) <= limit)
        #expect(end == text.count || text[end] & 0xC0 != 0x80, "half a character")
        guard end < text.count else { continue }
        var next = end + 1
        while next < text.count, text[next] & 0xC0 == 0x80 { next += 1 }
        #expect(Self.length(Array(text[..<next])) > limit, "one more character had fitted")
      }
    }
  }

  @Test("The writer grows, repeats and takes back")
  func writer() {
    var writer = JSONWriter(capacity: 1)
    writer.append("ab")
    writer.append(decimal: -1_234_567_890)
    writer.append(UInt8(ascii: "!"))
    writer.append(Array(repeating: UInt8(ascii: "x"), count: 1000))
    #expect(writer.count == 1014)
    writer.truncate(to: 14)
    writer.repeatBytes(from: 0, to: 2)
    writer.append([])
    #expect(unsafe String(decoding: writer.bytes, as: UTF8.self) == "ab-1234567890!ab")
  }
}
