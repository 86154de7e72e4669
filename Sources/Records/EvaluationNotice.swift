internal import Glibc

/// Takes the notice of an evaluation subscription out of an answer, wherever it stands.
///
/// Qualys writes it as a comment on a line of its own, but at times into the middle of what it writes just then: within
/// a tag or another comment the answer is no longer XML, within a text the notice would become a part of it.
struct EvaluationNotice {
  /// What every notice begins with; the product's name follows, and is missing at times.
  private static let opening = Array("<!-- This report was generated with an evaluation version of".utf8)
  /// What stands before the last `>` of every notice.
  private static let closing = Array("//--".utf8)
  private static let lineEndings = [" \n", "\n", " \r\n", "\r\n"].map { Array($0.utf8) }
  /// No notice is longer.
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
      switch unsafe Self.extent(of: bytes, from: place, isLast: isLast) {
      case .notice(let end):
        if place > start { try unsafe emit(UnsafeRawBufferPointer(rebasing: bytes[start..<place])) }
        start = end
        position = end
      case .none:
        position = place + 1
      case .unknown:
        if place > start { try unsafe emit(UnsafeRawBufferPointer(rebasing: bytes[start..<place])) }
        unsafe held.append(contentsOf: bytes[place...])
        return
      }
    }
    let end = unsafe isLast ? bytes.count : bytes.count - Self.beginning(atEndOf: bytes, from: start)
    if end > start { try unsafe emit(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) }
    if end < bytes.count { unsafe held.append(contentsOf: bytes[end...]) }
  }

  private enum Extent {
    /// A notice, with where it ends.
    case notice(Int)
    /// Something else that begins like one.
    case none
    /// More bytes are needed to tell.
    case unknown
  }

  /// What begins at a place where the opening stands; a notice is one line.
  private static func extent(of bytes: UnsafeRawBufferPointer, from place: Int, isLast: Bool) -> Extent {
    var end = place + opening.count
    while true {
      guard end - place < limit else { return .none }
      guard end < bytes.count else { return isLast ? .none : .unknown }
      switch unsafe bytes[end] {
      case UInt8(ascii: "\n"), UInt8(ascii: "<"): return .none
      case UInt8(ascii: ">") where unsafe bytes[..<end].suffix(closing.count).elementsEqual(closing):
        return unsafe lineEnd(of: bytes, from: end + 1, isLast: isLast).map { .notice($0) } ?? .unknown
      default: end += 1
      }
    }
  }

  /// The end of the line was written with the notice, a lone space was not; nil when more bytes are needed to tell.
  private static func lineEnd(of bytes: UnsafeRawBufferPointer, from end: Int, isLast: Bool) -> Int? {
    guard isLast || end + 3 <= bytes.count else { return nil }
    for ending in lineEndings where unsafe bytes[end...].starts(with: ending) { return end + ending.count }
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
