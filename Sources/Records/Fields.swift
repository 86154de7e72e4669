/// Where a record's fields stand on a tape: ranges over one arena, its host's, its own, and what was put beside them.
///
/// Forty-eight bytes: copying it copies no text.
public struct Fields: Sendable {
  package private(set) var arena: Arena
  private let outerStart: UInt32
  private let outerEnd: UInt32
  private var innerStart: UInt32
  private var innerEnd: UInt32
  private var addedStart: UInt32 = 0
  private var addedEnd: UInt32 = 0
  private var joinedStart: UInt32 = 0
  private var joinedEnd: UInt32 = 0
  /// The number of its mark: complete hosts (entries, assets) of the page before this one.
  package private(set) var mark: UInt32
  /// Whether this is other than what Qualys sent: a stage changed fields, or the decoder left some out.
  ///
  /// What was put beside the fields is no change of them.
  package let isChanged: Bool

  package init(arena: Arena, outer: Range<Int>, inner: Range<Int>, mark: UInt32, isChanged: Bool = false) {
    self.arena = arena
    outerStart = UInt32(outer.lowerBound)
    outerEnd = UInt32(outer.upperBound)
    innerStart = UInt32(inner.lowerBound)
    innerEnd = UInt32(inner.upperBound)
    self.mark = mark
    self.isChanged = isChanged
  }

  /// Nodes of the host's fields.
  @inline(__always)
  package var outer: Range<Int> { Int(outerStart)..<Int(outerEnd) }

  /// Nodes of the detection, its own element first; of a host's detections, one after another.
  @inline(__always)
  package var inner: Range<Int> { Int(innerStart)..<Int(innerEnd) }

  /// Nodes that stages put beside the host's fields without copying the record, such as its ids.
  @inline(__always)
  package var added: Range<Int> {
    get { Int(addedStart)..<Int(addedEnd) }
    set { (addedStart, addedEnd) = (UInt32(newValue.lowerBound), UInt32(newValue.upperBound)) }
  }

  /// The element KNOWLEDGE_BASE with everything in it, which many records share; empty before the join.
  @inline(__always)
  package var joined: Range<Int> {
    get { Int(joinedStart)..<Int(joinedEnd) }
    set { (joinedStart, joinedEnd) = (UInt32(newValue.lowerBound), UInt32(newValue.upperBound)) }
  }

  /// All ranges, in the order in which they are written out.
  package var ranges: [Range<Int>] { [added, outer, inner, joined] }

  /// The same record with only some of a host's detections, or one of them.
  @inline(__always)
  package func keepingInner(_ range: Range<Int>) -> Fields {
    var fields = self
    fields.innerStart = UInt32(range.lowerBound)
    fields.innerEnd = UInt32(range.upperBound)
    return fields
  }

  /// The same record, so many marks later in its page.
  package func movingMark(by count: Int) -> Fields {
    var fields = self
    fields.mark = UInt32(Int(mark) + count)
    return fields
  }

  /// Moves the record to an arena that begins with all of its own.
  mutating func move(to larger: Arena) {
    precondition(larger.nodeCount >= arena.nodeCount)
    arena = larger
  }

  /// Whether two records hold the same elements and texts in the same order; false where a text is in a file.
  package func holdsSame(as other: Fields) -> Bool {
    if hasSpilledText || other.hasSpilledText { return false }
    return zip(ranges, other.ranges).allSatisfy { mine, others in
      mine.count == others.count
        && zip(mine, others).allSatisfy { index, place in
          let (node, another) = unsafe (arena.nodes[index], other.arena.nodes[place])
          return unsafe node.name == another.name && node.depth == another.depth && node.bits == another.bits
            && arena.text(of: index).elementsEqual(other.arena.text(of: place))
        }
    }
  }

  /// Whether some text is in a file.
  package var hasSpilledText: Bool {
    guard !arena.spilled.isEmpty else { return false }
    return ranges.contains { range in range.contains { unsafe arena.nodes[$0].isSpilled } }
  }
}
