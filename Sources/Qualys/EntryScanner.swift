internal import Glibc

/// Finds where the entries of a KnowledgeBase answer stand, without reading them: `<VULN>` to `</VULN>`, and the QID.
///
/// Knows CDATA and comments, in which tags are text. Bytes may come cut anywhere. Memory: the entries' places.
struct EntryScanner {
  /// Entries by their QID, in order.
  private(set) var entries: [(qid: UInt64, range: Range<Int>)] = []

  private enum Place {
    case markup
    case qid
    case characterData
    case comment
  }

  private enum Mark {
    case entry, entryEnd, qid, comment, characterData, commentEnd, characterDataEnd

    static let inMarkup: [Mark] = [.entry, .entryEnd, .qid, .comment, .characterData]

    var text: StaticString {
      switch self {
      case .entry: "<VULN>"
      case .entryEnd: "</VULN>"
      case .qid: "<QID>"
      case .comment: "<!--"
      case .characterData: "<![CDATA["
      case .commentEnd: "-->"
      case .characterDataEnd: "]]>"
      }
    }
  }

  private var place = Place.markup
  /// Where the bytes that come next stand, or those that are held.
  private var offset: Int
  /// The beginning of what may be a mark.
  private var held: [UInt8] = []
  private var start: Int?
  private var qid: UInt64?

  /// Begins at an offset.
  init(offset: Int) { self.offset = offset }

  mutating func scan(_ bytes: [UInt8]) {
    let bytes = held.isEmpty ? bytes : held + bytes
    let read = unsafe bytes.withUnsafeBytes { unsafe scan($0) }
    held = Array(bytes[read...])
    offset += read
  }

  /// Scans bytes, and says how many are read: the rest may be the beginning of a mark.
  private mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Int {
    var index = 0
    while index < bytes.count {
      let sign = unsafe Self.first(signOfMarks, in: bytes, from: index) ?? bytes.count
      if case .qid = place {
        for digit in index..<sign { readDigit(unsafe bytes[digit]) }
        if sign < bytes.count { place = .markup }
        index = sign
        continue
      }
      index = sign
      if index == bytes.count { break }
      switch unsafe mark(at: UnsafeRawBufferPointer(rebasing: bytes[index...])) {
      case .mark(let mark):
        index += mark.text.utf8CodeUnitCount
        pass(mark, endingAt: offset + index)
      case .nothing: index += 1
      case .cut: return index
      }
    }
    return index
  }

  /// What every mark begins with that matters here.
  private var signOfMarks: UInt8 {
    switch place {
    case .markup, .qid: UInt8(ascii: "<")
    case .characterData: UInt8(ascii: "]")
    case .comment: UInt8(ascii: "-")
    }
  }

  private static func first(_ byte: UInt8, in bytes: UnsafeRawBufferPointer, from index: Int) -> Int? {
    // There is a byte at the index, so the bytes have an address.
    let start = bytes.baseAddress!
    return unsafe memchr(start + index, Int32(byte), bytes.count - index).map { unsafe UnsafeRawPointer($0) - start }
  }

  private enum Found {
    case mark(Mark)
    case nothing
    /// There are too few bytes to tell.
    case cut
  }

  /// Which of the marks that matter here these bytes begin with.
  private func mark(at bytes: UnsafeRawBufferPointer) -> Found {
    switch place {
    case .characterData: return unsafe Self.compare(bytes, .characterDataEnd)
    case .comment: return unsafe Self.compare(bytes, .commentEnd)
    case .markup, .qid:
      for mark in Mark.inMarkup {
        let found = unsafe Self.compare(bytes, mark)
        if case .nothing = found { continue }
        return found
      }
      return .nothing
    }
  }

  private static func compare(_ bytes: UnsafeRawBufferPointer, _ mark: Mark) -> Found {
    let text = mark.text
    let count = min(bytes.count, text.utf8CodeUnitCount)
    // The bytes are not empty, so they have an address.
    guard unsafe memcmp(bytes.baseAddress!, text.utf8Start, count) == 0 else { return .nothing }
    return count == text.utf8CodeUnitCount ? .mark(mark) : .cut
  }

  private mutating func pass(_ mark: Mark, endingAt end: Int) {
    switch mark {
    case .characterData: place = .characterData
    case .comment: place = .comment
    case .commentEnd, .characterDataEnd: place = .markup
    case .entry:
      start = end - mark.text.utf8CodeUnitCount
      qid = nil
    case .qid: if start != nil, qid == nil { place = .qid }
    case .entryEnd:
      if let start, let qid { entries.append((qid, start..<end)) }
      start = nil
    }
  }

  private mutating func readDigit(_ byte: UInt8) {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return }
    let (product, overflow) = (qid ?? 0).multipliedReportingOverflow(by: 10)
    qid = overflow ? qid : product &+ UInt64(byte - UInt8(ascii: "0"))
  }
}
