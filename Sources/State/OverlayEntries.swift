internal import Blocks

/// Keys and values as they were set, one behind the other, and where the newest of each key is.
///
/// Memory: 20 bytes for each entry beside its key, 16 to 32 for the place of each key, and for all values what
/// ``OverlayValues`` takes.
struct OverlayEntries: Sendable {
  /// The mark, the length of the key and that of the value, four bytes each, eight of where the value is, then the key; the
  /// next begins at a multiple of four.
  private var bytes: [UInt8] = []
  private var values = OverlayValues()
  /// For each key the newest entry, at the place that the key hashes to or behind it; twice as many as keys, or more, and a
  /// power of two.
  private var slots = [Slot](repeating: Slot(), count: 16)
  private var keyCount = 0

  private struct Slot {
    /// The entry's offset in words, and one; zero where there is none.
    var place: UInt32 = 0
    var hash: UInt32 = 0
    var offset: Int { Int(place - 1) * 4 }
  }

  private static let head = 20

  /// What stands at an offset.
  private struct Entry {
    let mark: UInt32
    let key: Range<Int>
    /// Among the values.
    let value: Range<Int>
    /// Where the next one begins.
    var next: Int { (key.upperBound + 3) & ~3 }
  }

  private func entry(at offset: Int) -> Entry {
    let (mark, keyCount, valueCount) = (word(at: offset), word(at: offset + 4), word(at: offset + 8))
    let value = Int(word(at: offset + 12)) | Int(word(at: offset + 16)) << 32
    let key = offset + Self.head
    return Entry(mark: mark, key: key..<key + Int(keyCount), value: value..<value + Int(valueCount))
  }

  private func word(at offset: Int) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe $0.load(fromByteOffset: offset, as: UInt32.self) }
  }

  private mutating func append(_ word: UInt32) {
    unsafe Swift.withUnsafeBytes(of: word) { unsafe bytes.append(contentsOf: $0) }
  }

  // MARK: Keys

  /// What a key was given last; nil when it was given nothing.
  func value(for key: [UInt8]) throws(SpilledBytes.Failure) -> [UInt8]? {
    let slot = slots[slot(of: key[...], Self.hash(key[...]))]
    return slot.place == 0 ? nil : try values.bytes(entry(at: slot.offset).value)
  }

  mutating func set(
    _ value: [UInt8],
    for key: ArraySlice<UInt8>,
    at mark: UInt32
  ) throws(SpilledBytes.Failure) {
    let place = try values.append(value)
    let hash = Self.hash(key)
    let slot = slot(of: key, hash)
    let isNew = slots[slot].place == 0
    slots[slot] = Slot(place: UInt32(bytes.count / 4 + 1), hash: hash)
    append(mark)
    append(UInt32(key.count))
    append(UInt32(value.count))
    append(UInt32(truncatingIfNeeded: place))
    append(UInt32(place >> 32))
    bytes.append(contentsOf: key)
    while bytes.count % 4 != 0 { bytes.append(0) }
    guard isNew else { return }
    keyCount += 1
    if keyCount * 2 > slots.count { growSlots() }
  }

  private static func hash(_ key: ArraySlice<UInt8>) -> UInt32 {
    var hasher = Hasher()
    unsafe key.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }

  /// The slot of a key, or the empty one where it would be.
  private func slot(of key: ArraySlice<UInt8>, _ hash: UInt32) -> Int {
    var index = Int(hash) & (slots.count - 1)
    while slots[index].place != 0 {
      let slot = slots[index]
      if slot.hash == hash, bytes[entry(at: slot.offset).key].elementsEqual(key) { return index }
      index = (index + 1) & (slots.count - 1)
    }
    return index
  }

  private mutating func growSlots() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: old.count * 2)
    for slot in old where slot.place != 0 {
      var index = Int(slot.hash) & (slots.count - 1)
      while slots[index].place != 0 { index = (index + 1) & (slots.count - 1) }
      slots[index] = slot
    }
  }

  // MARK: All of them

  /// Those that were set below a mark.
  func below(_ mark: UInt32) throws(SpilledBytes.Failure) -> OverlayEntries {
    if offsets.allSatisfy({ entry(at: $0).mark < mark }) { return self }
    var kept = OverlayEntries()
    for offset in offsets {
      let entry = entry(at: offset)
      if entry.mark < mark { try kept.set(values.bytes(entry.value), for: bytes[entry.key], at: entry.mark) }
    }
    return kept
  }

  private var offsets: some Sequence<Int> {
    sequence(first: 0) { entry(at: $0).next }.prefix { $0 < bytes.count }
  }

  /// Passes each key on once with its newest value, in ascending order.
  func forEachNewest(_ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Void) throws {
    var places: [(beginning: UInt64, offset: Int)] = []
    places.reserveCapacity(keyCount)
    for slot in slots where slot.place != 0 { places.append((beginning(of: slot), slot.offset)) }
    places.sort { left, right in
      // Most keys differ in their first bytes.
      if left.beginning != right.beginning { return left.beginning < right.beginning }
      return bytes[entry(at: left.offset).key].lexicographicallyPrecedes(bytes[entry(at: right.offset).key])
    }
    for place in places {
      let entry = entry(at: place.offset)
      try body(Array(bytes[entry.key]), values.bytes(entry.value))
    }
  }

  /// The first eight bytes of a slot's key as a number, the first of them highest; a shorter key ends in zeros.
  private func beginning(of slot: Slot) -> UInt64 {
    let key = bytes[entry(at: slot.offset).key]
    return (0..<8).reduce(0) { $0 << 8 | UInt64($1 < key.count ? key[key.startIndex + $1] : 0) }
  }
}
