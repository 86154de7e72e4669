internal import Glibc
internal import XMLEvents

/// Elements inside an item: what goes onto the tape when they begin and end.
extension AnswerState {
  @inline(__always)
  mutating func startField(
    _ address: UnsafePointer<UInt8>,
    _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  ) {
    let level = depth - itemDepth
    guard level < limits.depth else { return fail("elements are nested more than \(limits.depth) deep") }
    guard let (name, number) = unsafe names.look(up: address) else {
      return fail("the answer has more than \(limits.names) different names")
    }
    if runNode >= 0 { closeRunBeforeChild() }
    if level <= 2 { startLandmark(name, level) }

    let node = tape.nodeCount
    tape.append(name, .element, depth: level)
    let place = level * Self.numbers + number
    let before = unsafe lastSeen[place]
    unsafe lastSeen[place] = nodeBase + node
    if unsafe before > openNode[level - 1] { markRepeated(node, after: before - nodeBase) }
    unsafe openNode[level] = nodeBase + node

    runNode = node
    if let attributes = unsafe attributes { unsafe appendAttributes(attributes, level: level) }
    runStart = tape.byteCount
    runKeepsSpace = name == WellKnownName.results
    runHasCDATA = false
  }

  /// Notes where the item's fields end and its inner items begin.
  mutating func startLandmark(_ name: Name, _ level: Int) {
    if level == 1 {
      if name == shape.innerList {
        if outerEnd < 0 { outerEnd = tape.nodeCount }
        isInInnerList = true
        if innerEnd < 0 {
          innerStart = tape.nodeCount + 1
          innerStartByte = tape.byteCount
        }
      } else if outerEnd >= 0 {
        lateStart = tape.nodeCount
      } else if name == shape.id, idNode < 0 {
        idNode = tape.nodeCount
      }
    } else if isInInnerList, name == shape.innerItem {
      isInInnerItem = true
      innerItemByte = tape.byteCount
      takeItemRepairs()
    }
  }

  @inline(never)
  mutating func markRepeated(_ node: Int, after before: Int) {
    tape.setFlag(Node.Flags.repeated, of: node)
    // The first of them may have left with a part of the host already.
    if before >= 0 { tape.setFlag(Node.Flags.repeats, of: before) }
    let level = unsafe Int(tape.nodes[node].depth)
    let parent = unsafe openNode[level - 1] - nodeBase
    let isListed = unsafe level > 1 && parent >= 0 && tape.nodes[parent].name.spelling.role == .list
    if !isListed { drift += 1 }
  }

  mutating func appendAttributes(_ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>, level: Int) {
    let nodeCount = tape.nodeCount
    var index = 0
    while let address = unsafe attributes[index], let value = unsafe attributes[index + 1] {
      index += 2
      guard index <= 2 * limits.attributes else {
        return fail("an element has more than \(limits.attributes) attributes")
      }
      if unsafe NameInterner.declaresNamespace(address) { continue }
      guard let (name, _) = unsafe names.look(up: address) else {
        return fail("the answer has more than \(limits.names) different names")
      }
      tape.append(name, .attribute, depth: level + 1)
      unsafe appendAttributeValue(value, strlen(UnsafePointer<CChar>(OpaquePointer(value))))
    }
    guard tape.nodeCount > nodeCount else { return }
    runNode = tape.nodeCount
    tape.append(Name(id: 0), .text, depth: level + 1)
  }

  /// Appends an attribute's value; libxml2 leaves each ampersand in it as `&#38;`, since it could be parsed again.
  mutating func appendAttributeValue(_ start: UnsafePointer<UInt8>, _ count: Int) {
    let value = unsafe UnsafeBufferPointer(start: start, count: count)
    guard unsafe value.contains(UInt8(ascii: "&")) else { return unsafe tape.append(start, count) }
    var index = 0
    while index < count {
      unsafe tape.append(start + index, 1)
      index += unsafe value[index] == UInt8(ascii: "&") ? "&#38;".utf8.count : 1
    }
  }

  @inline(__always)
  mutating func endField() {
    if runNode >= 0 { closeRun() }
    let level = depth - itemDepth
    if level <= 2 { endLandmark(level) }
  }

  mutating func endLandmark(_ level: Int) {
    switch level {
    case 0:
      endItem()
    case 1:
      if isInInnerList {
        isInInnerList = false
        innerEnd = tape.nodeCount
      } else if lateStart >= 0 {
        late.append(lateStart..<tape.nodeCount)
        lateStart = -1
      }
      if outerEnd < 0, tape.byteCount - itemByte > limits.recordBytes { failRecord() }
    default:
      if isInInnerItem { endInnerItem() }
    }
  }

  mutating func endInnerItem() {
    isInInnerItem = false
    markRepairs(depth: 3)
    innerCount += 1
    if tape.byteCount - innerItemByte > limits.recordBytes { return failRecord() }
    if tape.byteCount - innerStartByte >= limits.batchBytes { sealPart() }
  }

  mutating func failRecord() {
    fail("\(shape.largest) exceed \(limits.recordBytes >> 20) MiB")
  }

  mutating func endItem() {
    takeItemRepairs()
    if shape.innerItem == nil { markRepairs(depth: 1) }
    if outerEnd < 0 { outerEnd = tape.nodeCount }
    if innerEnd < 0 {
      innerStart = tape.nodeCount
      innerEnd = tape.nodeCount
    }
    let outer = late.isEmpty ? itemNode..<outerEnd : gatherLateFields()
    pending.append(PendingItem(outer: outer, inner: innerStart..<innerEnd, innerCount: innerCount, mark: marks))
    itemTotal += 1
    learnID()
    marks += 1
    itemDepth = 0
    isInInnerList = false
    if tape.byteCount >= limits.batchBytes { seal() }
  }

  /// Puts fields that came after the inner list behind those that came before it, so that a record is one range.
  mutating func gatherLateFields() -> Range<Int> {
    drift += 1
    var fields = TapeBuilder(byteCapacity: 1024, nodeCapacity: 64)
    for range in [itemNode..<outerEnd] + late {
      let end = unsafe range.upperBound < tape.nodeCount ? Int(tape.nodes[range.upperBound].offset) : tape.byteCount
      unsafe fields.copy(range, Int(tape.nodes[range.lowerBound].offset)..<end, of: tape)
    }
    let start = tape.nodeCount
    tape.carry(fromNode: 0, byte: 0, of: fields)
    return start..<tape.nodeCount
  }

  mutating func learnID() {
    if shape.reportsIDs { ids.append(0) }
    guard idNode >= 0, idNode + 1 <= tape.nodeCount else { return }
    guard let id = readID() else {
      idsAscend = false
      return
    }
    if let lastID, id <= lastID { idsAscend = false }
    if firstID == nil { firstID = id }
    lastID = id
    if shape.reportsIDs { ids[ids.count - 1] = id }
  }

  /// The id of the open item, once it has come whole.
  var openID: UInt64? {
    guard itemDepth > 0, idNode >= 0, idNode < tape.nodeCount, runNode != idNode else { return nil }
    return readID()
  }

  private func readID() -> UInt64? {
    let start = unsafe Int(tape.nodes[idNode].offset)
    let end = unsafe idNode + 1 < tape.nodeCount ? Int(tape.nodes[idNode + 1].offset) : tape.byteCount
    return unsafe UInt64(digits: UnsafeRawBufferPointer(start: tape.bytes + start, count: end - start))
  }

  // MARK: Replaced characters

  mutating func repairsBeforeHere() -> Int {
    guard let parser = unsafe parser?.takeUnretainedValue(), parser.hasRepairs else { return 0 }
    return parser.takeRepairs(before: context.offset)
  }

  mutating func takeItemRepairs() { itemRepairs += repairsBeforeHere() }

  /// Marks a record with the characters replaced in it: a detection also with those in its host's fields.
  mutating func markRepairs(depth: Int) {
    let count = repairsBeforeHere() + itemRepairs
    guard count > 0 else { return }
    tape.append(WellKnownName.repairedCharacters, .element, depth: depth)
    tape.append(Array(String(count).utf8))
  }
}
