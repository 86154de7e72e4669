/// Reads an answer of Host List without details: ids and ranges of ids in their order, and where the next page begins.
///
/// Bytes may come cut anywhere. Memory: one tag, or the text of one element, 64 KiB at most.
struct HostListScanner: Sendable {
  /// The first id of the next page: `id_min` of the WARNING's URL, of which nothing else is used.
  private(set) var next: UInt64?
  /// Whether the root element was closed.
  private(set) var isComplete = false
  /// Whether something was no id where one must stand.
  private(set) var isDamaged = false

  private static let limit = 64 * 1024
  private var isInTag = false
  private var tag: [UInt8] = []
  private var text: [UInt8] = []

  /// Reads the next bytes; `body` receives the ids, and each range of them as one.
  mutating func scan(_ bytes: [UInt8], _ body: (ClosedRange<UInt64>) -> Void) {
    for byte in bytes {
      if !isInTag {
        if byte == UInt8(ascii: "<") {
          isInTag = true
          tag.removeAll(keepingCapacity: true)
        } else if text.count < Self.limit {
          text.append(byte)
        }
      } else if byte == UInt8(ascii: ">"), tagEnds {
        isInTag = false
        end(body)
      } else if tag.count < Self.limit {
        tag.append(byte)
      }
    }
  }

  /// Comments and CDATA may hold what ends other tags.
  private var tagEnds: Bool {
    if tag.starts(with: "!--".utf8) { return tag.suffix(2).elementsEqual("--".utf8) }
    if tag.starts(with: "![CDATA[".utf8) { return tag.suffix(2).elementsEqual("]]".utf8) }
    return true
  }

  private mutating func end(_ body: (ClosedRange<UInt64>) -> Void) {
    if tag.starts(with: "![CDATA[".utf8) {
      text += tag.dropFirst("![CDATA[".utf8.count).dropLast(2)
      return
    }
    switch String(decoding: tag, as: UTF8.self) {
    case "/ID", "/ID_RANGE":
      if let ids { body(ids) } else { isDamaged = true }
    case "/URL": next = nextID
    case "/HOST_LIST_OUTPUT": isComplete = true
    default: break
    }
    text.removeAll(keepingCapacity: true)
  }

  private var words: [Substring] { String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace) }

  private var ids: ClosedRange<UInt64>? {
    guard words.count == 1 else { return nil }
    let ends = words[0].split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
    guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last else { return nil }
    return first...last
  }

  private var nextID: UInt64? {
    let query = words.first?.split(separator: "?", maxSplits: 1).last
    let values = query?.split(separator: "&").filter { $0.hasPrefix("id_min=") }
    return values?.last.flatMap { UInt64($0.dropFirst("id_min=".count)) }
  }
}
