/// Which name follows which: members come in the same order in most objects that stand in the same place.
///
/// A name that was foretold is compared and neither read nor looked up. A wrong guess costs no more than that comparison.
///
/// Memory: 16 KiB.
@safe
struct NameSuccession: ~Copyable {
  /// A name, and how it is written before its value.
  @safe
  struct Guess {
    /// `"assetName":`, with 16 bytes behind it.
    var key: UnsafePointer<UInt8>?
    var length: Int32
    var name: Name
    /// Its number in the document.
    var number: UInt16
  }

  private static let slots = 1024  // a power of two
  private static let depths = 66
  /// A longer one is looked up: a guess looks at no more bytes than these.
  private static let longestKey = 64

  private let guesses = UnsafeMutablePointer<Guess>.allocate(capacity: slots)
  /// The last member at a depth, from 1; 0 before the first; in arrays the member that the array is.
  private let numbers = UnsafeMutablePointer<UInt16>.allocate(capacity: depths)

  init() {
    unsafe guesses.initialize(repeating: Guess(key: nil, length: 0, name: Name(id: 0), number: 0), count: Self.slots)
    unsafe numbers.initialize(repeating: 0, count: Self.depths)
  }

  deinit {
    unsafe guesses.deallocate()
    unsafe numbers.deallocate()
  }

  /// Notes that an object or array begins that stands at a depth; its members or elements are one deeper.
  @inline(__always)
  mutating func open(isObject: Bool, depth: Int) {
    unsafe numbers[depth + 1] = isObject ? 0 : numbers[depth]
  }

  /// Notes a member.
  @inline(__always)
  mutating func meet(_ number: Int, depth: Int) { unsafe numbers[depth] = UInt16(truncatingIfNeeded: number + 1) }

  @inline(__always)
  private func slot(depth: Int) -> Int {
    unsafe (Int(numbers[depth - 1]) &* 61 &+ Int(numbers[depth])) & (Self.slots - 1)
  }

  /// What likely follows at a depth, if it stands in a text; looks at 64 bytes of that.
  @inline(__always)
  func guess(depth: Int, at text: UnsafeRawPointer) -> Guess? {
    let guess = unsafe guesses[slot(depth: depth)]
    guard let key = unsafe guess.key, unsafe Self.holds(text, UnsafeRawPointer(key), Int(guess.length)) else {
      return nil
    }
    return guess
  }

  /// Remembers what followed in place of the guess.
  mutating func learn(_ name: Name, _ number: Int, depth: Int) {
    let spelling = name.spelling
    guard spelling.wireKeyLength <= Self.longestKey else { return }
    unsafe guesses[slot(depth: depth)] = Guess(
      key: spelling.wireKey,
      length: Int32(clamping: spelling.wireKeyLength),
      name: name,
      number: UInt16(truncatingIfNeeded: number)
    )
  }

  /// Whether two texts are the same, eight bytes at a time; the last eight may have been compared already.
  @inline(__always)
  private static func holds(_ text: UnsafeRawPointer, _ key: UnsafeRawPointer, _ length: Int) -> Bool {
    if length < 8 { return unsafe difference(text, key, 0) << UInt64(64 - 8 * length) == 0 }
    var offset = 0
    while offset + 8 < length {
      if unsafe difference(text, key, offset) != 0 { return false }
      offset += 8
    }
    return unsafe difference(text, key, length - 8) == 0
  }

  @inline(__always)
  private static func difference(_ text: UnsafeRawPointer, _ key: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    // The first byte is the lowest everywhere.
    unsafe UInt64(littleEndian: text.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      ^ UInt64(littleEndian: key.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
