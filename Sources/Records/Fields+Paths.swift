internal import Blocks
internal import JSONText

/// Reading: the nodes and the texts that a path leads to.
extension Fields {
  /// Calls `body` with every node that a path leads to, in the order in which they are written out; a repeated element
  /// leads to several.
  package func forEachNode(at path: FieldPath, _ body: (Int) -> Void) {
    let first = path.names[0]
    var isInner = false
    if !inner.isEmpty, first == WellKnownName.detection || first == WellKnownName.detectionList {
      // A host's detections stand under DETECTION_LIST.DETECTION, a detection under DETECTION.
      isInner = true
    }
    if isInner {
      let list = first == WellKnownName.detectionList
      if list, path.names.count == 1 { return }
      let names = path.names.dropFirst(list ? 1 : 0)
      descend(inner, names: names, attribute: path.attribute, body)
    } else {
      let names = path.names[...]
      descend(added, names: names, attribute: path.attribute, body)
      descend(outer, names: names, attribute: path.attribute, body)
      descend(joined, names: names, attribute: path.attribute, body)
    }
  }

  private func descend(
    _ range: Range<Int>,
    names: ArraySlice<Name>,
    attribute: Name?,
    _ body: (Int) -> Void
  ) {
    guard let name = names.first, !range.isEmpty else { return }
    let depth = unsafe arena.nodes[range.lowerBound].depth
    var index = range.lowerBound
    while index < range.upperBound {
      let node = unsafe arena.nodes[index]
      guard node.depth == depth, node.name == name, node.kind == .element, !node.isSuperseded else {
        index += 1
        continue
      }
      let end = arena.end(of: index)
      if names.count > 1, node.json != nil {
        forEachObject(index) { object in
          descend(object + 1..<arena.end(of: object), names: names.dropFirst(), attribute: attribute, body)
        }
      } else if names.count > 1 {
        // Attributes and text stand first; children begin at the first element.
        var child = index + 1
        while child < end, unsafe arena.nodes[child].kind != .element { child += 1 }
        descend(child..<end, names: names.dropFirst(), attribute: attribute, body)
      } else if let attribute {
        for child in index + 1..<max(end, index + 1) {
          let candidate = unsafe arena.nodes[child]
          if candidate.depth == depth + 1, candidate.kind == .attribute, candidate.name == attribute { body(child) }
        }
      } else {
        body(index)
      }
      index = end
    }
  }

  /// Calls `body` with a JSON object, or with each of those in an array.
  package func forEachObject(_ index: Int, _ body: (Int) -> Void) {
    switch unsafe arena.nodes[index].json {
    case .object: body(index)
    case .array: forEachElement(of: index) { forEachObject($0, body) }
    case .string, .bare, nil: break
    }
  }

  /// Calls `body` with each element of a JSON array.
  package func forEachElement<Failure>(
    of array: Int,
    _ body: (Int) throws(Failure) -> Void
  ) throws(Failure) {
    let end = arena.end(of: array)
    var index = array + 1
    while index < end {
      try body(index)
      index = arena.end(of: index)
    }
  }

  /// Calls `body` with each string of a name in a JSON object, or in each of those in an array: one pass over the nodes.
  package func forEachString(named name: Name, in list: Int, _ body: (Int) -> Void) {
    let depth = unsafe arena.nodes[list].depth
    var index = list + 1
    if unsafe arena.nodes[list].json == .object { return forEachMember(name, at: depth + 1, from: &index, body) }
    guard unsafe arena.nodes[list].json == .array else { return }
    while index < arena.nodeCount, unsafe arena.nodes[index].depth > depth {
      if unsafe arena.nodes[index].json == .array {
        forEachString(named: name, in: index, body)
        index = arena.end(of: index)
      } else {
        index += 1
        forEachMember(name, at: depth + 2, from: &index, body)
      }
    }
  }

  /// The strings of a name among the nodes of a depth; stops at the first node that is less deep.
  @inline(__always)
  private func forEachMember(_ name: Name, at depth: UInt8, from index: inout Int, _ body: (Int) -> Void) {
    while index < arena.nodeCount {
      let node = unsafe arena.nodes[index]
      if node.depth < depth { return }
      if node.name == name, node.depth == depth, node.json == .string, !node.isSuperseded { body(index) }
      index += 1
    }
  }

  /// Calls `body` with every text that a path leads to: of an array with those of its elements, and never with `null`.
  package func forEachText(at path: FieldPath, _ body: (Int) -> Void) {
    forEachNode(at: path) { index in
      if unsafe arena.nodes[index].json == nil { body(textNode(of: index)) } else { forEachText(in: index, body) }
    }
  }

  private func forEachText(in index: Int, _ body: (Int) -> Void) {
    if unsafe arena.nodes[index].json == .array {
      forEachElement(of: index) { forEachText(in: $0, body) }
    } else if !isNull(index) {
      body(index)
    }
  }

  /// Whether a node is JSON's `null`, which is how Qualys writes a field that an asset does not have.
  package func isNull(_ index: Int) -> Bool {
    unsafe arena.nodes[index].json == .bare && arena.text(of: index).first == UInt8(ascii: "n")
  }

  /// Whether the record has a field that a path leads to, and not as `null`.
  package func hasField(at path: FieldPath) -> Bool {
    var found = false
    forEachNode(at: path) { if !isNull($0) { found = true } }
    return found
  }

  /// The first node that a path leads to.
  ///
  /// - Complexity: O(nodes before it), some 30 ns for a field of a detection.
  package func firstNode(at path: FieldPath) -> Int? {
    if !inner.isEmpty {
      let isList = path.names[0] == WellKnownName.detectionList
      if isList, path.names.count == 1 { return nil }
      if isList || path.names[0] == WellKnownName.detection {
        return firstNode(at: path, from: isList ? 1 : 0, in: inner)
      }
    }
    return firstNode(at: path, from: 0, in: added) ?? firstNode(at: path, from: 0, in: outer)
      ?? firstNode(at: path, from: 0, in: joined)
  }

  /// The first node among siblings that the names of a path from a place on lead to.
  private func firstNode(at path: FieldPath, from place: Int, in range: Range<Int>) -> Int? {
    if range.isEmpty { return nil }
    let name = path.names[place]
    let isLast = place + 1 == path.names.count
    let depth = unsafe arena.nodes[range.lowerBound].depth
    for index in range {
      let node = unsafe arena.nodes[index]
      guard node.depth == depth, node.name == name, case .element = node.kind, !node.isSuperseded else { continue }
      if isLast, path.attribute == nil { return index }
      let end = arena.end(of: index)
      var found: Int?
      if let attribute = path.attribute, isLast {
        found = (index + 1..<end).first { isAttribute($0, attribute, depth: depth + 1) }
      } else if node.json == nil {
        // Attributes and text stand first; children begin at the first element.
        var child = index + 1
        while child < end {
          if case .element = unsafe arena.nodes[child].kind { break }
          child += 1
        }
        found = firstNode(at: path, from: place + 1, in: child..<end)
      } else {
        forEachObject(index) { object in
          found = found ?? firstNode(at: path, from: place + 1, in: object + 1..<arena.end(of: object))
        }
      }
      if let found { return found }
    }
    return nil
  }

  private func isAttribute(_ index: Int, _ name: Name, depth: UInt8) -> Bool {
    let node = unsafe arena.nodes[index]
    guard node.depth == depth, node.name == name, case .attribute = node.kind else { return false }
    return true
  }

  /// The node that holds an element's own text: the element itself, or the text beside its attributes.
  package func textNode(of index: Int) -> Int {
    if unsafe arena.nodes[index].kind != .element || arena.isLeaf(index) { return index }
    let depth = unsafe arena.nodes[index].depth
    var child = index + 1
    while unsafe arena.nodes[child].depth > depth {
      if unsafe arena.nodes[child].kind == .text, unsafe arena.nodes[child].depth == depth + 1 { return child }
      child += 1
    }
    return index
  }

  /// The text of the first field that a path leads to; nil when there is none.
  package func text(at path: FieldPath) -> String? { firstText(at: path).map(text) }

  /// The node of the first text that a path leads to.
  package func firstText(at path: FieldPath) -> Int? {
    guard let first = firstNode(at: path) else { return nil }
    if unsafe arena.nodes[first].json == nil { return textNode(of: first) }
    var found: Int?
    forEachText(at: path) { found = found ?? $0 }
    return found
  }

  /// The number that a field holds in plain decimal digits; nil when it holds none, or anything else.
  package func number(at path: FieldPath) -> UInt64? {
    guard let node = firstNode(at: path).map(textNode), unsafe !arena.nodes[node].isSpilled else { return nil }
    let text = unsafe arena.text(of: node)
    guard let first = unsafe text.first, first != UInt8(ascii: "0") || text.count == 1 else { return nil }
    var number: UInt64 = 0
    for index in 0..<text.count {
      let digit = unsafe text[index] &- UInt8(ascii: "0")
      let (tenfold, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = tenfold.addingReportingOverflow(UInt64(digit))
      if digit > 9 || isTooLarge || overflows { return nil }
      number = sum
    }
    return number
  }

  /// The text of a node; a text that lies in a file is read whole.
  package func text(of index: Int) -> String {
    guard let file = arena.spilledText(of: index) else {
      if unsafe arena.nodes[index].json == .string {
        return unsafe String(decoding: JSONUnescape.text(of: arena.text(of: index)), as: UTF8.self)
      }
      return unsafe String(decoding: arena.text(of: index), as: UTF8.self)
    }
    return unsafe String(unsafeUninitializedCapacity: file.count) { room in
      // A text that cannot be read back is shown as empty here; writing it out fails the page.
      unsafe (try? file.read(at: 0, into: UnsafeMutableRawBufferPointer(room))) ?? 0
    }
  }
}
