internal import Records

/// A page up to its first host: what a second reader must have read to read hosts from the middle of the page.
struct PageBeginning: Sendable {
  /// Bytes at the page's beginning, at first with what follows them.
  private var bytes: [UInt8] = []
  private var search = Search.going

  private enum Search { case going, found, hopeless }

  /// No answer has its first host further behind.
  private static let limit = 64 * 1024
  private static let tag = Array("<HOST>".utf8)

  /// Looks through the page's next bytes, unless all is known.
  mutating func append(_ chunk: [UInt8]) {
    guard search == .going else { return }
    let start = max(0, bytes.count - Self.tag.count)
    bytes.append(contentsOf: chunk.prefix(Self.limit - bytes.count))
    if let place = bytes[start...].firstRange(of: Self.tag) {
      bytes.removeSubrange(place.lowerBound...)
      // Space at the end would wait for what follows it.
      bytes.removeLast(bytes.reversed().prefix { $0 <= UInt8(ascii: " ") }.count)
      search = .found
    } else if bytes.count == Self.limit {
      bytes = []
      search = .hopeless
    }
  }

  /// A reader that stands before the first host; nil when there is none, or what looks like one is part of another text.
  mutating func reader() -> AnswerReader? {
    guard search == .found else { return nil }
    let reader = AnswerReader(Host.shape)
    if reader.read(CollectionOfOne(bytes[...])).failure == nil, reader.readRest().endsBetweenItems { return reader }
    search = .hopeless
    return nil
  }
}
