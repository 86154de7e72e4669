/// Why a document was refused.
package struct XMLError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was wrong with it.
  package enum Reason: Sendable, Equatable {
    /// Not well-formed; libxml2's number and words.
    case malformed(code: Int, String)
    /// It ends before the root element is closed.
    case truncated
    /// It declares an entity: nothing honest does.
    case declaresEntity
    /// Deeper, or with more attributes or names, than a real answer.
    case exceedsLimit(String)
    /// Nothing at all.
    case empty
  }

  package let reason: Reason
  /// Counted from 1.
  package let line: Int
  /// Bytes of the document before the place, as the parser saw it.
  package let offset: Int

  package var description: String {
    let place = "line \(line), byte \(offset)"
    switch reason {
    case .malformed(_, let words): return "not well-formed XML at \(place): \(words)"
    case .truncated: return "the document breaks off at \(place), before its root element is closed"
    case .declaresEntity: return "the document declares an entity at \(place); refused, since nothing is ever expanded"
    case .exceedsLimit(let what): return "\(what) at \(place); refused"
    case .empty: return "the document is empty"
    }
  }
}
