/// What is joined to the detections of one QID: the fields of its KnowledgeBase entry that were chosen.
///
/// A small tape of its own with one element, KNOWLEDGE_BASE, which is made once and then copied, once for all records
/// that share an arena.
package final class JoinedEntry: Sendable {
  /// A tape with that element alone.
  let arena: Arena

  init(_ arena: Arena) { self.arena = arena }

  /// The fields of an entry that paths lead to, with what they stand in; all of them without paths.
  package init(_ entry: KnowledgeBaseEntry, fields chosen: [FieldPath]? = nil) {
    let fields = entry.fields
    let kept = chosen.map { Self.nodes(at: $0, of: fields) }
    let depth = fields.outer.first.map { unsafe Int(fields.arena.nodes[$0].depth) } ?? 2
    var tape = TapeBuilder(byteCapacity: kept == nil ? 8 * 1024 : 512, nodeCapacity: kept == nil ? 128 : 32)
    tape.append(WellKnownName.knowledgeBase, .element, depth: 1)
    for index in fields.outer where kept?[index - fields.outer.lowerBound] != false {
      tape.append(index..<index + 1, of: fields.arena, deeperBy: 2 - depth)
    }
    arena = tape.seal(serverTime: [])
  }

  /// For each node of an entry whether a path leads to it, to what it stands in, or to what stands in it.
  private static func nodes(at paths: [FieldPath], of fields: Fields) -> [Bool] {
    let first = fields.outer.lowerBound
    var kept = [Bool](repeating: false, count: fields.outer.count)
    for path in paths {
      fields.forEachNode(at: path) { index in
        for child in index..<fields.arena.end(of: index) { kept[child - first] = true }
        var depth = unsafe fields.arena.nodes[index].depth
        for ancestor in (first..<index).reversed() where unsafe fields.arena.nodes[ancestor].depth < depth {
          kept[ancestor - first] = true
          depth = unsafe fields.arena.nodes[ancestor].depth
        }
      }
    }
    return kept
  }

  /// What is joined where Qualys has no entry: `KNOWLEDGE_BASE.MISSING` is 1.
  package static let missing: JoinedEntry = {
    var tape = TapeBuilder(byteCapacity: 16, nodeCapacity: 4)
    tape.append(WellKnownName.knowledgeBase, .element, depth: 1)
    tape.append(WellKnownName.missing, .element, depth: 2)
    tape.append(Array("1".utf8))
    return JoinedEntry(tape.seal(serverTime: []))
  }()

  /// The same with fewer fields.
  package func keeping(_ chosen: [FieldPath]) -> JoinedEntry {
    JoinedEntry(KnowledgeBaseEntry(entryFields), fields: chosen)
  }

  /// The fields as those of an entry, whose paths do not begin with KNOWLEDGE_BASE.
  private var entryFields: Fields {
    Fields(arena: arena, outer: 1..<arena.nodeCount, inner: arena.nodeCount..<arena.nodeCount, mark: 0)
  }
}

extension TapeBuilder {
  /// Appends what is joined to records; says where it stands.
  package mutating func append(_ entry: JoinedEntry) -> Range<Int> {
    let start = nodeCount
    append(0..<entry.arena.nodeCount, of: entry.arena)
    return start..<nodeCount
  }
}
