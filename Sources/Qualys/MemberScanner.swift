/// Finds where the objects stand in a JSON answer that have a member of some value, without reading it.
///
/// Bytes may come cut anywhere. Memory: what is open, and the places found.
package struct MemberScanner: Sendable {
  private struct Open {
    let start: Int
    let line: Int
    var id: String?
  }

  /// The objects, in order.
  package private(set) var places: [AnswerPlace] = []

  private let member: [UInt8]
  private let wanted: String
  private var offset = 0
  private var line = 1
  private var open: [Open] = []
  private var isInString = false
  private var isEscaped = false
  /// The last string, as far as a name or an id goes.
  private var string: [UInt8] = []
  /// The member's value that is being read.
  private var value: [UInt8]?

  /// Looks for objects whose member `member` is `wanted`, a number or a string of digits.
  package init(member: String, wanted: String) {
    self.member = Array(member.utf8)
    self.wanted = wanted
  }

  package mutating func scan(_ bytes: [UInt8]) {
    for byte in bytes {
      if isInString { readString(byte) } else { read(byte) }
      offset += 1
      if byte == UInt8(ascii: "\n") { line += 1 }
    }
  }

  private mutating func readString(_ byte: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString = false
      if value != nil { value = string }
      return
    }
    if string.count < 64 { string.append(byte) }
  }

  private mutating func read(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""):
      isInString = true
      string.removeAll(keepingCapacity: true)
    case UInt8(ascii: ":"): if string == member { value = [] }
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      value = nil
      open.append(Open(start: offset, line: line))
    case UInt8(ascii: ","): endValue()
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      endValue()
      close()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value?.append(byte)
    default: break
    }
  }

  private mutating func endValue() {
    string.removeAll(keepingCapacity: true)
    guard let id = value, !open.isEmpty else { return }
    open[open.count - 1].id = String(decoding: id, as: UTF8.self)
    value = nil
  }

  private mutating func close() {
    guard let last = open.popLast(), last.id == wanted else { return }
    // An object in another of the same id is no record of its own.
    places.removeAll { $0.bytes.lowerBound > last.start }
    places.append(
      AnswerPlace(id: wanted, bytes: last.start..<offset + 1, lines: last.line...line, number: places.count)
    )
  }
}
