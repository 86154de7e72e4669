import JSONText
import Simulator
import TestSupport
import Testing

/// What is JSON is read, what is not is refused with its place, and neither depends on how the text is cut.
@Suite("Reading JSON as it arrives")
struct JSONPushReaderTests {
  private static let sizes = [1, 2, 3, 5, 7, 16, 64]

  @Test("JSON is accepted", arguments: JSONCases.accepted)
  func accepted(text: String) {
    let whole = ReadJSON(text)
    #expect(whole.isAccepted, "\(whole.error.map { "\($0)" } ?? "")")
    for size in Self.sizes { #expect(ReadJSON(text, chunk: size) == whole) }
  }

  @Test("What is not is refused", arguments: JSONCases.refused.map { Array($0.utf8) } + JSONCases.refusedBytes)
  func refused(bytes: [UInt8]) {
    let whole = ReadJSON(bytes)
    #expect(!whole.isAccepted)
    for size in Self.sizes { #expect(ReadJSON(bytes, chunk: size) == whole, "\(size)") }
  }

  @Test("Every beginning of an object or array is an error")
  func prefixes() {
    let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\uD83D\uDE00é"],"b":{"c":null,"d":true},"e":"😀"}"#.utf8)
    for count in 0..<text.count {
      let read = ReadJSON(Array(text[..<count]))
      #expect(read.error?.reason == (count == 0 ? .empty : .breaksOff), "\(count)")
      #expect(read.error?.offset == count)
    }
  }

  @Test("Strings and numbers come as they stand")
  func slices() {
    let read = ReadJSON(#"{"a\/b":["\u00e9\/\"é",8464359598295418000,1.50E+03,-0]}"#)
    let expected = [
      "{", #"name a\/b"#, "[", #"string \u00e9\/\"é"#, "8464359598295418000", "1.50E+03", "-0", "]", "}",
    ]
    #expect(read.events == expected)
    #expect(read.repairedCharacters == 0)
  }

  @Test(
    "Half a surrogate pair becomes \\uFFFD, and is counted",
    arguments: [
      (#""\uD83D""#, #"\uFFFD"#, 1), (#""\uDE00x""#, #"\uFFFDx"#, 1), (#""a\uD83Db""#, #"a\uFFFDb"#, 1),
      (#""\uD83D\uD83D\uDE00""#, #"\uFFFD\uD83D\uDE00"#, 1), (#""\uDE00\uD83D""#, #"\uFFFD\uFFFD"#, 2),
      (#""\uD83D\n""#, #"\uFFFD\n"#, 1), (#""\uD83D\u0041""#, #"\uFFFD\u0041"#, 1),
      (#""\ud83d\ude00""#, #"\ud83d\ude00"#, 0),
    ]
  )
  func surrogates(text: String, string: String, repairs: Int) {
    for size in [100] + Self.sizes {
      let read = ReadJSON(text, chunk: size)
      #expect(read.events == ["string " + string])
      #expect(read.repairedCharacters == repairs)
    }
  }

  @Test("Bytes that are no UTF-8 become U+FFFD, as Swift itself mends them")
  func brokenCharacters() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let bytes: [UInt8] = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
        [0x41, 0x80, 0xBF, 0xC2, 0xC0, 0xE0, 0xA0, 0xED, 0x9F, 0xEF, 0xF0, 0x90, 0xF4, 0x8F, 0xFF].randomElement()!
      }
      let expected = ["string " + String(decoding: bytes, as: UTF8.self)]
      for size in [100, 1, 2, 3] {
        let read = ReadJSON([0x22] + bytes + [0x22], chunk: size)
        #expect(read.events == expected, "\(bytes) in chunks of \(size)")
      }
    }
  }

  @Test("Clean text of every length, round the blocks that are read at once", arguments: 0...70)
  func lengths(count: Int) {
    for tail in ["", "é", "\\n", "\\u0041"] {
      let text = String(repeating: "x", count: count) + tail
      #expect(ReadJSON("\"\(text)\"").events == ["string " + text])
      #expect(ReadJSON("\"\(text)\"", chunk: 13).events == ["string " + text])
    }
  }

  @Test("Damaged texts are the same text however they are cut", arguments: 1...20 as ClosedRange<UInt64>)
  func damage(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let text = Array(
      #"{"a\u00e9\uD83D\uDE00é":[1,-2.5e3,{"b":null},"x\n😀"],"c":[true,false,""],"d":"long, long text"}"#.utf8
    )
    for _ in 0..<100 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0...2, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
        }
      }
      let whole = ReadJSON(bytes)
      for size in [1, 2, 3, 7] { #expect(ReadJSON(bytes, chunk: size) == whole, "\(bytes) in chunks of \(size)") }
    }
  }

  @Test("Sixty-four deep and no deeper")
  func depth() {
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(ReadJSON(deep).isAccepted)
    let deeper = ReadJSON(String(repeating: "[{\"a\":", count: 50_000))
    #expect(deeper.error?.reason == .depth(64))
    #expect(ReadJSON("[" + deep + "]", chunk: 3).error?.offset == 64)
  }

  @Test("A value that is too long is refused, whole or cut", arguments: [1, 7, 100, 10_000])
  func length(size: Int) {
    for value in [
      "\"\(String(repeating: "a", count: 2000))\"", String(repeating: "1", count: 2000),
      "\"\(String(repeating: "a", count: 2000))\u{1}\"",
    ] {
      let read = ReadJSON(Array("[\n \(value)]".utf8), chunk: size, lengthLimit: 1000)
      #expect(read.error?.reason == .length(1000) && read.error?.line == 2 && read.error?.offset == 3)
    }
  }

  @Test(
    "Errors say where",
    arguments: [
      ("{\"a\":1,\n \"b\":x}", 2, 6, 13, "'x' where a value should stand at line 2, column 6 (byte 13)"),
      ("[1,\r\n2\n}", 3, 1, 7, "'}' where ',' or ']' should stand at line 3, column 1 (byte 7)"),
      ("[\"a\nb\"]", 1, 4, 3, "a control character (10) that is not escaped at line 1, column 4 (byte 3)"),
      ("[\"\\q\"]", 1, 4, 3, "a backslash that begins no escape at line 1, column 4 (byte 3)"),
      ("[1.x]", 1, 4, 3, "a number that is not written as JSON writes numbers at line 1, column 4 (byte 3)"),
      ("{\"a\":1", 1, 7, 6, "the JSON breaks off at line 1, column 7 (byte 6)"),
      ("{} x", 1, 4, 3, "'x' where the end should stand at line 1, column 4 (byte 3)"),
    ]
  )
  func places(text: String, line: Int, column: Int, offset: Int, words: String) throws {
    let error = try #require(ReadJSON(text, chunk: 2).error)
    #expect(error.line == line && error.column == column && error.offset == offset)
    #expect("\(error)" == words)
  }
}
