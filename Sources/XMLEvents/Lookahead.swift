/// The bytes from the one to be judged to the end of the chunk; there is always at least one.
@safe
struct Lookahead {
  private let bytes: UnsafeRawBufferPointer
  private let count: Int
  /// Whether the document ends with these bytes, so that there is nothing to wait for.
  let isLast: Bool

  init(_ input: UnsafeRawBufferPointer, from position: Int, isLast: Bool) {
    precondition(position < input.count)
    unsafe bytes = UnsafeRawBufferPointer(rebasing: input[position...])
    count = input.count - position
    self.isLast = isLast
  }

  var first: UInt8 { unsafe bytes[0] }

  subscript(index: Int) -> UInt8? { index < count ? unsafe bytes[index] : nil }

  var character: UTF8Character { unsafe UTF8Character(bytes, at: 0) }

  /// Returns whether the marker is there in full.
  func starts(with marker: StaticString) -> Bool {
    count >= marker.utf8CodeUnitCount && agrees(with: marker)
  }

  /// Returns whether the bytes end within what may yet become the marker.
  func mayStart(with marker: StaticString) -> Bool {
    !isLast && count < marker.utf8CodeUnitCount && agrees(with: marker)
  }

  private func agrees(with marker: StaticString) -> Bool {
    let length = marker.utf8CodeUnitCount
    let marker = unsafe marker.utf8Start
    for index in 0..<min(count, length) where unsafe bytes[index] != marker[index] { return false }
    return true
  }

  /// Returns the text that ends with a byte, or the most there may be of it, or nil if the byte may still come.
  func text(upTo last: UInt8, maximumLength: Int) -> String? {
    let candidate = unsafe bytes.prefix(maximumLength)
    if let end = unsafe candidate.firstIndex(of: last) {
      return unsafe String(decoding: candidate[...end], as: UTF8.self)
    }
    return isLast || count >= maximumLength ? unsafe String(decoding: candidate, as: UTF8.self) : nil
  }
}

/// What a non-ASCII byte, or a forbidden control character, is the start of, with its length in bytes.
enum UTF8Character {
  case acceptable(Int)
  /// A character that XML forbids, or the longest ill-formed piece that Unicode replaces by one U+FFFD.
  case unacceptable(Int)
  /// The beginning of a character that reaches beyond the end of the bytes.
  case truncated(Int)

  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
    let lead = unsafe bytes[position]
    let length: Int
    var range: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, range) = (3, 0xA0...0xBF)
    case 0xED: (length, range) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, range) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, range) = (4, 0x80...0x8F)
    default:
      self = .unacceptable(1)
      return
    }
    for index in 1..<length {
      guard position + index < bytes.count else {
        self = .truncated(index)
        return
      }
      guard range.contains(unsafe bytes[position + index]) else {
        self = .unacceptable(index)
        return
      }
      range = 0x80...0xBF
    }
    let isNoncharacter = unsafe lead == 0xEF && bytes[position + 1] == 0xBF && bytes[position + 2] >= 0xBE
    self = isNoncharacter ? .unacceptable(3) : .acceptable(length)
  }
}
