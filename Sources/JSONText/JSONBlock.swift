/// Sixteen bytes of JSON text at once.
///
/// Public for one reason: what is only of the package is never inlined in other modules.
public enum JSONBlock {
  /// How many bytes of a block come before the first that is a quote, a backslash, a control character or no ASCII.
  @inlinable
  @inline(__always)
  public static func plainASCIIPrefix(_ block: SIMD16<UInt8>) -> Int {
    // Vectors of one repeated value: scalar right-hand sides compile to scalar loops.
    let quotes = SIMD16<UInt8>(repeating: UInt8(ascii: "\""))
    let backslashes = SIMD16<UInt8>(repeating: UInt8(ascii: "\\"))
    // As signed numbers, what is no ASCII is less than a space, too.
    let signed = unsafe unsafeBitCast(block, to: SIMD16<Int8>.self)
    let low = signed .< SIMD16<Int8>(repeating: 0x20)
    let mask = unsafe unsafeBitCast((block .== quotes) .| (block .== backslashes) .| low, to: SIMD2<UInt64>.self)
    if mask[0] != 0 { return mask[0].trailingZeroBitCount / 8 }
    return mask[1] == 0 ? 16 : 8 + mask[1].trailingZeroBitCount / 8
  }
}
