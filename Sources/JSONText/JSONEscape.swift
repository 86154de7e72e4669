/// What JSON's strings must escape (RFC 8259 §7), and what that costs.
@usableFromInline package enum JSONEscape {
  /// Bytes that each byte takes in a JSON string.
  package static let lengths: [UInt8] = (0...255).map { byte in
    switch byte {
    case 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x22, 0x5C: 2
    case ..<0x20: 6
    default: 1
    }
  }

  /// Bytes that a text takes in a JSON string, without its quotes.
  /// - Complexity: O(bytes).
  package static func length(of bytes: UnsafeRawBufferPointer) -> Int {
    var sum = 0
    for index in 0..<bytes.count { sum += unsafe Int(lengths[Int(bytes[index])]) }
    return sum
  }

  /// The longest beginning of a text that takes at most `limit` bytes in a JSON string and ends between characters.
  /// - Complexity: O(limit).
  package static func prefix(of bytes: UnsafeRawBufferPointer, limit: Int) -> Int {
    var sum = 0
    var boundary = 0
    for index in 0..<bytes.count {
      let byte = unsafe bytes[index]
      if byte & 0xC0 != 0x80 { boundary = index }
      sum += Int(lengths[Int(byte)])
      if sum > limit { return boundary }
    }
    return bytes.count
  }

  // Vectors of one repeated value: scalar right-hand sides compile to scalar loops.
  @inlinable static var quotes: SIMD16<UInt8> { SIMD16(repeating: UInt8(ascii: "\"")) }
  @inlinable static var backslashes: SIMD16<UInt8> { SIMD16(repeating: UInt8(ascii: "\\")) }
  @inlinable static var spaces: SIMD16<UInt8> { SIMD16(repeating: 0x20) }

  /// A vector with a non-zero byte wherever an escape is needed, as two words.
  @inlinable
  @inline(__always)
  static func escapes(in block: SIMD16<UInt8>) -> SIMD2<UInt64> {
    let mask = (block .== quotes) .| (block .== backslashes) .| (block .< spaces)
    return unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
  }

  /// Whether no byte of a block needs an escape.
  @inlinable
  @inline(__always)
  static func isClean(_ block: SIMD16<UInt8>) -> Bool {
    let mask = escapes(in: block)
    return mask[0] | mask[1] == 0
  }

  /// How many bytes of a block come before the first that needs an escape.
  @inlinable
  @inline(__always)
  static func cleanPrefix(_ block: SIMD16<UInt8>) -> Int {
    let mask = escapes(in: block)
    return mask[0] != 0 ? mask[0].trailingZeroBitCount / 8 : 8 + mask[1].trailingZeroBitCount / 8
  }
}
