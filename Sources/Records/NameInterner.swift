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
    guard count < limit else { return nil }
    let text = unsafe UnsafeBufferPointer(start: address, count: strlen(UnsafePointer<CChar>(OpaquePointer(address))))
    guard let name = unsafe Name(utf8: Array(text)) else { return nil }
    unsafe table[index] = Slot(address: UInt(bitPattern: address), name: name, number: UInt16(count))
    count += 1
    return (name, count - 1)
  }
}
