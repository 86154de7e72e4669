/// Writes an answer's JSON without white space, as the gateway sends it, and passes it on in chunks.
///
/// Names and fixed texts are written as they are given: escapes in them are meant.
struct JSONAnswerWriter {
  /// The text of values.
  typealias Text = AnswerWriter

  private var bytes = AnswerWriter()
  private var needsComma = false

  /// Passes the bytes on if they fill a chunk.
  mutating func passOnFullChunk<Failure: Error>(to receive: Text.Receiver<Failure>) throws(Failure) {
    try bytes.passOnFullChunk(to: receive)
  }

  /// Passes on what there is.
  mutating func passOn<Failure: Error>(to receive: Text.Receiver<Failure>) throws(Failure) {
    try bytes.passOn(to: receive)
  }

  /// Begins an object or array.
  mutating func open(_ bracket: StaticString, _ name: StaticString? = nil) {
    begin(name)
    bytes.append(bracket)
    needsComma = false
  }

  /// Ends an object or array.
  mutating func close(_ bracket: StaticString) {
    bytes.append(bracket)
    needsComma = true
  }

  /// Writes an object.
  mutating func object(_ name: StaticString? = nil, members: (inout JSONAnswerWriter) -> Void) {
    open("{", name)
    members(&self)
    close("}")
  }

  /// Writes an array in an object, as Qualys wraps its lists: `"tagList":{"tag":[…]}`.
  mutating func list(_ wrapper: StaticString, _ name: StaticString, elements: (inout JSONAnswerWriter) -> Void) {
    object(wrapper) { $0.array(name, elements: elements) }
  }

  /// Writes an array.
  mutating func array(_ name: StaticString, elements: (inout JSONAnswerWriter) -> Void) {
    open("[", name)
    elements(&self)
    close("]")
  }

  /// Writes a fixed string.
  mutating func string(_ name: StaticString?, _ text: StaticString) { string(name) { $0.append(text) } }

  /// Writes a string.
  mutating func string(_ name: StaticString?, text: (inout Text) -> Void) {
    begin(name)
    bytes.append("\"")
    text(&bytes)
    bytes.append("\"")
  }

  /// Writes a number.
  mutating func number(_ name: StaticString?, _ number: Int) {
    begin(name)
    bytes.append(number)
  }

  /// Writes `true` or `false`.
  mutating func truth(_ name: StaticString, _ truth: Bool) {
    begin(name)
    bytes.append(truth ? "true" : "false")
  }

  /// Writes `null`.
  mutating func null(_ name: StaticString) {
    begin(name)
    bytes.append("null")
  }

  /// Writes a date with milliseconds.
  mutating func date(_ name: StaticString, _ instant: SimulatedInstant) {
    string(name) { $0.append(instant, milliseconds: true) }
  }

  /// Writes a date as milliseconds since 1970.
  mutating func milliseconds(_ name: StaticString, _ instant: SimulatedInstant) {
    number(name, instant.seconds * 1000)
  }

  private mutating func begin(_ name: StaticString?) {
    if needsComma { bytes.append(",") }
    needsComma = true
    guard let name else { return }
    bytes.append("\"")
    bytes.append(name)
    bytes.append("\":")
  }
}
