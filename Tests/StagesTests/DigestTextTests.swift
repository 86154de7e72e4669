import Testing

@testable import Stages

/// Ids as a state keeps them: only a text of ours is a number, and each number has one text.
@Suite struct DigestTextTests {
  @Test(
    "A number comes back from its text",
    arguments: [0, 1, .max, 0x0123_4567_89ab_cdef_0011_2233_4455_6677] as [UInt128]
  )
  func roundTrip(number: UInt128) {
    #expect(DigestText.number(Self.text(of: number)) == number)
  }

  @Test("A text with any other byte, anywhere, is no number")
  func otherBytes() {
    let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    for place in 0..<DigestText.count {
      for byte in UInt8.min ... .max where !letters.contains(byte) {
        var text = Self.text(of: 0)
        text[place] = byte
        #expect(DigestText.number(text) == nil, "\(byte) at \(place)")
      }
    }
  }

  @Test("A last letter with more than two bits, or another length, is no number", arguments: ["B", "_", "", "AA"])
  func otherEnds(end: String) {
    #expect(DigestText.number(Self.text(of: 0).dropLast() + Array(end.utf8)) == nil)
  }

  private static func text(of number: UInt128) -> [UInt8] {
    var text = [UInt8](repeating: 0, count: DigestText.count)
    unsafe text.withUnsafeMutableBytes { unsafe DigestText.write(number, to: $0) }
    return text
  }
}
