internal import Glibc
internal import JSONText

/// Learns the names of one JSON document, by their text.
@safe
struct JSONNames: ~Copyable {
  private static let slots = 16_384  // a power of two, well over the limit on names

  private struct Slot {
    /// Never 0 when the slot is taken.
    var hash: UInt64
    var name: Name
    var number: UInt16
  }

  private let table = UnsafeMutablePointer<Slot>.allocate(capacity: slots)
  private(set) var count = 0
  private let limit: Int

  /// Names that are longer are none of Qualys': they would stay for as long as the process lives.
  private static let longest = 1024

  init(limit: Int) {
    self.limit = min(limit, AssetsState.numbers - 1)
    unsafe table.initialize(repeating: Slot(hash: 0, name: Name(id: 0), number: 0), count: Self.slots)
  }

  deinit { unsafe table.deallocate() }

  /// The name that a raw text stands for and its number in this document, from 0; nil when there are too many or it is
  /// too long.
  @inline(__always)
  mutating func look(up text: UnsafeRawBufferPointer) -> (name: Name, number: Int)? {
    let hash = unsafe Self.hash(text)
    var index = Int(truncatingIfNeeded: hash >> 20) & (Self.slots - 1)
    while true {
      let slot = unsafe table[index]
      if slot.hash == hash, unsafe Self.holds(slot.name.spelling.wire, text) { return (slot.name, Int(slot.number)) }
      if slot.hash == 0 { return unsafe learn(text, hash, at: index) }
      index = (index + 1) & (Self.slots - 1)
    }
  }

  @inline(never)
  private mutating func learn(
    _ text: UnsafeRawBufferPointer,
    _ hash: UInt64,
    at index: Int
  ) -> (name: Name, number: Int)? {
    guard count < limit, text.count <= Self.longest else { return nil }
    let plain = unsafe JSONUnescape.text(of: text)
    if plain.count != text.count { return unsafe plain.withUnsafeBytes { unsafe look(up: $0) } }
    guard let name = Name(utf8: plain) else { return nil }
    unsafe table[index] = Slot(hash: hash, name: name, number: UInt16(count))
    count += 1
    return (name, count - 1)
  }

  private static func holds(_ name: UnsafeBufferPointer<UInt8>, _ text: UnsafeRawBufferPointer) -> Bool {
    guard name.count == text.count else { return false }
    guard let start = name.baseAddress, let other = text.baseAddress else { return true }
    return unsafe memcmp(start, other, text.count) == 0
  }

  private static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: text.count) &* 0x9E37_79B9_7F4A_7C15
    var index = 0
    while index + 8 <= text.count {
      hash = unsafe (hash ^ text.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 32
      index += 8
    }
    while index < text.count {
      hash = unsafe (hash ^ UInt64(text[index])) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 32
      index += 1
    }
    return hash | 1
  }
}
