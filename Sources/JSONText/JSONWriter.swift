/// Writes JSON text into memory of its own.
///
/// The hot end of every pipeline: bytes in, bytes out, no `String`. Grows as needed and keeps what it has.
@safe
package struct JSONWriter: ~Copyable {
  package private(set) var base: UnsafeMutablePointer<UInt8>
  package private(set) var capacity: Int
  package private(set) var count = 0

  /// Creates a writer with room for `capacity` bytes.
  package init(capacity: Int) {
    self.capacity = max(capacity, 64)
    unsafe base = .allocate(capacity: self.capacity)
  }

  deinit { unsafe base.deallocate() }

  /// The bytes written so far.
  package var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

  /// Makes room for `more` bytes.
  @inline(__always)
  package mutating func reserve(_ more: Int) {
    if capacity - count < more { grow(by: more) }
  }

  @inline(never)
  private mutating func grow(by more: Int) {
    capacity = max(capacity + capacity / 2, count + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    unsafe larger.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = larger
  }

  /// Appends one byte.
  @inline(__always)
  package mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe base[count] = byte
    count += 1
  }

  /// Appends bytes as they are.
  @inline(__always)
  package mutating func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
    reserve(length)
    unsafe (base + count).update(from: start, count: length)
    count += length
  }

  /// Appends bytes as they are, sixteen at a time: at least 16 bytes after `length` must be readable.
  @inline(__always)
  package mutating func append(padded start: UnsafePointer<UInt8>, _ length: Int) {
    reserve(length + 16)
    var offset = 0
    repeat {
      let block = unsafe UnsafeRawPointer(start + offset).loadUnaligned(as: SIMD16<UInt8>.self)
      unsafe UnsafeMutableRawPointer(base + count + offset).storeBytes(of: block, as: SIMD16<UInt8>.self)
      offset += 16
    } while offset < length
    count += length
  }

  /// Appends two bytes.
  @inline(__always)
  package mutating func append(_ first: UInt8, _ second: UInt8) {
    reserve(2)
    unsafe base[count] = first
    unsafe base[count + 1] = second
    count += 2
  }

  /// Appends bytes as they are.
  package mutating func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      if let start = buffer.baseAddress { unsafe append(start, buffer.count) }
    }
  }

  /// Appends text as it is.
  package mutating func append(_ text: StaticString) {
    unsafe append(text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Appends a number.
  package mutating func append(decimal number: Int) { append(Array(String(number).utf8)) }

  /// Appends again what was written from `start` to `end`.
  package mutating func repeatBytes(from start: Int, to end: Int) {
    reserve(end - start)
    unsafe (base + count).update(from: base + start, count: end - start)
    count += end - start
  }

  /// Takes back everything after the first `length` bytes.
  package mutating func truncate(to length: Int) {
    precondition(length <= count)
    count = length
  }

  /// Hands the memory over: the receiver frees it.
  package consuming func release() -> (base: UnsafeMutablePointer<UInt8>, capacity: Int, count: Int) {
    let parts = unsafe (base, capacity, count)
    discard self
    return unsafe parts
  }

  /// Appends text with JSON's escapes, without quotes.
  ///
  /// At least 16 bytes after `length` must be readable: arenas are padded.
  @inline(__always)
  package mutating func appendEscaped(padded start: UnsafePointer<UInt8>, _ length: Int) {
    reserve(length + 16)
    var read = 0
    // Copies sixteen bytes at a time while none of them needs an escape.
    while read < length {
      let block = unsafe UnsafeRawPointer(start + read).loadUnaligned(as: SIMD16<UInt8>.self)
      unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: block, as: SIMD16<UInt8>.self)
      if JSONEscape.isClean(block) {
        let step = min(16, length - read)
        read += step
        count += step
      } else {
        let clean = min(JSONEscape.cleanPrefix(block), length - read)
        read += clean
        count += clean
        if read < length {
          reserve(length - read + 6 + 16)
          unsafe appendEscape(of: start[read])
          read += 1
        }
      }
    }
  }

  /// Appends text with JSON's escapes, without quotes, from memory that ends where the text does.
  package mutating func appendEscaped(_ bytes: UnsafeRawBufferPointer) {
    for index in 0..<bytes.count {
      let byte = unsafe bytes[index]
      reserve(6)
      if JSONEscape.lengths[Int(byte)] == 1 {
        unsafe base[count] = byte
        count += 1
      } else {
        appendEscape(of: byte)
      }
    }
  }

  /// Appends the escape of one byte; there is room.
  @inline(never)
  private mutating func appendEscape(of byte: UInt8) {
    let hex: StaticString = "0123456789abcdef"
    unsafe base[count] = UInt8(ascii: "\\")
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): unsafe base[count + 1] = byte
    case 0x08: unsafe base[count + 1] = UInt8(ascii: "b")
    case 0x09: unsafe base[count + 1] = UInt8(ascii: "t")
    case 0x0A: unsafe base[count + 1] = UInt8(ascii: "n")
    case 0x0C: unsafe base[count + 1] = UInt8(ascii: "f")
    case 0x0D: unsafe base[count + 1] = UInt8(ascii: "r")
    default:
      unsafe base[count + 1] = UInt8(ascii: "u")
      unsafe base[count + 2] = UInt8(ascii: "0")
      unsafe base[count + 3] = UInt8(ascii: "0")
      unsafe base[count + 4] = hex.utf8Start[Int(byte >> 4)]
      unsafe base[count + 5] = hex.utf8Start[Int(byte & 15)]
      count += 6
      return
    }
    count += 2
  }
}
