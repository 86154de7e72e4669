internal import CLibXML2

/// The addresses at which libxml2 keeps names, for names that it has not read itself.
///
/// Memory: 8 KiB.
@safe
struct InternedNames: ~Copyable {
  private static let slots = 256  // a power of two

  @safe
  private struct Slot {
    var name: UnsafePointer<UInt8>?
    var length = 0
    /// The first and the last eight bytes, of a shorter name all of them.
    var first: UInt64 = 0
    var last: UInt64 = 0
  }

  // A pointer: what is found is written down without a look at who else reads.
  private let table = UnsafeMutablePointer<Slot>.allocate(capacity: slots)

  init() { unsafe table.initialize(repeating: Slot(), count: Self.slots) }

  deinit { unsafe table.deallocate() }

  /// The address of a name; nil where it is none of ASCII without a prefix, or the dictionary takes no more.
  @inline(__always)
  func find(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, in dictionary: xmlDictPtr) -> UnsafePointer<UInt8>? {
    let (first, last) = unsafe Self.ends(bytes, range)
    let hash = (first ^ (last &* 3) ^ UInt64(range.count)) &* 0x9E37_79B9_7F4A_7C15
    let index = Int(hash >> 56)
    let slot = unsafe table[index]
    // Of longer names the middle is compared, too.
    if slot.length == range.count, slot.first == first, slot.last == last, let name = unsafe slot.name,
      unsafe range.count <= 16 || Self.holds(name, bytes, range)
    {
      return unsafe name
    }
    return unsafe learn(bytes, range, in: dictionary, Slot(length: range.count, first: first, last: last), at: index)
  }

  @inline(never)
  private func learn(
    _ bytes: UnsafeRawBufferPointer,
    _ range: Range<Int>,
    in dictionary: xmlDictPtr,
    _ slot: Slot,
    at index: Int
  ) -> UnsafePointer<UInt8>? {
    guard unsafe bytes[range.lowerBound].beginsPlainName, unsafe bytes[range].allSatisfy(\.isPlainNameByte) else {
      return nil
    }
    // The range is not empty, so there is a base.
    let start = unsafe (bytes.baseAddress! + range.lowerBound).assumingMemoryBound(to: UInt8.self)
    guard let name = unsafe xmlDictLookup(dictionary, start, Int32(range.count)) else { return nil }
    unsafe table[index] = slot
    unsafe table[index].name = unsafe name
    return unsafe name
  }

  @inline(__always)
  private static func ends(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> (UInt64, UInt64) {
    guard range.count >= 8 else {
      var word: UInt64 = 0
      for index in range { word = unsafe word << 8 | UInt64(bytes[index]) }
      return (word, word)
    }
    return unsafe (
      bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self),
      bytes.loadUnaligned(fromByteOffset: range.upperBound - 8, as: UInt64.self)
    )
  }

  private static func holds(_ name: UnsafePointer<UInt8>, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool
  {
    for index in 8..<range.count - 8 where unsafe name[index] != bytes[range.lowerBound + index] { return false }
    return true
  }
}
