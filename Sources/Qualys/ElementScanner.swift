/// Finds where the elements of an id stand in an XML answer, without reading it: `<HOST>` to `</HOST>`, and in it each
/// `<DETECTION>`.
///
/// Knows CDATA, comments and quotes, in which tags are text. Bytes may come cut anywhere. Memory: the places in one
/// element at a time, and those found.
package struct ElementScanner: Sendable {
  /// What is looked for: an element, and its child that holds its id.
  package struct Kind: Sendable {
    let element: [UInt8]
    let id: [UInt8]

    package init(_ element: String, id: String) {
      self.element = Array(element.utf8)
      self.id = Array(id.utf8)
    }
  }

  private enum State {
    case text
    case tag
    case quoted(UInt8)
    case comment
    case characterData
    case instruction
  }

  /// An element that is open.
  private struct Open {
    let depth: Int
    let start: Int
    let line: Int
    var id: String?
    var inner: [AnswerPlace] = []
  }

  /// The elements of the id, in order.
  package private(set) var places: [AnswerPlace] = []

  private let kinds: [Kind]
  private let wanted: String
  private var state = State.text
  private var offset = 0
  private var line = 1
  /// The last three bytes, the newest lowest.
  private var recent: UInt32 = 0
  /// Elements that are open, those of other kinds too.
  private var depth = 0
  private var open: [Open] = []
  private var count = 0
  /// The text of an id that is being read.
  private var text: [UInt8]?

  // The tag at hand.
  private var name: [UInt8] = []
  private var hasName = false
  private var closesItself = false
  private var tagStart = 0
  private var tagLine = 1

  /// Looks for the elements of an id; `inner` may stand in them.
  package init(_ outer: Kind, inner: Kind? = nil, wanted: String) {
    kinds = [outer] + (inner.map { [$0] } ?? [])
    self.wanted = wanted
  }

  package mutating func scan(_ bytes: [UInt8]) {
    for byte in bytes {
      recent = recent << 8 | UInt32(byte)
      switch state {
      case .text: readText(byte)
      case .tag: readTag(byte)
      case .quoted(let quote): if byte == quote { state = .tag }
      case .comment: if ends(with: "-->") { state = .text }
      case .characterData:
        text?.append(byte)
        if ends(with: "]]>") {
          if let read = text { text = Array(read.dropLast(3)) }
          state = .text
        }
      case .instruction: if ends(with: "?>") { state = .text }
      }
      offset += 1
      if byte == UInt8(ascii: "\n") { line += 1 }
    }
  }

  private func ends(with mark: StaticString) -> Bool {
    let expected = unsafe UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)
      .reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return recent & (1 << UInt32(mark.utf8CodeUnitCount * 8) - 1) == expected
  }

  private mutating func readText(_ byte: UInt8) {
    guard byte == UInt8(ascii: "<") else {
      if let count = text?.count, count < 64 { text?.append(byte) }
      return
    }
    state = .tag
    name.removeAll(keepingCapacity: true)
    (hasName, closesItself) = (false, false)
    (tagStart, tagLine) = (offset, line)
  }

  private mutating func readTag(_ byte: UInt8) {
    if byte == UInt8(ascii: ">") { return endTag() }
    if hasName {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { state = .quoted(byte) }
      closesItself = byte == UInt8(ascii: "/")
    } else if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
      hasName = true
    } else if byte == UInt8(ascii: "/"), !name.isEmpty {
      (hasName, closesItself) = (true, true)
    } else {
      name.append(byte)
      if byte == UInt8(ascii: "["), name.elementsEqual("![CDATA[".utf8) { state = .characterData }
      if byte == UInt8(ascii: "-"), name.elementsEqual("!--".utf8) { state = .comment }
      if byte == UInt8(ascii: "?"), name.count == 1 { state = .instruction }
    }
  }

  private mutating func endTag() {
    state = .text
    if name.first == UInt8(ascii: "!") { return }
    if name.first == UInt8(ascii: "/") { return close() }
    begin()
    if closesItself { close() }
  }

  private mutating func begin() {
    depth += 1
    if open.count < kinds.count, name == kinds[open.count].element {
      open.append(Open(depth: depth, start: tagStart, line: tagLine))
    } else if let last = open.last, last.id == nil, depth == last.depth + 1, name == kinds[open.count - 1].id {
      text = []
    }
  }

  private mutating func close() {
    if let read = text, let last = open.last, depth == last.depth + 1 {
      let id = String(decoding: read, as: UTF8.self)
      open[open.count - 1].id = String(id.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
      text = nil
    }
    if let last = open.last, depth == last.depth {
      open.removeLast()
      end(last)
    }
    depth -= 1
  }

  private mutating func end(_ element: Open) {
    var place = AnswerPlace(
      id: element.id ?? "",
      bytes: element.start..<offset + 1,
      lines: element.line...line,
      number: count,
      inner: element.inner
    )
    if open.isEmpty {
      count += 1
      if place.id == wanted { places.append(place) }
    } else {
      place.number = open[0].inner.count
      open[0].inner.append(place)
    }
  }
}
