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

  /// The same record with only some of a host's detections.
  package func keepingInner(_ range: Range<Int>) -> Fields {
    Fields(arena: arena, outer: outer, inner: range, mark: mark)
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
  var added: [(parent: Int?, name: Name, text: [UInt8])] = []

  init(fields: Fields) { self.fields = fields }

  mutating func plan(_ change: FieldChange) {
    switch change {
    case .remove(let path):
      fields.forEachNode(at: path) { removed.insert($0) }
    case .rename(let path, let text):
      guard let name = Name.verbatim(text) else { return }
      fields.forEachNode(at: path) { renamed[$0] = name }
    case .keep(let paths):
      var kept = kept ?? []
      for path in paths { fields.forEachNode(at: path) { keep($0, in: &kept) } }
      self.kept = kept
    case .set(let path, let text):
      if let index = fields.firstNode(at: path) {
        replaced[fields.textNode(of: index)] = Array(text.utf8)
      } else if path.attribute == nil, let last = path.names.last {
        let name = last.text == last.text.uppercased() ? last : Name.verbatim(last.text) ?? last
        if path.names.count == 1 {
          added.append((nil, name, Array(text.utf8)))
        } else if let parent = parent(of: path) {
          added.append((parent, name, Array(text.utf8)))
        }
      }
    }
  }

  /// Keeps a node, everything in it, and what it stands in.
  private func keep(_ index: Int, in kept: inout Set<Int>) {
    for child in index..<fields.arena.end(of: index) { kept.insert(child) }
    var depth = unsafe fields.arena.nodes[index].depth
    let range = fields.inner.contains(index) ? fields.inner : fields.outer
    for ancestor in (range.lowerBound..<index).reversed() where unsafe fields.arena.nodes[ancestor].depth < depth {
      kept.insert(ancestor)
      depth = unsafe fields.arena.nodes[ancestor].depth
    }
  }

  private func parent(of path: FieldPath) -> Int? {
    FieldPath(path.description.split(separator: ".").dropLast().joined(separator: ".")).flatMap(fields.firstNode)
  }

  func written() -> Fields {
    var tape = TapeBuilder(byteCapacity: 4096, nodeCapacity: 64)
    let outer = write(fields.outer, to: &tape)
    for leaf in added where leaf.parent == nil {
      tape.append(leaf.name, .element, depth: 1)
      tape.append(leaf.text)
    }
    let outerEnd = tape.nodeCount
    // As in an answer: without it the host's last field would seem to hold the detection, which is deeper.
    tape.append(WellKnownName.detectionList, .element, depth: 1)
    // A detection's own element stays even when nothing in it is kept.
    let inner = write(fields.inner, to: &tape, always: fields.inner.lowerBound)
    let innerEnd = tape.nodeCount
    return Fields(
      arena: tape.seal(serverTime: fields.arena.serverTime),
      outer: outer..<outerEnd,
      inner: inner..<innerEnd,
      mark: fields.mark
    )
  }

  private func write(_ range: Range<Int>, to tape: inout TapeBuilder, always: Int? = nil) -> Int {
    let start = tape.nodeCount
    let arena = fields.arena
    /// Elements that are open, with the leaves to add before they close.
    var open: [(index: Int, end: Int)] = []
    func close(before index: Int) {
      while let last = open.last, last.end <= index {
        for leaf in added where leaf.parent == last.index {
          tape.append(leaf.name, .element, depth: unsafe Int(arena.nodes[last.index].depth) + 1)
          tape.append(leaf.text)
        }
        open.removeLast()
      }
    }
    var index = range.lowerBound
    while index < range.upperBound {
      close(before: index)
      if removed.contains(index) || kept.map({ !$0.contains(index) && index != always }) == true {
        index = arena.end(of: index)
        continue
      }
      let node = unsafe arena.nodes[index]
      if let text = replaced[index] {
        tape.append(renamed[index] ?? node.name, node.kind, depth: Int(node.depth))
        tape.append(text)
      } else {
        tape.append(index..<index + 1, of: arena)
        if let name = renamed[index] { tape.rename(last: name) }
      }
      if !added.isEmpty { open.append((index, arena.end(of: index))) }
      index += 1
    }
    close(before: range.upperBound)
    return start
  }
}
