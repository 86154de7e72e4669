extension Fields {
  /// A copy of the record, in an arena of its own, with changes made in order of their kind: keep, remove, rename, set.
  package func applying(_ changes: [FieldChange]) -> Fields {
    var edit = Edit(fields: self)
    for change in changes { edit.plan(change) }
    return edit.written()
  }

  /// A copy of the record, in an arena of its own, with another text in one node.
  package func replacingText(of node: Int, with text: [UInt8]) -> Fields {
    var edit = Edit(fields: self)
    edit.replaced[node] = text
    return edit.written()
  }

  /// A copy of the record, in an arena of its own, with only the first elements of a JSON array and a text behind them.
  package func keepingElements(_ count: Int, of list: Int, note: String) -> Fields {
    var edit = Edit(fields: self)
    var number = 0
    forEachElement(of: list) { element in
      if number >= count { edit.removed.insert(element) }
      number += 1
    }
    edit.leaves.append((list, Name(id: 0), Array(note.utf8)))
    return edit.written()
  }

  /// The same record as nodes of another arena, which is a change of it.
  package func rewritten(
    in arena: Arena,
    outer: Range<Int>,
    inner: Range<Int>,
    added: Range<Int>,
    joined: Range<Int>
  ) -> Fields {
    var fields = Fields(arena: arena, outer: outer, inner: inner, mark: mark, isChanged: true)
    fields.added = added
    fields.joined = joined
    return fields
  }
}

/// What is to be different in the copy of a record.
private struct Edit {
  let fields: Fields
  var removed: Set<Int> = []
  var kept: Set<Int>?
  var renamed: [Int: Name] = [:]
  var replaced: [Int: [UInt8]] = [:]
  /// New leaves: behind the last child of an element, or among the host's fields.
  var leaves: [(parent: Int?, name: Name, text: [UInt8])] = []

  init(fields: Fields) { self.fields = fields }

  mutating func plan(_ change: FieldChange) {
    switch change {
    case .remove(let path):
      fields.forEachNode(at: path) { removed.insert($0) }
    case .rename(let path, let text):
      guard let name = Name(utf8: Array(text.utf8)) else { return }
      fields.forEachNode(at: path) { renamed[$0] = name }
    case .keep(let paths):
      var kept = kept ?? []
      for path in paths { fields.forEachNode(at: path) { keep($0, in: &kept) } }
      self.kept = kept
    case .set(let path, let text):
      let text = Array(text.utf8)
      var isThere = false
      fields.forEachNode(at: path) { node in
        let textNode = fields.textNode(of: node)
        replaced[textNode] = text
        // The text takes the place of everything in an element that had none.
        if textNode == node { removed.formUnion(node + 1..<fields.arena.end(of: node)) }
        isThere = true
      }
      guard path.attribute == nil, let last = path.names.last else { return }
      if let parents = parents(of: path) {
        fields.forEachNode(at: parents) { node in
          forEachParent(node) { if canTake($0, last) { leaves.append(($0, last, text)) } }
        }
      } else if !isThere {
        leaves.append((nil, last, text))
      }
    }
  }

  /// Keeps a node, everything in it, and what it stands in.
  private func keep(_ index: Int, in kept: inout Set<Int>) {
    for child in index..<fields.arena.end(of: index) { kept.insert(child) }
    var depth = unsafe fields.arena.nodes[index].depth
    guard let range = fields.ranges.first(where: { $0.contains(index) }) else { return }
    for ancestor in (range.lowerBound..<index).reversed() where unsafe fields.arena.nodes[ancestor].depth < depth {
      kept.insert(ancestor)
      depth = unsafe fields.arena.nodes[ancestor].depth
    }
  }

  /// The path without its last name; nil when that leaves nothing.
  private func parents(of path: FieldPath) -> FieldPath? {
    FieldPath(path.description.split(separator: ".").dropLast().joined(separator: "."))
  }

  /// The elements that a node of a path stands for: in JSON its objects, for only those have members.
  private func forEachParent(_ node: Int, _ body: (Int) -> Void) {
    if unsafe fields.arena.nodes[node].json == nil { body(node) } else { fields.forEachObject(node, body) }
  }

  /// Whether an element is no text alone, which would be lost, and has no child of a name yet.
  private func canTake(_ element: Int, _ name: Name) -> Bool {
    if fields.arena.isLeaf(element) { return unsafe fields.arena.text(of: element).isEmpty }
    let depth = unsafe fields.arena.nodes[element].depth + 1
    return !(element..<fields.arena.end(of: element)).contains { index in
      let node = unsafe fields.arena.nodes[index]
      return node.depth == depth && node.name == name && node.kind == .element
    }
  }

  func written() -> Fields {
    var tape = TapeBuilder(byteCapacity: 4096, nodeCapacity: 64)
    write(fields.outer, to: &tape)
    for leaf in leaves where leaf.parent == nil {
      tape.append(leaf: leaf.name, leaf.text, depth: 1)
    }
    let outer = 0..<tape.nodeCount
    // As in an answer: without it the host's last field would seem to hold the detection, which is deeper.
    tape.append(WellKnownName.detectionList, .element, depth: 1)
    // The detections' own elements stay even when nothing in them is kept: they are the records, now or later.
    let inner = write(fields.inner, to: &tape, keepingTop: true)
    let added = write(fields.added, to: &tape)
    let joined = write(fields.joined, to: &tape)
    let arena = tape.seal(serverTime: fields.arena.serverTime)
    return fields.rewritten(in: arena, outer: outer, inner: inner, added: added, joined: joined)
  }

  /// Writes what stays of a range; says where.
  @discardableResult
  private func write(_ range: Range<Int>, to tape: inout TapeBuilder, keepingTop: Bool = false) -> Range<Int> {
    let start = tape.nodeCount
    let arena = fields.arena
    /// Elements that are open, with the leaves to add before they close.
    var open: [(index: Int, end: Int)] = []
    func close(before index: Int) {
      while let last = open.last, last.end <= index {
        for leaf in leaves where leaf.parent == last.index {
          tape.append(leaf: leaf.name, leaf.text, depth: unsafe Int(arena.nodes[last.index].depth) + 1)
        }
        open.removeLast()
      }
    }
    var index = range.lowerBound
    while index < range.upperBound {
      close(before: index)
      let isTop = unsafe keepingTop && arena.nodes[index].depth == arena.nodes[range.lowerBound].depth
      if removed.contains(index) || kept.map({ !$0.contains(index) && !isTop }) == true {
        index = arena.end(of: index)
        continue
      }
      let node = unsafe arena.nodes[index]
      if let text = replaced[index] {
        tape.append(node.name, node.kind, depth: Int(node.depth))
        // That it repeats, or has a person's name, stays; that it was a value of JSON does not.
        let stays = node.json == nil ? ~Node.Flags.spilled : Node.Flags.verbatim
        tape.setFlag(node.bits & stays, of: tape.nodeCount - 1)
        tape.append(text)
      } else {
        tape.append(index..<index + 1, of: arena)
      }
      if let name = renamed[index] { tape.rename(last: name) }
      if !leaves.isEmpty { open.append((index, arena.end(of: index))) }
      index += 1
    }
    close(before: range.upperBound)
    return start..<tape.nodeCount
  }
}
