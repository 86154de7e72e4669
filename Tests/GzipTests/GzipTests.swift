import Gzip
import Simulator
import Testing

/// Members written and read again, whole and broken.
///
/// That Python reads them, too, is seen with the sink that writes them.
@Suite("Gzip")
struct GzipTests {
  /// One member.
  private static func member(_ text: [UInt8], level: Int = 6) throws -> [UInt8] {
    let compressor = try GzipCompressor(level: level)
    var output: [UInt8] = []
    unsafe text.withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
    compressor.finishMember(into: &output)
    return output
  }

  private static func decompressed(_ bytes: [UInt8], chunk: Int = 1 << 20, ratio: Int = 1100) throws -> [UInt8] {
    let decompressor = try GzipDecompressor(maximumRatio: ratio)
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      let piece = Array(bytes[start..<min(start + chunk, bytes.count)])
      try unsafe piece.withUnsafeBytes { piece in
        try unsafe decompressor.decompress(piece) { unsafe output.append(contentsOf: $0) }
      }
    }
    try decompressor.finish()
    return output
  }

  private static func noise(_ count: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: 1)
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  private static let texts: [[UInt8]] = [
    [], [0], Array("hello\n".utf8), Array(repeating: 7, count: 300_000), noise(200_000),
    Array(String(repeating: "a line of a log, again\n", count: 10_000).utf8),
  ]

  @Test("A member gives back what went in", arguments: 1...9)
  func roundTrip(level: Int) throws {
    for text in Self.texts { #expect(try Self.decompressed(Self.member(text, level: level)) == text) }
  }

  @Test("However the bytes come", arguments: [1, 2, 13, 4096])
  func chunks(size: Int) throws {
    let text = Array(String(repeating: "0123456789\n", count: 500).utf8) + Self.noise(500)
    #expect(try Self.decompressed(Self.member(text) + Self.member(text), chunk: size) == text + text)
  }

  @Test("The check sum is right for text of every length, cut anywhere", arguments: [0, 1, 15, 63, 64, 65, 100])
  func checkSums(cut: Int) throws {
    // Whoever reads compares the sum; folding works on 64 and on 16 bytes at a time.
    let noise = Self.noise(700)
    let compressor = try GzipCompressor(level: 1)
    for length in cut...noise.count {
      var member: [UInt8] = []
      unsafe noise.withUnsafeBytes { noise in
        unsafe compressor.compress(UnsafeRawBufferPointer(rebasing: noise[..<cut]), into: &member)
        unsafe compressor.compress(UnsafeRawBufferPointer(rebasing: noise[cut..<length]), into: &member)
      }
      compressor.finishMember(into: &member)
      let isSame = try Self.decompressed(member) == Array(noise[..<length])
      #expect(isSame, "\(length) bytes")
    }
  }

  @Test("Text that comes in pieces makes the same member", arguments: [1, 2, 3, 6], [777, 100_000])
  func pieces(level: Int, size: Int) throws {
    let text = Self.noise(100_000) + Array(repeating: 1, count: 100_000) + Self.texts[5] + Self.texts[5]
    let compressor = try GzipCompressor(level: level)
    var output: [UInt8] = []
    for start in stride(from: 0, to: text.count, by: size) {
      let piece = Array(text[start..<min(start + size, text.count)])
      unsafe piece.withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
    }
    compressor.finishMember(into: &output)
    let isSame = try output == Self.member(text, level: level)
    #expect(isSame)
  }

  @Test("A member that fills the compressor's room to the last byte is whole", arguments: [1, 6])
  func exactRoom(level: Int) throws {
    // Noise is stored: each byte more makes the member longer by one.
    for length in 65_450...65_536 {
      let text = Self.noise(length)
      let isSame = try Self.decompressed(Self.member(text, level: level)) == text
      #expect(isSame, "\(length) bytes")
    }
  }

  @Test("Compressors that are lent again make the same members")
  func lending() throws {
    let compressors = GzipCompressors(level: 1)
    for text in Self.texts + Self.texts {
      let member = try compressors.withCompressor { compressor in
        var output: [UInt8] = []
        unsafe text.withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
        compressor.finishMember(into: &output)
        return output
      }
      let isSame = try member == Self.member(text, level: 1)
      #expect(isSame)
    }
  }

  @Test("A compressor that stopped within a member is not lent again")
  func stoppedWithin() throws {
    struct Stopped: Error {}
    let compressors = GzipCompressors(level: 1)
    var output: [UInt8] = []
    #expect(throws: Stopped.self) {
      try compressors.withCompressor { compressor in
        unsafe Self.texts[4].withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
        throw Stopped()
      }
    }
    output = []
    try compressors.withCompressor { $0.finishMember(into: &output) }
    #expect(try Self.decompressed(output) == [])
  }

  @Test("One compressor makes many members, the same as its first", arguments: [1, 3, 9])
  func manyMembers(level: Int) throws {
    let compressor = try GzipCompressor(level: level)
    var members: [[UInt8]] = []
    for _ in 0..<3 {
      var member: [UInt8] = []
      unsafe Self.texts[2].withUnsafeBytes { unsafe compressor.compress($0, into: &member) }
      compressor.finishMember(into: &member)
      members.append(member)
    }
    #expect(members[0] == members[1] && members[1] == members[2])
    #expect(try Self.decompressed(Array(members.joined())) == Self.texts[2] + Self.texts[2] + Self.texts[2])
  }

  @Test("The header holds neither time nor name", arguments: [1, 2, 3, 6])
  func header(level: Int) throws {
    let member = try Self.member(Self.texts[2], level: level)
    #expect(member[..<4] == [0x1F, 0x8B, 8, 0])
    #expect(member[4..<8] == [0, 0, 0, 0])
    #expect(GzipDecompressor.isGzip(member))
    #expect(!GzipDecompressor.isGzip(Array("<?xml".utf8)) && !GzipDecompressor.isGzip([0x1F]))
  }

  @Test("Members that break off at any byte are an error, save between two", arguments: [1, 6])
  func truncation(level: Int) throws {
    let first = try Self.member(Array("the first member\n".utf8), level: level)
    let bytes = try first + Self.member(Array("and the second one\n".utf8), level: level)
    for length in 0..<bytes.count where length != first.count {
      #expect(throws: GzipError.truncated, "\(length) bytes") { try Self.decompressed(Array(bytes[..<length])) }
    }
    #expect(try Self.decompressed(first) == Array("the first member\n".utf8))
  }

  @Test("No damaged byte goes unnoticed, but those that say nothing")
  func damage() throws {
    let text = Array("some text that is long enough to be compressed, compressed, compressed\n".utf8)
    let bytes = try Self.member(text)
    // Time, flags of the compressor and operating system are for information only.
    for index in bytes.indices where !(4...9).contains(index) {
      var damaged = bytes
      damaged[index] ^= 0x55
      #expect(throws: GzipError.self, "byte \(index)") { try Self.decompressed(damaged) }
    }
  }

  @Test(
    "What is no gzip, or follows it and is none, is refused",
    arguments: [
      Array("plain text".utf8), [0x1F, 0x8C, 8, 0], Array(repeating: 0, count: 100),
    ]
  )
  func noGzip(bytes: [UInt8]) throws {
    #expect(throws: GzipError.self) { try Self.decompressed(bytes) }
    let member = try Self.member([1, 2, 3])
    #expect(throws: GzipError.self) { try Self.decompressed(member + bytes) }
  }

  @Test("A bomb is refused, and before all of it is there")
  func bomb() throws {
    let bomb = try Self.member(Array(repeating: 0, count: 8 << 20))
    #expect(throws: GzipError.expandsTooMuch(ratio: 100)) { try Self.decompressed(bomb, ratio: 100) }
    let decompressor = try GzipDecompressor(maximumRatio: 100)
    var given = 0
    #expect(throws: GzipError.self) {
      try unsafe bomb.withUnsafeBytes { bytes in
        try unsafe decompressor.decompress(bytes) { given += $0.count }
      }
    }
    #expect(given <= 2 << 20)
  }

  @Test("Errors say what is wrong")
  func descriptions() {
    let errors: [GzipError] = [.damaged("x"), .truncated, .expandsTooMuch(ratio: 5), .outOfMemory]
    #expect(Set(errors.map(\.description)).count == 4)
  }
}
