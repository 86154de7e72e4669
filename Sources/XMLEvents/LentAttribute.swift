internal import CLibXML2

/// One attribute in the form in which libxml2 lends them: a name, a value that ends in a zero byte, and nothing behind.
@safe
struct LentAttribute: ~Copyable {
  let pair = UnsafeMutablePointer<UnsafePointer<UInt8>?>.allocate(capacity: 3)
  private let value = UnsafeMutablePointer<UInt8>.allocate(capacity: PlainElement.longestName + 1)

  init() { unsafe pair.initialize(repeating: nil, count: 3) }

  deinit {
    unsafe pair.deallocate()
    unsafe value.deallocate()
  }

  /// Makes the pair that of an attribute; false where its name cannot be had.
  func keep(
    _ attribute: PlainElement.Attribute,
    of bytes: UnsafeRawBufferPointer,
    _ names: borrowing InternedNames,
    in dictionary: xmlDictPtr
  ) -> Bool {
    guard let name = unsafe names.find(bytes, attribute.name, in: dictionary) else { return false }
    let count = attribute.value.count
    // A value is not longer than a name may be.
    unsafe UnsafeMutableRawBufferPointer(start: value, count: count).copyMemory(
      from: UnsafeRawBufferPointer(rebasing: bytes[attribute.value])
    )
    unsafe value[count] = 0
    unsafe pair[0] = name
    unsafe pair[1] = UnsafePointer(value)
    return true
  }
}
