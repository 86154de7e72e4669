internal import JSONText

extension LogEncoder {
  /// Writes a record that is JSON already: members in order, names and values as they came.
  mutating func writeJSON(of fields: Fields) {
    writeJSONTimestamp(of: fields)
    writeJSONMembers(fields.added, of: fields.arena)
    writeJSONMembers(fields.outer, of: fields.arena)
  }

  // The paths are right by construction.
  private static let times = [FieldPath("lastModifiedDate")!, FieldPath("sensorLastUpdatedDate")!]

  /// Writes the first of an asset's times that is a string; numbers of milliseconds and `null` are none.
  private mutating func writeJSONTimestamp(of fields: Fields) {
    let paths = (timestamp.map { [$0] } ?? []) + Self.times
    for path in paths {
      guard let node = fields.firstNode(at: path), unsafe !fields.arena.text(of: node).isEmpty else { continue }
      let kind = unsafe fields.arena.nodes[node].json
      guard kind == .string || kind == nil else { continue }
      writer.append("\"Timestamp\":")
      writeJSONText(node, of: fields.arena, isRaw: kind == .string)
      return
    }
  }

  private mutating func writeJSONMembers(_ range: Range<Int>, of arena: Arena) {
    /// For each open object or array a bit, the innermost lowest: set for an object, as the log itself is.
    var objects: UInt64 = 1
    var depth = 1
    var index = range.lowerBound
    while index < range.upperBound {
      let node = unsafe arena.nodes[index]
      while node.depth < depth {
        close(UInt8(ascii: objects & 1 == 1 ? "}" : "]"))
        writer.append(UInt8(ascii: ","))
        objects >>= 1
        depth -= 1
      }
      if node.isSuperseded {
        index = arena.end(of: index)
        continue
      }
      if objects & 1 == 1 {
        let spelling = node.name.spelling
        unsafe writer.append(padded: spelling.wireKey, spelling.wireKeyLength)
      }
      switch node.json {
      case .object, .array:
        let isObject = node.json == .object
        writer.append(UInt8(ascii: isObject ? "{" : "["))
        objects = objects << 1 | (isObject ? 1 : 0)
        depth += 1
      case .bare:
        let text = unsafe arena.text(of: index)
        if let start = text.baseAddress {
          unsafe writer.append(padded: start.assumingMemoryBound(to: UInt8.self), text.count)
        }
        writer.append(UInt8(ascii: ","))
      case .string: writeJSONText(index, of: arena, isRaw: true)
      case nil: writeJSONText(index, of: arena, isRaw: false)
      }
      index += 1
    }
    while depth > 1 {
      close(UInt8(ascii: objects & 1 == 1 ? "}" : "]"))
      writer.append(UInt8(ascii: ","))
      objects >>= 1
      depth -= 1
    }
  }

  /// Writes a text in quotes, with a comma behind.
  @inline(__always)
  private mutating func writeJSONText(_ index: Int, of arena: Arena, isRaw: Bool) {
    writer.append(UInt8(ascii: "\""))
    let text = unsafe arena.text(of: index)
    if let start = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) {
      if isRaw {
        unsafe writer.append(padded: start, text.count)
      } else {
        unsafe writer.appendEscaped(padded: start, text.count)
      }
    }
    writer.append(UInt8(ascii: "\""), UInt8(ascii: ","))
  }
}
