internal import Glibc

/// Learns the names of one document: libxml2 interns them, so a name is its address after the first time.
@safe
struct NameInterner: ~Copyable {
  private static let slots = 4096  // a power of two, well over the limit on names

  private struct Slot {
    var address: UInt
    var name: Name
    var number: UInt16
  }

  private let table = UnsafeMutablePointer<Slot>.allocate(capacity: slots)
  private(set) var count = 0
  private let limit: Int
  /// Names with their prefixes.
  private var learned = 0
  private var hasPrefixes = false

  init(limit: Int) {
    self.limit = min(limit, 1023)
    unsafe table.initialize(repeating: Slot(address: 0, name: Name(id: 0), number: 0), count: Self.slots)
  }

  deinit { unsafe table.deallocate() }

  /// The name at an address and its number in this document, from 0; nil when there are too many.
  @inline(__always)
  mutating func look(up address: UnsafePointer<UInt8>) -> (name: Name, number: Int)? {
    let key = UInt(bitPattern: address)
    var index = Int(truncatingIfNeeded: (key >> 3) &* 0x9E37_79B9) & (Self.slots - 1)
    while true {
      let slot = unsafe table[index]
      if slot.address == key { return (slot.name, Int(slot.number)) }
      if slot.address == 0 { return unsafe learn(address, at: index) }
      index = (index + 1) & (Self.slots - 1)
    }
  }

  @inline(never)
  private mutating func learn(_ address: UnsafePointer<UInt8>, at index: Int) -> (name: Name, number: Int)? {
    guard learned < limit else { return nil }
    let text = unsafe UnsafeBufferPointer(start: address, count: strlen(UnsafePointer<CChar>(OpaquePointer(address))))
    let local = unsafe Self.local(Array(text))
    guard let name = Name(utf8: local) else { return nil }
    if local.count < text.count { hasPrefixes = true }
    // Names that differ in their prefix alone are one.
    let number = hasPrefixes ? number(of: name) ?? count : count
    unsafe table[index] = Slot(address: UInt(bitPattern: address), name: name, number: UInt16(number))
    if number == count { count += 1 }
    learned += 1
    return (name, number)
  }

  private func number(of name: Name) -> Int? {
    for index in 0..<Self.slots where unsafe table[index].address != 0 && table[index].name == name {
      return unsafe Int(table[index].number)
    }
    return nil
  }

  /// A name without its prefix, as far as it is one.
  private static func local(_ name: [UInt8]) -> [UInt8] {
    guard let colon = name.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon + 1 < name.count else { return name }
    return Array(name[(colon + 1)...])
  }

  /// Whether an attribute binds a prefix, or the namespace of names without one, and says nothing of its element.
  static func declaresNamespace(_ address: UnsafePointer<UInt8>) -> Bool {
    let mark: StaticString = "xmlns"
    for index in 0..<5 where unsafe address[index] != mark.utf8Start[index] { return false }
    return unsafe address[5] == 0 || address[5] == UInt8(ascii: ":")
  }
}
