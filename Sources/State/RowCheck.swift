/// A number that is kept beside what was written, and that any one changed byte of it changes (FNV-1a, 64 bits).
///
/// SQLite finds pages that are out of joint, but not a bit that turned over within a value.
struct RowCheck {
  private(set) var number: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    var next = self
    // A million rows are checked when a state is opened, and Foundation's iterator takes most of that time.
    let whole: Void? = bytes.withContiguousStorageIfAvailable { bytes in
      for index in 0..<bytes.count { unsafe next.add(bytes[index]) }
    }
    if whole == nil { for byte in bytes { next.add(byte) } }
    self = next
  }

  /// A part of a row, its length first so that parts cannot run into each other.
  mutating func add(part: some Collection<UInt8>) {
    add(Int64(part.count))
    add(part)
  }

  mutating func add(_ number: Int64) {
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> Int64(shift))) }
  }

  private mutating func add(_ byte: UInt8) {
    number = (number ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  /// The number as the database keeps it.
  var stored: Int64 { Int64(bitPattern: number) }

  /// The number of a value of a space.
  static func of(_ space: Int64, key: some Collection<UInt8>, value: some Collection<UInt8>) -> Int64 {
    var check = RowCheck()
    check.add(space)
    check.add(part: key)
    check.add(part: value)
    return check.stored
  }

  /// The number of a number and some texts.
  static func of(_ number: Int64, parts: [UInt8]...) -> Int64 {
    var check = RowCheck()
    check.add(number)
    for part in parts { check.add(part: part) }
    return check.stored
  }
}
