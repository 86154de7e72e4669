/// One entry of a tape: eight bytes, so that a detection's thirty fit four cache lines.
///
/// A node's text ends where the next node's begins; a container ends at the first node that is not deeper. Nothing is
/// patched when an element ends.
package struct Node: Sendable {
  /// What a node stands for.
  package enum Kind: UInt8, Sendable {
    /// An element; its own text is here when it has neither attributes nor children.
    case element
    /// An attribute of the element before it.
    case attribute
    /// Text of an element that has attributes or children, too.
    case text
    /// The end of the tape.
    case end
  }

  /// Properties that are rare, in the bits above the kind.
  package struct Flags {
    /// It is a value of JSON: what kind of one stands in the bits that tell repeated elements of XML.
    package static let json: UInt8 = 0x08
    /// A member of the same name follows in its object, which holds in its place.
    package static let superseded: UInt8 = 0x04
    /// It was a list before a person gave it another name.
    package static let list: UInt8 = 0x04
    /// Its text is not in the arena but in a file; the arena holds the file's number in four bytes.
    package static let spilled: UInt8 = 0x10
    /// Siblings of the same name follow.
    package static let repeats: UInt8 = 0x20
    /// A sibling of the same name came before.
    package static let repeated: UInt8 = 0x40
    /// A person chose its name: it is written as it is in every form.
    package static let verbatim: UInt8 = 0x80
  }

  /// What kind of value of JSON a node is.
  package enum JSONKind: UInt8, Sendable {
    /// Its members follow, one deeper.
    case object = 0x00
    /// Its elements follow, one deeper and without names.
    case array = 0x20
    /// Its text is as it stood between its quotes, escapes and all.
    case string = 0x40
    /// A number, `true`, `false` or `null`, as it came.
    case bare = 0x60
  }

  package var name: Name
  package var bits: UInt8
  package var depth: UInt8
  /// Where its text begins in the arena.
  package var offset: UInt32

  @inline(__always)
  package init(_ name: Name, _ kind: Kind, depth: Int, offset: Int) {
    self.name = name
    self.bits = kind.rawValue
    self.depth = UInt8(truncatingIfNeeded: depth)
    self.offset = UInt32(truncatingIfNeeded: offset)
  }

  /// What kind of value of JSON it is; nil for everything else, whose text is written as a string.
  @inline(__always)
  package var json: JSONKind? { bits & Flags.json == 0 ? nil : JSONKind(rawValue: bits & JSONKind.bare.rawValue) }

  /// Whether another member of its object holds in its place.
  @inline(__always)
  package var isSuperseded: Bool { bits & (Flags.json | Flags.superseded) == Flags.json | Flags.superseded }

  /// What the node stands for.
  @inline(__always)
  package var kind: Kind {
    // The low bits only ever come from a kind's raw value.
    unsafe unsafeBitCast(bits & 0x03, to: Kind.self)
  }

  @inline(__always) package var isSpilled: Bool { bits & Flags.spilled != 0 }
  @inline(__always) package var repeats: Bool { bits & Flags.repeats != 0 }
  @inline(__always) package var isVerbatim: Bool { bits & Flags.verbatim != 0 }

  /// Whether its children are the members of a list.
  @inline(__always)
  package var isList: Bool {
    if bits & Flags.json != 0 { return false }
    return isVerbatim ? bits & Flags.list != 0 : name.spelling.role == .list
  }

  @inline(__always) package var isRepeated: Bool { bits & Flags.repeated != 0 }
}
