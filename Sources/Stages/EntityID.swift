internal import Blocks
internal import Records

/// An `entity_id` that is put together of numbers, for as long as what it is given are some.
///
/// They stand elsewhere in the record, too: so the id can be read, and costs a compressor little, which a hash does not.
@safe
struct EntityID: ~Copyable {
  private static let platformLimit = 16
  private static let numberLimit = 20

  /// A platform, a word of ours, two numbers and what stands between them.
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 96, alignment: 16)
  private(set) var count = 0

  deinit { unsafe room.deallocate() }

  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: room[..<count]) }

  /// Begins with a platform, if there is one; returns whether it is letters and digits alone, and few.
  mutating func begin(platform: [UInt8]) -> Bool {
    count = 0
    guard platform.count <= Self.platformLimit, platform.allSatisfy(Self.isLetterOrDigit) else { return false }
    for byte in platform { append(byte) }
    if count > 0 { append(UInt8(ascii: "-")) }
    return true
  }

  /// Appends a word of ours.
  mutating func append(_ word: StaticString) {
    for place in 0..<word.utf8CodeUnitCount { unsafe append(word.utf8Start[place]) }
  }

  /// Appends the number that a node has; returns whether it has one.
  mutating func append(number node: Int?, of fields: Fields) -> Bool {
    guard let node = node.map(fields.textNode), fields.arena.spilledText(of: node) == nil else { return false }
    let text = unsafe fields.arena.text(of: node)
    guard 1...Self.numberLimit ~= text.count else { return false }
    for place in 0..<text.count {
      let digit = unsafe text[place]
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return false }
      append(digit)
    }
    return true
  }

  /// Goes back to its first bytes.
  mutating func cut(to count: Int) { self.count = count }

  private mutating func append(_ byte: UInt8) {
    unsafe room[count] = byte
    count += 1
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
