import Foundation
import Records
import Simulator
import TestSupport
import Testing

/// Whatever a text holds, its line is valid JSON and gives the text back.
@Suite("Hostile texts")
struct HostileTextTests {
  private func check(_ texts: [String], naming: LogFormat.Naming) throws {
    let hosts = texts.enumerated().map { index, text in
      SmallPage.Host(
        id: index + 1,
        "<OS>\(text.cdata)</OS><NOTE kind=\"\(text.attributeEscaped)\">\(text.xmlEscaped)</NOTE>",
        detections: ["<RESULTS>\(text.cdata)</RESULTS>"]
      )
    }
    let decoding = try Decoding(SmallPage(hosts), chunk: 777)
    #expect(decoding.failure == nil)
    let lines = try decoding.lines(naming: naming)
    #expect(lines.count == texts.count)
    for (line, text) in zip(lines, texts) {
      let bytes = try line.bytes
      #expect(!bytes.contains(UInt8(ascii: "\n")), "one line")
      let other = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
      let own = try StrictJSON(bytes)
      let isSumo = naming == .sumo
      let results = own[isSumo ? "Detection" : "DETECTION"]?[isSumo ? "Results" : "RESULTS"]?.string
      #expect(results.map { Array($0.utf8) } == Array(text.utf8))
      let detection = other?[isSumo ? "Detection" : "DETECTION"] as? [String: Any]
      // Foundation itself drops byte order marks where it puts a string together.
      let theirs = detection?[isSumo ? "Results" : "RESULTS"] as? String
      #expect(theirs?.withoutByteOrderMarks == text.withoutByteOrderMarks)
      #expect(own["OS"]?.string.map { Array($0.utf8) } == Array(text.xmlTrimmed.utf8))
      let note = isSumo ? own["Note"]?.string : own["NOTE"]?["#text"]?.string
      #expect(note.map { Array($0.utf8) } == Array(text.xmlTrimmed.utf8))
      let kind = isSumo ? own["NoteKind"]?.string : own["NOTE"]?["@kind"]?.string
      #expect(kind.map { Array($0.utf8) } == Array(text.utf8))
    }
  }

  @Test("Known offenders", arguments: LogFormat.Naming.allCases)
  func samples(naming: LogFormat.Naming) throws { try check(HostileText.samples, naming: naming) }

  @Test("Random ones", arguments: 0..<8)
  func random(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    try check((0..<50).map { _ in HostileText.random(120, using: &generator) }, naming: seed % 2 == 0 ? .sumo : .qualys)
  }

  @Test("Every character of the first plane's edges, and of others")
  func characters() throws {
    let numbers: [UInt32] =
      Array(0x20...0x17F) + [0x7FF, 0x800, 0xFFF, 0xD7FF, 0xE000, 0xFDD0, 0xFFFD, 0x1_0000, 0x1_FFFE, 0x10_FFFF]
    try check([String(String.UnicodeScalarView(numbers.compactMap(UnicodeScalar.init)))], naming: .sumo)
  }
}

extension String {
  /// The text without XML's white space at its ends.
  fileprivate var xmlTrimmed: String {
    let scalars = unicodeScalars.drop { " \t\r\n".unicodeScalars.contains($0) }.reversed()
      .drop { " \t\r\n".unicodeScalars.contains($0) }.reversed()
    return String(String.UnicodeScalarView(scalars))
  }

  fileprivate var withoutByteOrderMarks: [UInt32] { unicodeScalars.map(\.value).filter { $0 != 0xFEFF } }

  /// The text as it may stand in an attribute's quotes, where white space would become spaces.
  fileprivate var attributeEscaped: String {
    xmlEscaped.unicodeScalars.reduce(into: "") { text, scalar in
      if scalar == "\n" || scalar == "\t" { text += "&#\(scalar.value);" } else { text.unicodeScalars.append(scalar) }
    }
  }
}
