internal import JSONText
internal import Records

extension Fields {
  /// The text of the first field that a path leads to, as bytes; nil when there is none, or only `null`.
  func bytes(at path: FieldPath) -> [UInt8]? { firstText(at: path).map(bytes) }

  /// The text of a node in memory, as bytes.
  func bytes(of node: Int) -> [UInt8] {
    let text = unsafe arena.text(of: node)
    return unsafe arena.nodes[node].json == .string ? JSONUnescape.text(of: text) : Array(text)
  }

  /// The member of a JSON object that holds under a name.
  func member(_ name: Name, of object: Int) -> Int? {
    let depth = unsafe arena.nodes[object].depth + 1
    return (object + 1..<arena.end(of: object)).first { index in
      let node = unsafe arena.nodes[index]
      return node.depth == depth && node.name == name && !node.isSuperseded
    }
  }
}
