/// Why bytes are not JSON, and where.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  package enum Reason: Sendable, Equatable {
    /// Nothing came but white space.
    case empty
    /// The text ends before its value does.
    case breaksOff
    /// Something stands where JSON has no place for it: what was found, and what could stand there.
    case unexpected(found: String, expected: String)
    /// A string holds a control character that is not escaped.
    case controlCharacter(UInt8)
    /// A backslash that begins no escape.
    case escape
    /// A number that is not written as JSON writes numbers.
    case number
    /// Objects and arrays within each other, more than this.
    case depth(Int)
    /// A name, string or number longer than this many bytes.
    case length(Int)
  }

  package let reason: Reason
  /// From 1.
  package let line: Int
  /// From 1, in bytes.
  package let column: Int
  /// Bytes before the place, from 0.
  package let offset: Int

  package var description: String {
    if reason == .empty { return "the answer is empty" }
    return "\(words) at line \(line), column \(column) (byte \(offset))"
  }

  private var words: String {
    switch reason {
    case .empty: "nothing"
    case .breaksOff: "the JSON breaks off"
    case .unexpected(let found, let expected): "\(found) where \(expected) should stand"
    case .controlCharacter(let byte): "a control character (\(byte)) that is not escaped"
    case .escape: "a backslash that begins no escape"
    case .number: "a number that is not written as JSON writes numbers"
    case .depth(let limit): "more than \(limit) objects and arrays within each other"
    case .length(let limit): "a value of more than \(limit >> 20) MiB"
    }
  }
}
