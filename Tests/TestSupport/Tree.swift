package import Records

/// An element as the second parser gives it: name, attributes, text, children.
package struct Tree: Equatable {
  package var name: String
  package var attributes: [String: String] = [:]
  package var text = ""
  package var children: [Tree] = []

  /// Out of JSON: `[name, {attribute: value}, text, [children]]`.
  package init?(_ json: Any) {
    guard let parts = json as? [Any], parts.count == 4, let name = parts[0] as? String,
      let attributes = parts[1] as? [String: String], let text = parts[2] as? String, let children = parts[3] as? [Any]
    else { return nil }
    self.name = name
    self.attributes = attributes
    self.text = text
    self.children = children.compactMap(Tree.init)
  }

  /// Out of a range of a tape: the fields of a host.
  package init(_ name: String, members range: Range<Int>, of fields: Fields) {
    self.name = name
    var index = range.lowerBound
    while index < range.upperBound {
      index = add(index, of: fields)
    }
  }

  /// Out of an element on a tape.
  package init(element index: Int, of fields: Fields) {
    let arena = fields.arena
    name = unsafe arena.nodes[index].name.text
    if arena.isLeaf(index) {
      text = fields.text(of: index)
    } else {
      var child = index + 1
      let end = arena.end(of: index)
      while child < end { child = add(child, of: fields) }
    }
  }

  private mutating func add(_ index: Int, of fields: Fields) -> Int {
    let node = unsafe fields.arena.nodes[index]
    switch node.kind {
    case .element:
      children.append(Tree(element: index, of: fields))
      return fields.arena.end(of: index)
    case .attribute: attributes[node.name.text] = fields.text(of: index)
    case .text: text += fields.text(of: index)
    case .end: break
    }
    return index + 1
  }

  /// Where two trees differ first, in words; nil when they do not.
  package func difference(from other: Tree, at path: String = "") -> String? {
    let here = path + "/" + name
    if name != other.name { return "\(here): named \(other.name)" }
    if attributes != other.attributes { return "\(here): attributes \(attributes), not \(other.attributes)" }
    if !text.utf8.elementsEqual(other.text.utf8) {
      let place = zip(text.utf8, other.text.utf8).prefix { $0 == $1 }.count
      let mine = String(decoding: text.utf8.dropFirst(max(0, place - 10)).prefix(30), as: UTF8.self)
      let others = String(decoding: other.text.utf8.dropFirst(max(0, place - 10)).prefix(30), as: UTF8.self)
      return "\(here): at byte \(place) '\(mine.debugDescription)', not '\(others.debugDescription)'"
    }
    for (child, otherChild) in zip(children, other.children) {
      if let difference = child.difference(from: otherChild, at: here) { return difference }
    }
    let names = children.map(\.name)
    return names == other.children.map(\.name) ? nil : "\(here): children \(names), not \(other.children.map(\.name))"
  }
}
