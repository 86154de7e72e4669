internal import JSONText

/// Texts of JSON strings, told apart by what they stand for and not by their escapes.
///
/// Memory: a copy of each text, and about 30 bytes for it; no text has an allocation of its own.
struct TextSet {
  private var texts: [UInt8] = []
  /// Where each text ends in `texts`; it begins where the one before it ends.
  private var ends: [Int] = []
  /// The number of a text from 1, or 0, in the place that its hash tells or one behind that.
  private var slots: [Int32] = Array(repeating: 0, count: 256)  // a power of two

  /// Puts in the text of a JSON string as it stands between its quotes; false when it is there already.
  mutating func insert(raw: UnsafeRawBufferPointer) -> Bool {
    let start = texts.count
    if unsafe raw.contains(UInt8(ascii: "\\")) {
      unsafe texts.append(contentsOf: JSONUnescape.text(of: raw))
    } else {
      unsafe texts.append(contentsOf: raw)
    }
    var slot = slot(of: start..<texts.count)
    while slots[slot] != 0 {
      if isSame(range(Int(slots[slot]) - 1), start..<texts.count) {
        texts.removeSubrange(start...)
        return false
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    ends.append(texts.count)
    slots[slot] = Int32(truncatingIfNeeded: ends.count)
    if ends.count * 2 > slots.count { grow() }
    return true
  }

  private func range(_ number: Int) -> Range<Int> { (number == 0 ? 0 : ends[number - 1])..<ends[number] }

  /// Hashed with the process's own seed, so that nobody can choose texts that meet.
  private func slot(of range: Range<Int>) -> Int {
    var hasher = Hasher()
    unsafe texts.withUnsafeBytes { unsafe hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[range])) }
    return hasher.finalize() & (slots.count - 1)
  }

  private func isSame(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
    one.count == other.count && texts[one].elementsEqual(texts[other])
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for number in ends.indices {
      var slot = slot(of: range(number))
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(truncatingIfNeeded: number + 1)
    }
  }
}
