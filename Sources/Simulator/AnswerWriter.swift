/// Writes an answer's XML, indented as Qualys indents it, and passes it on in chunks.
///
/// Names and fixed texts are `StaticString`s: their bytes lie in the program and are copied from there.
struct AnswerWriter {
  /// What receives the chunks.
  typealias Receiver<Failure: Error> = (_ chunk: [UInt8]) throws(Failure) -> Void

  private var bytes: [UInt8] = []
  private var depth = 0

  private static let chunkSize = 64 * 1024

  init() {
    bytes.reserveCapacity(Self.chunkSize + 32 * 1024)
  }

  /// How many bytes wait to be passed on.
  var count: Int { bytes.count }

  // MARK: Passing on

  /// Passes the bytes on if they fill a chunk.
  mutating func passOnFullChunk<Failure: Error>(to receive: Receiver<Failure>) throws(Failure) {
    if bytes.count >= Self.chunkSize { try passOn(to: receive) }
  }

  /// Passes on what there is.
  mutating func passOn<Failure: Error>(to receive: Receiver<Failure>) throws(Failure) {
    if bytes.isEmpty { return }
    try receive(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  /// Drops what was written behind the first `count` bytes that wait.
  mutating func drop(behind count: Int) { bytes.removeLast(bytes.count - count) }

  // MARK: Elements

  /// Begins an element with children.
  mutating func open(_ name: StaticString) {
    indent()
    tag("<", name, ">\n")
    depth += 1
  }

  /// Ends an element with children.
  mutating func close(_ name: StaticString) {
    depth -= 1
    indent()
    tag("</", name, ">\n")
  }

  /// Writes an element with children.
  mutating func group(_ name: StaticString, children: (inout AnswerWriter) -> Void) {
    open(name)
    children(&self)
    close(name)
  }

  /// Writes an empty element.
  mutating func empty(_ name: StaticString) {
    indent()
    tag("<", name, " />\n")
  }

  /// Writes an element with a text.
  mutating func element(_ name: StaticString, text: (inout AnswerWriter) -> Void) {
    indent()
    tag("<", name, ">")
    text(&self)
    tag("</", name, ">\n")
  }

  /// Writes an element with a fixed text.
  mutating func element(_ name: StaticString, _ text: StaticString) {
    element(name, text: { $0.append(text) })
  }

  /// Writes an element with a number.
  mutating func element(_ name: StaticString, _ number: Int) {
    element(name, text: { $0.append(number) })
  }

  /// Writes an element with a date.
  mutating func element(_ name: StaticString, _ instant: SimulatedInstant) {
    element(name, text: { $0.append(instant) })
  }

  /// Writes an element with an attribute and a text.
  mutating func element(
    _ name: StaticString,
    attribute: StaticString,
    _ value: StaticString,
    text: (inout AnswerWriter) -> Void
  ) {
    indent()
    tag("<", name, " ")
    append(attribute)
    tag("=\"", value, "\">")
    text(&self)
    tag("</", name, ">\n")
  }

  /// Writes an element with a text in a CDATA section.
  mutating func cdata(_ name: StaticString, text: (inout AnswerWriter) -> Void) {
    openCDATA(name)
    text(&self)
    closeCDATA(name)
  }

  /// Writes an element with a fixed text in a CDATA section.
  mutating func cdata(_ name: StaticString, _ text: StaticString) {
    cdata(name, text: { $0.append(text) })
  }

  /// Begins an element whose text is one CDATA section.
  mutating func openCDATA(_ name: StaticString) {
    indent()
    tag("<", name, "><![CDATA[")
  }

  /// Ends an element whose text is one CDATA section.
  mutating func closeCDATA(_ name: StaticString) {
    tag("]]></", name, ">\n")
  }

  /// Begins a line.
  mutating func indent() {
    for _ in 0..<depth { append("  ") }
  }

  private mutating func tag(_ opening: StaticString, _ name: StaticString, _ closing: StaticString) {
    append(opening)
    append(name)
    append(closing)
  }

  // MARK: Text

  /// Appends a fixed text.
  mutating func append(_ text: StaticString) {
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends a text as it is.
  mutating func append(bytes text: some Sequence<UInt8>) {
    bytes.append(contentsOf: text)
  }

  /// Appends a number, padded with zeros to `digits` digits.
  mutating func append(_ number: Int, digits: Int = 1) {
    var divisor = 1
    var length = 1
    while length < digits || number / divisor >= 10 {
      divisor *= 10
      length += 1
    }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }

  /// Appends the lowest `digits` hexadecimal digits of a number.
  mutating func append(hexadecimal number: UInt64, digits: Int) {
    for position in stride(from: 4 * digits - 4, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: number &>> UInt64(position)) & 0xF
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// Appends a date.
  mutating func append(_ instant: SimulatedInstant, milliseconds: Bool = false) {
    let (date, time) = (instant.date, instant.time)
    append(date.year, digits: 4)
    append("-")
    append(date.month, digits: 2)
    append("-")
    append(date.day, digits: 2)
    append("T")
    append(time.hour, digits: 2)
    append(":")
    append(time.minute, digits: 2)
    append(":")
    append(time.second, digits: 2)
    append(milliseconds ? ".000Z" : "Z")
  }

  /// Drops what was appended after the first `count` bytes, with dots in place of a character that would be cut.
  mutating func cut(to count: Int) {
    guard count < bytes.count else { return }
    var isCharacterCut = isContinuation(bytes[count])
    bytes.removeLast(bytes.count - count)
    var end = count
    while isCharacterCut {
      end -= 1
      isCharacterCut = isContinuation(bytes[end])
      bytes[end] = UInt8(ascii: ".")
    }
  }

  private func isContinuation(_ byte: UInt8) -> Bool { byte & 0b1100_0000 == 0b1000_0000 }
}
