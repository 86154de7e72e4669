internal import Blocks

/// Writes JSON text into memory of its own.
///
/// The hot end of every pipeline: bytes in, bytes out, no `String`. Grows as needed and keeps what it has.
@safe
@usableFromInline package struct JSONWriter: ~Copyable {
  // Written by this type alone; to be seen by the code that is inlined where lines are written.
  @usableFromInline package var base: UnsafeMutablePointer<UInt8>
  @usableFromInline package var capacity: Int
  @usableFromInline package var count = 0

  /// Creates a writer with room for `capacity` bytes.
  package init(capacity: Int) {
    let block = unsafe Blocks.take(max(capacity, 64))
    self.capacity = block.count
    // A block has an address.
    unsafe base = block.baseAddress!.assumingMemoryBound(to: UInt8.self)
  }

  deinit { unsafe Blocks.give(UnsafeMutableRawBufferPointer(start: base, count: capacity)) }

  /// The bytes written so far.
  @inlinable package var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

  /// Makes room for `more` bytes.
  @inlinable
  @inline(__always)
  package mutating func reserve(_ more: Int) {
    if capacity - count < more { grow(by: more) }
  }

  @inline(never)
  @usableFromInline
  mutating func grow(by more: Int) {
    let larger = unsafe Blocks.take(max(capacity + capacity / 2, count + more))
    unsafe larger.copyMemory(from: bytes)
    unsafe Blocks.give(UnsafeMutableRawBufferPointer(start: base, count: capacity))
    // A block has an address.
    unsafe base = larger.baseAddress!.assumingMemoryBound(to: UInt8.self)
    capacity = larger.count
  }

  /// Appends one byte.
  @inlinable
  @inline(__always)
  package mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe base[count] = byte
    count += 1
  }

  /// Appends bytes as they are.
  @inlinable
  @inline(__always)
  package mutating func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
    reserve(length)
    unsafe (base + count).update(from: start, count: length)
    count += length
  }

  /// Appends bytes as they are, sixteen at a time: at least 16 bytes after `length` must be readable.
  @inlinable
  @inline(__always)
  package mutating func append(padded start: UnsafePointer<UInt8>, _ length: Int) {
    reserve(length + 16)
    unsafe appendBlocks(start, length)
  }

  /// Appends two bytes.
  @inlinable
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
  @inlinable
  @inline(__always)
  package mutating func append(_ text: StaticString) {
    unsafe append(text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Appends a number.
  package mutating func append(decimal number: Int) { append(Array(String(number).utf8)) }

  /// Appends again what was written from `start` to `end`.
  @inlinable
  package mutating func repeatBytes(from start: Int, to end: Int) {
    reserve(end - start)
    unsafe (base + count).update(from: base + start, count: end - start)
    count += end - start
  }

  /// Takes back everything after the first `length` bytes.
  @inlinable
  package mutating func truncate(to length: Int) {
    precondition(length <= count)
    count = length
  }

  /// Hands the memory over: the receiver gives it back to ``Blocks``.
  package consuming func release() -> (block: UnsafeMutableRawBufferPointer, count: Int) {
    let parts = unsafe (UnsafeMutableRawBufferPointer(start: base, count: capacity), count)
    discard self
    return unsafe parts
  }

  /// Appends text with JSON's escapes, without quotes.
  ///
  /// At least 16 bytes after `length` must be readable: arenas are padded.
  @inlinable
  @inline(__always)
  package mutating func appendEscaped(padded start: UnsafePointer<UInt8>, _ length: Int) {
    reserve(length + 16)
    unsafe appendReserved(start, length)
  }

  /// Appends a key with its colon and opening quote, a text with JSON's escapes, the closing quote and a comma.
  ///
  /// At least 16 bytes after both must be readable.
  @inlinable
  @inline(__always)
  package mutating func appendMember(
    key: UnsafePointer<UInt8>,
    _ keyLength: Int,
    text: UnsafePointer<UInt8>,
    _ length: Int
  ) {
    reserve(keyLength + length + 32)
    unsafe appendBlocks(key, keyLength)
    unsafe appendReserved(text, length)
    // Where there were escapes, they left room for this.
    unsafe base[count] = UInt8(ascii: "\"")
    unsafe base[count + 1] = UInt8(ascii: ",")
    count += 2
  }

  /// Appends bytes as they are, sixteen at a time; there is room for 16 more.
  @inlinable
  @inline(__always)
  mutating func appendBlocks(_ start: UnsafePointer<UInt8>, _ length: Int) {
    var offset = 0
    repeat {
      let block = unsafe UnsafeRawPointer(start + offset).loadUnaligned(as: SIMD16<UInt8>.self)
      unsafe UnsafeMutableRawPointer(base + count + offset).storeBytes(of: block, as: SIMD16<UInt8>.self)
      offset += 16
    } while offset < length
    count += length
  }

  /// Copies sixteen bytes at a time while none of them needs an escape; there is room for 16 more.
  @inlinable
  @inline(__always)
  mutating func appendReserved(_ start: UnsafePointer<UInt8>, _ length: Int) {
    let room = unsafe UnsafeMutableRawPointer(base + count)
    var read = 0
    while read < length {
      let block = unsafe UnsafeRawPointer(start + read).loadUnaligned(as: SIMD16<UInt8>.self)
      unsafe room.storeBytes(of: block, toByteOffset: read, as: SIMD16<UInt8>.self)
      if !JSONEscape.isClean(block) {
        let clean = JSONEscape.cleanPrefix(block)
        // What is behind the text, the next one, may need escapes.
        if clean < length - read {
          count += read + clean
          return unsafe appendEscapes(start + read + clean, length - read - clean)
        }
      }
      read += 16
    }
    count += length
  }

  /// Appends text that begins with a byte that needs an escape, and leaves room for 32 bytes more.
  @inline(never)
  @usableFromInline
  mutating func appendEscapes(_ start: UnsafePointer<UInt8>, _ length: Int) {
    var from = unsafe UnsafeRawPointer(start)
    let end = unsafe from + length
    while unsafe from < end {
      // Room for so much of the text at worst, so that nothing more is asked in the loop.
      let slice = unsafe min(end - from, 4096)
      reserve(6 * slice + 32)
      let sliceEnd = unsafe from + slice
      var to = unsafe UnsafeMutableRawPointer(base + count)
      while unsafe from < sliceEnd {
        unsafe to = Self.escape(from.load(as: UInt8.self), at: to)
        unsafe from += 1
        while unsafe from < sliceEnd {
          let block = unsafe from.loadUnaligned(as: SIMD16<UInt8>.self)
          unsafe to.storeBytes(of: block, as: SIMD16<UInt8>.self)
          let clean = JSONEscape.isClean(block) ? 16 : JSONEscape.cleanPrefix(block)
          let step = unsafe min(clean, sliceEnd - from)
          unsafe from += step
          unsafe to += step
          if clean < 16 { break }
        }
      }
      unsafe count = UnsafeRawPointer(to) - UnsafeRawPointer(base)
      // The next slice may begin with any byte.
      while unsafe from < end, JSONEscape.lengths[Int(unsafe from.load(as: UInt8.self))] == 1 {
        append(unsafe from.load(as: UInt8.self))
        unsafe from += 1
      }
    }
    reserve(32)
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
        unsafe count += Self.escape(byte, at: base + count) - UnsafeMutableRawPointer(base + count)
      }
    }
  }

  /// Writes the escape of a byte; returns what is behind it.
  @inline(__always)
  private static func escape(_ byte: UInt8, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let letters: StaticString = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu"
    let letter = byte < 0x20 ? unsafe letters.utf8Start[Int(byte)] : byte
    unsafe place.storeBytes(of: UInt16(UInt8(ascii: "\\")) | UInt16(letter) << 8, as: UInt16.self)
    if letter != UInt8(ascii: "u") { return unsafe place + 2 }
    let digits: StaticString = "0123456789abcdef"
    unsafe place.storeBytes(of: 0x3030, toByteOffset: 2, as: UInt16.self)
    unsafe place.storeBytes(of: digits.utf8Start[Int(byte >> 4)], toByteOffset: 4, as: UInt8.self)
    unsafe place.storeBytes(of: digits.utf8Start[Int(byte & 15)], toByteOffset: 5, as: UInt8.self)
    return unsafe place + 6
  }
}
