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

  private var place = Place.markup
  /// The last eight bytes, the newest lowest.
  private var recent: UInt64 = 0
  private var offset: Int
  private var start: Int?
  private var qid: UInt64?

  /// Begins at an offset.
  init(offset: Int) { self.offset = offset }

  mutating func scan(_ bytes: [UInt8]) {
    var index = 0
    while index < bytes.count {
      // Most of an answer is text in sections, which ends at a bracket.
      if case .characterData = place, recent & 0xff != UInt64(UInt8(ascii: "]")) {
        let bracket = Self.bracket(in: bytes, from: index) ?? bytes.count
        pass(bytes[index..<bracket])
        index = bracket
        if index == bytes.count { return }
      }
      read(bytes[index])
      index += 1
    }
  }

  private static func bracket(in bytes: [UInt8], from index: Int) -> Int? {
    unsafe bytes.withUnsafeBytes { bytes in
      // There is a byte at the index, so the bytes have an address.
      let start = bytes.baseAddress!
      return unsafe memchr(start + index, Int32(UInt8(ascii: "]")), bytes.count - index).map {
        unsafe UnsafeRawPointer($0) - start
      }
    }
  }

  /// Goes past bytes of which none is a mark's last.
  private mutating func pass(_ bytes: ArraySlice<UInt8>) {
    offset += bytes.count
    for byte in bytes.suffix(8) { recent = recent << 8 | UInt64(byte) }
  }

  private mutating func read(_ byte: UInt8) {
    offset += 1
    recent = recent << 8 | UInt64(byte)
    switch place {
    case .markup: if byte == UInt8(ascii: ">") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "-") { look() }
    case .qid: readDigit(byte)
    case .characterData: if ends(with: "]]>") { place = .markup }
    case .comment: if ends(with: "-->") { place = .markup }
    }
  }

  private mutating func look() {
    if ends(with: "![CDATA[") {
      place = .characterData
    } else if ends(with: "<!--") {
      place = .comment
    } else if ends(with: "<VULN>") {
      start = offset - "<VULN>".utf8.count
      qid = nil
    } else if ends(with: "<QID>"), start != nil, qid == nil {
      place = .qid
    } else if ends(with: "</VULN>"), let first = start {
      if let qid { entries.append((qid, first..<offset)) }
      start = nil
    }
  }

  private mutating func readDigit(_ byte: UInt8) {
    if byte == UInt8(ascii: "<") {
      place = .markup
    } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (product, overflow) = (qid ?? 0).multipliedReportingOverflow(by: 10)
      qid = overflow ? qid : product &+ UInt64(byte - UInt8(ascii: "0"))
    }
  }

  /// Whether a mark of at most eight bytes has just been read.
  private func ends(with mark: StaticString) -> Bool {
    let expected = unsafe UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)
      .reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let bits = mark.utf8CodeUnitCount * 8
    return bits == 64 ? recent == expected : recent & (1 << UInt64(bits) - 1) == expected
  }
}
