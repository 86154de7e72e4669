package import Blocks
package import JSONText

/// Writes records as JSON logs, one line each, in one walk over their ranges of the tape.
package struct LogEncoder: ~Copyable {
  private let format: LogFormat
  private let isSumo: Bool
  private let opening: [UInt8]
  private let spellings = NameSpellings()
  let timestamp: FieldPath?
  package var writer: JSONWriter

  /// The host's fields as they were last written: the next detection of the same host repeats them by one copy.
  private var lastOuter: Range<Int>?
  private var lastArena: Arena?
  private var lastPrefix = 0..<0
  /// Where the entries that many records share were written, by their first node.
  private var joinedPlaces: [Int: Range<Int>] = [:]
  private var joinedArena: Arena?

  /// Where the line at hand goes when it is too long for memory.
  private var file: SpilledBytes?
  private var lineStart = 0

  package init(_ format: LogFormat, capacity: Int) {
    self.format = format
    isSumo = format.naming == .sumo
    opening = Array(#"{"LogType":"\#(format.logType)","#.utf8)
    timestamp = format.timestamp
    writer = JSONWriter(capacity: capacity)
  }

  /// A member that is not the record's own, such as `Part`.
  package struct Extra {
    let name: StaticString
    let value: Int
    package init(_ name: StaticString, _ value: Int) {
      self.name = name
      self.value = value
    }
  }

  /// Where a line was written: in the encoder's memory, or in a file when it is too long for that.
  package struct Place {
    package let range: Range<Int>
    package let file: SpilledBytes?
  }

  /// Writes a line and its newline; says where it stands, or in which file when it is too long for memory.
  /// - Throws: `SpilledBytes.Failure` when a long text cannot be read or a long line not written.
  package mutating func encode(_ fields: Fields, extras: [Extra] = []) throws -> Place {
    lineStart = writer.count
    file = nil
    writer.append(opening)
    if format.isJSON {
      writeJSON(of: fields)
    } else {
      writeTimestamp(of: fields)
      try writeMembers(fields.added, of: fields.arena)
      try writeOuter(of: fields)
      try writeInner(of: fields)
      try writeJoined(of: fields)
    }
    for extra in extras {
      writer.append(UInt8(ascii: "\""))
      writer.append(extra.name)
      writer.append("\":")
      writer.append(decimal: extra.value)
      writer.append(UInt8(ascii: ","))
    }
    close(UInt8(ascii: "}"))
    let end = writer.count
    writer.append(UInt8(ascii: "\n"))
    guard let file else { return Place(range: lineStart..<end, file: nil) }
    try unsafe file.append(UnsafeRawBufferPointer(rebasing: writer.bytes[lineStart...]))
    writer.truncate(to: lineStart)
    lastOuter = nil
    return Place(range: 0..<file.count - 1, file: file)
  }

  /// Hands the memory over.
  package consuming func finish() -> JSONWriter { writer }

  // MARK: The frame of a log

  private mutating func writeTimestamp(of fields: Fields) {
    if let timestamp, let node = fields.lastInnerOrFirstNode(at: timestamp),
      unsafe !fields.arena.text(of: node).isEmpty,
      fields.arena.spilledText(of: node) == nil
    {
      writer.append("\"Timestamp\":\"")
      let text = unsafe fields.arena.text(of: node)
      if let start = text.baseAddress {
        unsafe writer.appendEscaped(padded: start.assumingMemoryBound(to: UInt8.self), text.count)
      }
      writer.append("\",")
    } else if !fields.arena.serverTime.isEmpty {
      writer.append("\"Timestamp\":\"")
      unsafe fields.arena.serverTime.withUnsafeBytes { unsafe writer.appendEscaped($0) }
      writer.append("\",")
    }
  }

  private mutating func writeOuter(of fields: Fields) throws {
    if let lastOuter, lastOuter == fields.outer, lastArena === fields.arena {
      let start = writer.count
      writer.repeatBytes(from: lastPrefix.lowerBound, to: lastPrefix.upperBound)
      lastPrefix = start..<writer.count
      return
    }
    let start = writer.count
    try writeMembers(fields.outer, of: fields.arena)
    if isSumo, format.layout != .entry { writeHostname(of: fields) }
    // With a long text in them, the fields lie in the file already.
    guard file == nil else {
      lastOuter = nil
      return
    }
    lastOuter = fields.outer
    lastArena = fields.arena
    lastPrefix = start..<writer.count
  }

  private mutating func writeInner(of fields: Fields) throws {
    let arena = fields.arena
    if !format.isHost {
      // The detection itself; its siblings are other records.
      guard let first = fields.inner.first else { return }
      writeKey(unsafe arena.nodes[first])
      try writeMember(first, of: arena)
    } else {
      writeKey(Node(WellKnownName.detectionList, .element, depth: 1, offset: 0))
      if isSumo {
        writer.append(UInt8(ascii: "["))
      } else {
        writer.append("{\"DETECTION\":[")
      }
      var index = fields.inner.lowerBound
      while index < fields.inner.upperBound {
        // The list's own attributes are no members of it.
        if unsafe arena.nodes[index].kind == .element { try writeMember(index, of: arena) }
        index = arena.end(of: index)
      }
      close(UInt8(ascii: "]"))
      if !isSumo { writer.append(UInt8(ascii: "}")) }
      writer.append(UInt8(ascii: ","))
    }
  }

  /// Writes what is joined: once an entry, then by copies.
  private mutating func writeJoined(of fields: Fields) throws {
    guard let first = fields.joined.first else { return }
    if joinedArena !== fields.arena {
      joinedArena = fields.arena
      joinedPlaces.removeAll(keepingCapacity: true)
    }
    if let place = joinedPlaces[first] {
      writer.repeatBytes(from: place.lowerBound, to: place.upperBound)
      return writer.append(UInt8(ascii: ","))
    }
    let start = writer.count
    writeKey(unsafe fields.arena.nodes[first])
    if fields.arena.isLeaf(first), unsafe fields.arena.text(of: first).isEmpty {
      // An entry that has none of the chosen fields is still no text.
      writer.append("{},")
    } else {
      try writeMember(first, of: fields.arena)
    }
    // A line with a long text in it leaves this memory; the last comma gives way to the bracket that closes the log.
    if file == nil { joinedPlaces[first] = start..<writer.count - 1 }
  }

  /// Replaces the last comma by a bracket; appends it when nothing stands between the brackets.
  mutating func close(_ bracket: UInt8) {
    if unsafe writer.bytes[writer.count - 1] == UInt8(ascii: ",") { writer.truncate(to: writer.count - 1) }
    writer.append(bracket)
  }

  /// `Hostname`, which Qualys does not send: the host name of its DNS data, else NETBIOS, else the first label of DNS,
  /// else IP, for Sumo Logic's parser looks for one in every log.
  private mutating func writeHostname(of fields: Fields) {
    let arena = fields.arena
    // A host that has a field of that name keeps it.
    guard fields.firstNode(at: Self.hostname) == nil, fields.firstNode(at: Self.ownHostname) == nil else { return }
    func text(_ path: FieldPath) -> UnsafeRawBufferPointer? {
      guard let node = fields.firstNode(at: path).map(fields.textNode), unsafe !arena.nodes[node].isSpilled else {
        return nil
      }
      let text = unsafe arena.text(of: node)
      return unsafe text.isEmpty ? nil : text
    }
    var name = unsafe text(Self.dnsHostname) ?? text(Self.netbios)
    if unsafe name == nil, let dns = unsafe text(Self.dns) {
      unsafe name = UnsafeRawBufferPointer(rebasing: dns.prefix { $0 != UInt8(ascii: ".") })
    }
    if unsafe name?.isEmpty != false { unsafe name = text(Self.address) }
    guard let name = unsafe name else { return }
    writer.append("\"Hostname\":\"")
    unsafe writer.appendEscaped(name)
    writer.append("\",")
  }

  // The paths are right by construction.
  private static let dnsHostname = FieldPath("DNS_DATA.HOSTNAME")!
  private static let netbios = FieldPath("NETBIOS")!
  private static let hostname = FieldPath("HOSTNAME")!
  private static let ownHostname = FieldPath("Hostname")!
  private static let dns = FieldPath("DNS")!
  private static let address = FieldPath("IP")!

  // MARK: Elements

  /// Writes siblings as members of an object, each with a comma behind it.
  private mutating func writeMembers(_ range: Range<Int>, of arena: Arena) throws {
    var index = range.lowerBound
    let end = range.upperBound
    let (nodes, bytes) = unsafe (arena.nodes, arena.bytes)
    while index < end {
      let node = unsafe nodes[index]
      // Most are elements with nothing but a text; a tape ends with a node of depth 0.
      if node.bits == Node.Kind.element.rawValue, unsafe nodes[index &+ 1].depth <= node.depth {
        let spelling = spellings[node.name]
        if spelling.role == .plain {
          unsafe writer.appendMember(
            key: isSumo ? spelling.sumoKey : spelling.wireKey,
            (isSumo ? spelling.sumoKeyLength : spelling.wireKeyLength) &+ 1,
            text: bytes + Int(node.offset),
            Int(nodes[index &+ 1].offset &- node.offset)
          )
          index &+= 1
          continue
        }
      }
      switch node.kind {
      case .element:
        if node.bits & (Node.Flags.repeats | Node.Flags.repeated) != 0 {
          if !node.isRepeated || isFirst(index, in: range, of: arena) {
            writeKey(node)
            try writeAll(named: node.name, from: index, to: end, of: arena)
          }
          index = arena.end(of: index)
        } else {
          index = try writeElement(index, node, of: arena)
        }
      case .text:
        // Pieces of text between children are one text.
        if isFirstText(index, in: range, of: arena) {
          writer.append(isSumo ? "\"Value\":\"" : "\"#text\":\"")
          for other in index..<end
          where unsafe arena.nodes[other].kind == .text && arena.nodes[other].depth == node.depth {
            try writeText(other, of: arena)
          }
          writer.append("\",")
        }
        index += 1
      case .attribute:
        writeAttributeKey(node.name, of: nil)
        try writeString(index, of: arena)
        index += 1
      case .end:
        return
      }
    }
  }

  /// Whether no sibling before an element has its name: the first may have been removed or left behind.
  private func isFirst(_ index: Int, in range: Range<Int>, of arena: Arena) -> Bool {
    let node = unsafe arena.nodes[index]
    return !(range.lowerBound..<index).contains {
      unsafe arena.nodes[$0].depth == node.depth && arena.nodes[$0].name == node.name
        && arena.nodes[$0].kind == .element
    }
  }

  private func isFirstText(_ index: Int, in range: Range<Int>, of arena: Arena) -> Bool {
    let depth = unsafe arena.nodes[index].depth
    return !(range.lowerBound..<index).contains {
      unsafe arena.nodes[$0].kind == .text && arena.nodes[$0].depth == depth
    }
  }

  /// Writes all siblings of a name as one array.
  private mutating func writeAll(named name: Name, from start: Int, to end: Int, of arena: Arena) throws {
    writer.append(UInt8(ascii: "["))
    let depth = unsafe arena.nodes[start].depth
    var index = start
    while index < end {
      let node = unsafe arena.nodes[index]
      if node.depth == depth, node.name == name, node.kind == .element { try writeMember(index, of: arena) }
      index = arena.end(of: index)
    }
    close(UInt8(ascii: "]"))
    writer.append(UInt8(ascii: ","))
  }

  /// Writes an element, its attributes beside it; returns what follows it.
  private mutating func writeElement(_ index: Int, _ node: Node, of arena: Arena) throws -> Int {
    if !node.isList, arena.isLeaf(index) {
      writeKey(node, openingString: 1)
      try writeText(index, of: arena)
      writer.append(UInt8(ascii: "\""), UInt8(ascii: ","))
      return index + 1
    }
    writeKey(node)
    return try writeContainer(index, of: arena)
  }

  private mutating func writeContainer(_ index: Int, of arena: Arena) throws -> Int {
    let end = arena.end(of: index)
    let name = unsafe arena.nodes[index].name
    let children = index + 1..<end
    if unsafe arena.nodes[index].isList {
      try writeList(index, children, of: arena)
      return end
    }
    if isSumo, !hasElements(children, of: arena) {
      // "Qds":"64","QdsSeverity":"HIGH"
      if let text = children.first(where: { unsafe arena.nodes[$0].kind == .text }) {
        try writeString(text, of: arena)
      } else {
        writer.append("\"\",")
      }
      try writeAttributes(children, beside: name, of: arena)
      return end
    }
    writer.append(UInt8(ascii: "{"))
    try writeMembers(children, of: arena)
    close(UInt8(ascii: "}"))
    writer.append(UInt8(ascii: ","))
    return end
  }

  private mutating func writeList(_ index: Int, _ children: Range<Int>, of arena: Arena) throws {
    if !isSumo {
      writer.append(UInt8(ascii: "{"))
      for child in children where unsafe arena.nodes[child].depth == arena.nodes[index].depth + 1 {
        let node = unsafe arena.nodes[child]
        if node.kind == .attribute {
          writeAttributeKey(node.name, of: nil)
          try writeString(child, of: arena)
        } else if node.kind == .text {
          if isFirstText(child, in: children, of: arena) {
            writer.append("\"#text\":")
            try writeString(child, of: arena)
          }
        } else if !node.isRepeated || isFirst(child, in: children, of: arena) {
          writeKey(node)
          try writeAll(named: node.name, from: child, to: children.upperBound, of: arena)
        }
      }
      close(UInt8(ascii: "}"))
      writer.append(UInt8(ascii: ","))
      return
    }
    writer.append(UInt8(ascii: "["))
    if arena.isLeaf(index), unsafe !arena.text(of: index).isEmpty { try writeString(index, of: arena) }
    for child in children where unsafe arena.nodes[child].depth == arena.nodes[index].depth + 1 {
      switch unsafe arena.nodes[child].kind {
      case .element: try writeMember(child, of: arena)
      case .text: if unsafe !arena.text(of: child).isEmpty { try writeString(child, of: arena) }
      case .attribute, .end: break
      }
    }
    close(UInt8(ascii: "]"))
    writer.append(UInt8(ascii: ","))
    try writeAttributes(children, beside: unsafe arena.nodes[index].name, of: arena)
  }

  /// Writes a member of an array, with its attributes within: `{"Name":"CVSS","Value":"7.7"}`.
  private mutating func writeMember(_ index: Int, of arena: Arena) throws {
    if arena.isLeaf(index) { return try writeString(index, of: arena) }
    writer.append(UInt8(ascii: "{"))
    try writeMembers(index + 1..<arena.end(of: index), of: arena)
    close(UInt8(ascii: "}"))
    writer.append(UInt8(ascii: ","))
  }

  private mutating func writeAttributes(_ children: Range<Int>, beside name: Name, of arena: Arena) throws {
    guard let first = children.first else { return }
    let depth = unsafe arena.nodes[first].depth
    for child in children where unsafe arena.nodes[child].kind == .attribute && arena.nodes[child].depth == depth {
      writeAttributeKey(unsafe arena.nodes[child].name, of: name)
      try writeString(child, of: arena)
    }
  }

  private func hasElements(_ children: Range<Int>, of arena: Arena) -> Bool {
    children.contains { unsafe arena.nodes[$0].kind == .element }
  }

  // MARK: Keys and strings

  /// Writes a key and its colon; the quote that opens a string comes at no cost.
  @inline(__always)
  private mutating func writeKey(_ node: Node, openingString quote: Int = 0) {
    let spelling = spellings[node.name]
    let isSumo = isSumo && !node.isVerbatim
    let key = unsafe isSumo ? spelling.sumoKey : spelling.wireKey
    unsafe writer.append(padded: key, (isSumo ? spelling.sumoKeyLength : spelling.wireKeyLength) + quote)
  }

  private mutating func writeAttributeKey(_ name: Name, of element: Name?) {
    writer.append(UInt8(ascii: "\""))
    if isSumo {
      if let element { unsafe append(spellings[element].sumo) }
      unsafe append(spellings[name].sumo)
    } else {
      writer.append(UInt8(ascii: "@"))
      unsafe append(spellings[name].wire)
    }
    writer.append("\":")
  }

  private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
    if let start = text.baseAddress { unsafe writer.append(start, text.count) }
  }

  /// Writes a node's text in quotes, with a comma behind.
  @inline(__always)
  private mutating func writeString(_ index: Int, of arena: Arena) throws {
    writer.append(UInt8(ascii: "\""))
    try writeText(index, of: arena)
    writer.append(UInt8(ascii: "\""), UInt8(ascii: ","))
  }

  @inline(__always)
  private mutating func writeText(_ index: Int, of arena: Arena) throws {
    if unsafe arena.nodes[index].isSpilled { return try writeSpilledText(index, of: arena) }
    let start = unsafe Int(arena.nodes[index].offset)
    let length = unsafe Int(arena.nodes[index + 1].offset) - start
    unsafe writer.appendEscaped(padded: arena.bytes + start, length)
  }

  /// Moves the line at hand to a file, and the text into it, piece by piece.
  @inline(never)
  private mutating func writeSpilledText(_ index: Int, of arena: Arena) throws {
    guard let text = arena.spilledText(of: index) else { return }
    let file = try file ?? SpilledBytes()
    self.file = file
    try unsafe file.append(UnsafeRawBufferPointer(rebasing: writer.bytes[lineStart...]))
    writer.truncate(to: lineStart)
    var offset = 0
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 * 1024, alignment: 16)
    defer { unsafe room.deallocate() }
    while true {
      let count = try unsafe text.read(at: offset, into: room)
      if count == 0 { break }
      unsafe writer.appendEscaped(UnsafeRawBufferPointer(rebasing: room[..<count]))
      try unsafe file.append(UnsafeRawBufferPointer(rebasing: writer.bytes[lineStart...]))
      writer.truncate(to: lineStart)
      offset += count
    }
  }
}

extension Fields {
  /// The node of a path, looked for from the end: times of processing come last in a detection.
  fileprivate func lastInnerOrFirstNode(at path: FieldPath) -> Int? {
    if path.names.count == 2, path.attribute == nil, let first = inner.first,
      path.names[0] == WellKnownName.detection, unsafe arena.nodes[first].name == WellKnownName.detection
    {
      let depth = unsafe arena.nodes[first].depth + 1
      for index in inner.reversed()
      where unsafe arena.nodes[index].name == path.names[1] && arena.nodes[index].depth == depth {
        return textNode(of: index)
      }
      return nil
    }
    return firstNode(at: path).map(textNode)
  }
}
