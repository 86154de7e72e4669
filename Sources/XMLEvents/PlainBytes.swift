typealias ByteVector = SIMD16<Int8>
typealias ByteMask = SIMDMask<ByteVector>

/// The bytes at which skipping is to stop, besides those that are forbidden or not ASCII.
protocol Stops {
  /// Marks the bytes to stop at, given the vector of the bytes each of them is followed by.
  func mark(_ bytes: ByteVector, followedBy next: ByteVector) -> ByteMask
}

/// The `&` of references and the `<` of everything but tags.
struct ContentStops: Stops {
  @inline(__always)
  func mark(_ bytes: ByteVector, followedBy next: ByteVector) -> ByteMask {
    let isSpecial = (next .== ByteVector(.exclamationMark)) .| (next .== ByteVector(.questionMark))
    return ((bytes .== ByteVector(.lessThan)) .& isSpecial) .| (bytes .== ByteVector(.ampersand))
  }
}

/// The first of two bytes in succession.
struct PairStops: Stops {
  let first: UInt8
  let second: UInt8

  @inline(__always)
  init(_ first: UInt8, _ second: UInt8) {
    self.first = first
    self.second = second
  }

  @inline(__always)
  func mark(_ bytes: ByteVector, followedBy next: ByteVector) -> ByteMask {
    (bytes .== ByteVector(first)) .& (next .== ByteVector(second))
  }
}

/// The hot loops: all but a few bytes of a document are only ever seen by them.
enum PlainBytes {
  /// Returns the position of the first byte that may need attention; acceptable characters beyond ASCII do not.
  @inline(__always)
  static func skip(_ input: UnsafeRawBufferPointer, from start: Int, to limit: Int, stops: some Stops) -> Int {
    var position = start
    while true {
      unsafe position = skipASCII(input, from: position, to: limit, stops: stops)
      guard position < limit, unsafe input[position] >= 0x80 else { return position }
      let end = unsafe skipNonASCII(input, from: position, to: limit)
      guard end > position else { return position }
      position = end
    }
  }

  /// Returns the position of the first byte that is not white; a CR is not white here, for it ends lines that have to be
  /// changed.
  @inline(__always)
  static func skipSpace(_ input: UnsafeRawBufferPointer, from start: Int) -> Int {
    let width = ByteVector.scalarCount
    var position = start
    while position + width <= input.count {
      let bytes = unsafe input.loadUnaligned(fromByteOffset: position, as: ByteVector.self)
      let isBreak = (bytes .== ByteVector(.lineFeed)) .| (bytes .== ByteVector(.tab))
      if let lane = firstLane(of: .!((bytes .== ByteVector(.space)) .| isBreak)) { return position + lane }
      position += width
    }
    while position < input.count, unsafe input[position].isSpace, unsafe input[position] != .carriageReturn {
      position += 1
    }
    return position
  }

  /// Returns the position of the `>` or the space that ends a name which is not too long.
  @inline(__always)
  static func endOfName(_ input: UnsafeRawBufferPointer, from start: Int) -> Int? {
    let width = ByteVector.scalarCount
    let limit = min(start + PlainElement.longestName, input.count)
    var position = start
    while position + width <= limit {
      let bytes = unsafe input.loadUnaligned(fromByteOffset: position, as: ByteVector.self)
      if let lane = firstLane(of: (bytes .== ByteVector(.greaterThan)) .| (bytes .== ByteVector(.space))) {
        return position + lane
      }
      position += width
    }
    while position < limit, unsafe input[position] != .greaterThan, unsafe input[position] != .space { position += 1 }
    return position < limit ? position : nil
  }

  /// Returns the position of the first byte that text cannot go on with as it is: `<`, `&`, CR, or `]`.
  @inline(__always)
  static func plainText(_ input: UnsafeRawBufferPointer, from start: Int) -> Int {
    let width = ByteVector.scalarCount
    var position = start
    while position + width <= input.count {
      let bytes = unsafe input.loadUnaligned(fromByteOffset: position, as: ByteVector.self)
      let isMarkup = (bytes .== ByteVector(.lessThan)) .| (bytes .== ByteVector(.ampersand))
      let isOther = (bytes .== ByteVector(.carriageReturn)) .| (bytes .== ByteVector(.rightBracket))
      if let lane = firstLane(of: isMarkup .| isOther) { return position + lane }
      position += width
    }
    while position < input.count {
      switch unsafe input[position] {
      case .lessThan, .ampersand, .carriageReturn, .rightBracket: return position
      default: position += 1
      }
    }
    return position
  }

  /// Returns the position of the first `]]>`.
  static func endOfSection(_ input: UnsafeRawBufferPointer, from start: Int, to limit: Int) -> Int? {
    let width = ByteVector.scalarCount
    var position = start
    while position + width < limit {
      let bytes = unsafe input.loadUnaligned(fromByteOffset: position, as: ByteVector.self)
      let next = unsafe input.loadUnaligned(fromByteOffset: position + 1, as: ByteVector.self)
      let isPair = (bytes .== ByteVector(.rightBracket)) .& (next .== ByteVector(.rightBracket))
      guard let lane = firstLane(of: isPair) else {
        position += width
        continue
      }
      position += lane
      if unsafe input.holds("]]>", at: position) { return position }
      position += 1
    }
    while position < limit {
      if unsafe input.holds("]]>", at: position) { return position }
      position += 1
    }
    return nil
  }

  /// How many lines end in some text.
  static func lineFeeds(in text: UnsafeRawBufferPointer) -> Int {
    let width = ByteVector.scalarCount
    var count = 0
    var position = 0
    while position + width <= text.count {
      // Lanes that agree are -1, and no lane counts beyond 127 of them.
      var counts = ByteVector(repeating: 0)
      let end = min(position + 127 * width, text.count - width + 1)
      while position < end {
        let bytes = unsafe text.loadUnaligned(fromByteOffset: position, as: ByteVector.self)
        unsafe counts &-= unsafeBitCast(bytes .== ByteVector(.lineFeed), to: ByteVector.self)
        position += width
      }
      for lane in 0..<width { count += Int(counts[lane]) }
    }
    while position < text.count {
      if unsafe text[position] == .lineFeed { count += 1 }
      position += 1
    }
    return count
  }

  /// Skips ASCII vector by vector, and when the first is without a stop, four at a time.
  ///
  /// Near the end of the input, single bytes are skipped only if they are in no way special.
  @inline(__always)
  private static func skipASCII(
    _ input: UnsafeRawBufferPointer,
    from start: Int,
    to limit: Int,
    stops: some Stops
  ) -> Int {
    let width = ByteVector.scalarCount
    var position = start
    while position + width < limit {
      if let lane = unsafe firstLane(of: mark(input, at: position, stops: stops)) { return position + lane }
      position += width
      while position + 4 * width < limit {
        let mask1 = unsafe mark(input, at: position, stops: stops)
        let mask2 = unsafe mark(input, at: position + width, stops: stops)
        let mask3 = unsafe mark(input, at: position + 2 * width, stops: stops)
        let mask4 = unsafe mark(input, at: position + 3 * width, stops: stops)
        if isEmpty(mask1 .| mask2 .| mask3 .| mask4) {
          position += 4 * width
          continue
        }
        if let lane = firstLane(of: mask1) { return position + lane }
        if let lane = firstLane(of: mask2) { return position + width + lane }
        if let lane = firstLane(of: mask3) { return position + 2 * width + lane }
        return position + 3 * width + (firstLane(of: mask4) ?? 0)
      }
    }
    while position < limit, unsafe input[position].isPlain { position += 1 }
    return position
  }

  /// Skips acceptable characters beyond ASCII, and the single spaces between them.
  private static func skipNonASCII(_ input: UnsafeRawBufferPointer, from start: Int, to limit: Int) -> Int {
    var position = start
    while position < limit {
      if unsafe input[position] == .space {
        position += 1
        continue
      }
      guard unsafe input[position] >= 0x80 else { break }
      guard case .acceptable(let length) = unsafe UTF8Character(input, at: position) else { break }
      position += length
    }
    return position
  }

  @inline(__always)
  private static func mark(_ input: UnsafeRawBufferPointer, at position: Int, stops: some Stops) -> ByteMask {
    let bytes = unsafe input.loadUnaligned(fromByteOffset: position, as: ByteVector.self)
    let next = unsafe input.loadUnaligned(fromByteOffset: position + 1, as: ByteVector.self)
    // As signed numbers, the bytes beyond ASCII are less than a space, too. Tab and carriage return differ in one bit.
    let isTabOrReturn = (bytes & ByteVector(0xFB)) .== ByteVector(.tab)
    let isSpace = isTabOrReturn .| (bytes .== ByteVector(.lineFeed))
    let isIrregular = (bytes .< ByteVector(.space)) .& .!isSpace
    return isIrregular .| stops.mark(bytes, followedBy: next)
  }

  @inline(__always)
  private static func isEmpty(_ mask: ByteMask) -> Bool {
    let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    return words[0] | words[1] == 0
  }

  @inline(__always)
  private static func firstLane(of mask: ByteMask) -> Int? {
    // Half a byte of each lane, without a branch on which half of the lanes it is in.
    let pairs = unsafe unsafeBitCast(mask, to: SIMD8<UInt16>.self) &>> SIMD8<UInt16>(repeating: 4)
    let halves = unsafe unsafeBitCast(SIMD8<UInt8>(truncatingIfNeeded: pairs), to: UInt64.self)
    return halves == 0 ? nil : halves.littleEndian.trailingZeroBitCount / 4
  }
}

extension ByteVector {
  /// Creates a vector of one byte, repeated; comparisons with anything else than a vector are not vectorized.
  @inline(__always)
  init(_ byte: UInt8) {
    self.init(repeating: Int8(bitPattern: byte))
  }
}
