internal import Glibc

/// Takes the notice of an evaluation subscription out of an answer, wherever it stands.
///
/// Qualys writes it as a comment on a line of its own, but at times into the middle of what it writes just then: within
/// a tag or another comment the answer is no longer XML, within a text the notice would become a part of it.
struct EvaluationNotice {
  /// What every notice begins with; the product's name follows, and is missing at times.
  private static let opening = Array("<!-- This report was generated with an evaluation version of".utf8)
  private static let closing = Array("-->".utf8)
  /// No notice is longer, with the rest of its line.
  private static let limit = 256

  /// Bytes at the end of the last chunk that may belong to a notice.
  private var held: [UInt8] = []

  /// Hands on the next bytes without notices, in pieces that are valid only during the call.
  mutating func remove<Failure: Error>(
    from bytes: UnsafeRawBufferPointer,
    emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    guard !held.isEmpty else { return try unsafe pass(bytes, isLast: false, emit) }
    var joined = held
    held = []
    unsafe joined.append(contentsOf: bytes)
    try unsafe joined.withUnsafeBufferPointer { (joined) throws(Failure) in
      try unsafe pass(UnsafeRawBufferPointer(joined), isLast: false, emit)
    }
  }

  /// Hands on what was held back at the end of the answer.
  mutating func finish<Failure: Error>(
    emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let rest = held
    held = []
    try unsafe rest.withUnsafeBufferPointer { (rest) throws(Failure) in
      try unsafe pass(UnsafeRawBufferPointer(rest), isLast: true, emit)
    }
  }

  private mutating func pass<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer,
    isLast: Bool,
    _ emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    /// What lies before it was handed on or left out.
    var start = 0
    var position = 0
    while let place = unsafe Self.place(of: Self.opening, in: bytes, from: position) {
      if let end = unsafe Self.end(of: bytes, from: place, isLast: isLast) {
        if place > start { try unsafe emit(UnsafeRawBufferPointer(rebasing: bytes[start..<place])) }
        start = end
        position = end
      } else if isLast || bytes.count - place >= Self.limit {
        position = place + 1
      } else {
        if place > start { try unsafe emit(UnsafeRawBufferPointer(rebasing: bytes[start..<place])) }
        unsafe held.append(contentsOf: bytes[place...])
        return
      }
    }
    let end = unsafe isLast ? bytes.count : bytes.count - Self.beginning(atEndOf: bytes, from: start)
    if end > start { try unsafe emit(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) }
    if end < bytes.count { unsafe held.append(contentsOf: bytes[end...]) }
  }

  /// Where the notice that begins at a place ends, with its line; nil when it is none, or goes on behind the bytes.
  private static func end(of bytes: UnsafeRawBufferPointer, from place: Int, isLast: Bool) -> Int? {
    let within = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, place + limit - 3)])
    guard let closing = unsafe self.place(of: closing, in: within, from: place + opening.count) else { return nil }
    var end = closing + self.closing.count
    // " \n" follows, which was written with it.
    guard isLast || end + 3 <= bytes.count else { return nil }
    for byte in [UInt8(ascii: " "), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    where unsafe end < bytes.count && bytes[end] == byte { end += 1 }
    return end
  }

  /// How many bytes at the end may be the beginning of a notice.
  private static func beginning(atEndOf bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    let tail = unsafe bytes[max(start, bytes.count - opening.count + 1)...]
    guard let place = unsafe tail.indices.first(where: { unsafe opening.starts(with: tail[$0...]) }) else {
      return 0
    }
    return bytes.count - place
  }

  private static func place(of mark: [UInt8], in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    var position = start
    while position + mark.count <= bytes.count {
      guard let first = unsafe memchr(base + position, Int32(mark[0]), bytes.count - position) else { return nil }
      position = unsafe UnsafeRawPointer(first) - base
      if unsafe bytes[position...].starts(with: mark) { return position }
      position += 1
    }
    return nil
  }
}
