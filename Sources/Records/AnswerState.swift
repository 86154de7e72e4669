internal import Glibc
internal import XMLEvents

/// The reader's state as the parser's callbacks see it: a struct behind a pointer, for speed.
@safe
struct AnswerState: ~Copyable {
  /// Must come first: the parser's own callbacks look for it here.
  var context = XMLPushParser.Context()
  var parser: Unmanaged<XMLPushParser>?

  private let shape: AnswerShape
  private let limits: AnswerLimits
  private var names: NameInterner
  private var tape: TapeBuilder

  private(set) var failure: AnswerError? {
    didSet { hasFailed = failure != nil }
  }
  /// Looked at for each piece of text, where the error itself would be too large to look at.
  private var hasFailed = false
  private(set) var head = AnswerHead()
  private(set) var hasRoot = false
  private(set) var isErrorDocument = false
  private(set) var marks = 0
  private(set) var idsAscend = true
  private(set) var lastID: UInt64?
  private(set) var drift = 0
  private(set) var innerTotal = 0
  private(set) var itemTotal = 0
  private var sealed: [AnswerReader.Sealed] = []

  /// Open elements of the document.
  private var depth = 0
  /// The depth of the open item; 0 outside items.
  ///
  /// Its fields stand one deeper and have depth 1 on the tape.
  private var itemDepth = 0
  private var listDepth = 0

  // The open item.
  private struct PendingItem {
    var outer: Range<Int>
    var inner: Range<Int>
    var innerCount: Int
    var mark: Int
  }
  private var pending: [PendingItem] = []
  private var itemNode = 0
  private var itemByte = 0
  private var idNode = -1
  /// Where the item's fields end, once its inner list has begun.
  private var outerEnd = -1
  private var innerStart = 0
  private var innerEnd = -1
  private var innerStartByte = 0
  private var innerCount = 0
  private var innerItemByte = 0
  /// Fields that came after the inner list.
  private var late: [Range<Int>] = []
  private var lateStart = -1
  private var isInInnerList = false
  private var isInInnerItem = false
  private var itemRepairs = 0

  // The run of text at hand: a leaf's, or a piece between children.
  private var runNode = -1
  private var runStart = 0
  private var runKeepsSpace = false
  private var runHasCDATA = false
  private var cdataEnd = 0
  private var runFile: SpilledBytes?

  /// The node last seen with a name at a depth, counted over all tapes: tells repeated siblings at no cost.
  private let lastSeen: UnsafeMutablePointer<Int>
  /// The open element at a depth, counted likewise.
  private let openNode: UnsafeMutablePointer<Int>
  /// What a node's place on this tape must be raised by to count over all tapes.
  private var nodeBase = 1

  private static let depths = 64
  private static let numbers = 1024

  init(_ shape: AnswerShape, limits: AnswerLimits) {
    self.shape = shape
    self.limits = limits
    names = NameInterner(limit: limits.names)
    tape = TapeBuilder(byteCapacity: limits.batchBytes * 5 / 4, nodeCapacity: 8192)
    // Zeroed memory that is only touched where names occur.
    unsafe lastSeen = calloc(Self.depths * Self.numbers, MemoryLayout<Int>.stride)!.assumingMemoryBound(to: Int.self)
    unsafe openNode = calloc(Self.depths + 1, MemoryLayout<Int>.stride)!.assumingMemoryBound(to: Int.self)
  }

  deinit {
    unsafe free(lastSeen)
    unsafe free(openNode)
  }

  static var callbacks: XMLPushParser.Callbacks {
    unsafe XMLPushParser.Callbacks(
      start: { context, name, prefix, _, _, _, count, _, attributes in
        guard let state = unsafe context?.assumingMemoryBound(to: AnswerState.self), let name = unsafe name else {
          return
        }
        unsafe state.pointee.start(name, count: Int(count), attributes: attributes)
      },
      end: { context, _, _, _ in
        unsafe context?.assumingMemoryBound(to: AnswerState.self).pointee.end()
      },
      characters: { context, text, count in
        guard let state = unsafe context?.assumingMemoryBound(to: AnswerState.self), let text = unsafe text else {
          return
        }
        unsafe state.pointee.characters(text, Int(count))
      },
      cdata: { context, text, count in
        guard let state = unsafe context?.assumingMemoryBound(to: AnswerState.self), let text = unsafe text else {
          return
        }
        unsafe state.pointee.cdata(text, Int(count))
      }
    )
  }

  // MARK: Elements

  private mutating func start(
    _ name: UnsafePointer<UInt8>,
    count: Int,
    attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  ) {
    guard !hasFailed else { return }
    depth += 1
    if itemDepth > 0 {
      unsafe startField(name, count: count, attributes: attributes)
    } else {
      unsafe startOutside(name)
      if itemDepth > 0, count > 0 {
        unsafe appendAttributes(attributes, count: count, level: 0)
        tape.truncateNodes(to: runNode)
        runNode = -1
      }
    }
  }

  private mutating func end() {
    guard !hasFailed else { return }
    if itemDepth > 0 {
      endField()
    } else {
      if depth == listDepth { listDepth = 0 } else { head.end() }
      if depth == 1 { context.isRootClosed = true }
    }
    depth -= 1
  }

  private mutating func startOutside(_ name: UnsafePointer<UInt8>) {
    guard depth <= limits.depth else { return fail("elements are nested more than \(limits.depth) deep") }
    guard let (known, _) = unsafe names.look(up: name) else {
      return fail("the answer has more than \(limits.names) different names")
    }
    if depth == 1 {
      hasRoot = true
      let root = known.text
      isErrorDocument = root == "SIMPLE_RETURN" || root == "GENERIC_RETURN"
      if root.lowercased() == "html" {
        failure = .html(title: "")
      } else if root != shape.root, !isErrorDocument {
        failure = .unexpectedRoot(root, expected: shape.root)
      }
    }
    if depth == 3, known == shape.list {
      listDepth = depth
    } else if listDepth > 0, depth == listDepth + 1, known == shape.item {
      startItem()
    } else {
      head.start(known.text)
    }
  }

  private mutating func startItem() {
    itemDepth = depth
    itemNode = tape.nodeCount
    itemByte = tape.byteCount
    idNode = -1
    outerEnd = -1
    innerEnd = -1
    innerCount = 0
    late = []
    lateStart = -1
    itemRepairs = 0
    // Whatever was replaced before the item belongs to no item; it is counted all the same.
    _ = repairsBeforeHere()
    runNode = -1
    // Children of the item are newer than this, children of any item before it are older.
    unsafe openNode[0] = nodeBase + itemNode - 1
  }

  @inline(__always)
  private mutating func startField(
    _ address: UnsafePointer<UInt8>,
    count: Int,
    attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
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
    if count > 0 { unsafe appendAttributes(attributes, count: count, level: level) }
    runStart = tape.byteCount
    runKeepsSpace = name == WellKnownName.results
    runHasCDATA = false
  }

  /// Notes where the item's fields end and its inner items begin.
  private mutating func startLandmark(_ name: Name, _ level: Int) {
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
  private mutating func markRepeated(_ node: Int, after before: Int) {
    tape.setFlag(Node.Flags.repeated, of: node)
    // The first of them may have left with a part of the host already.
    if before >= 0 { tape.setFlag(Node.Flags.repeats, of: before) }
    let level = unsafe Int(tape.nodes[node].depth)
    let parent = unsafe openNode[level - 1] - nodeBase
    let isListed = unsafe level > 1 && parent >= 0 && tape.nodes[parent].name.spelling.role == .list
    if !isListed { drift += 1 }
  }

  private mutating func appendAttributes(
    _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    count: Int,
    level: Int
  ) {
    guard let attributes = unsafe attributes, count <= limits.attributes else {
      return fail("an element has more than \(limits.attributes) attributes")
    }
    for index in 0..<count {
      // Five pointers each: local name, prefix, namespace, value, end of value.
      guard let address = unsafe attributes[index * 5], let start = unsafe attributes[index * 5 + 3],
        let end = unsafe attributes[index * 5 + 4]
      else { continue }
      guard let (name, _) = unsafe names.look(up: address) else {
        return fail("the answer has more than \(limits.names) different names")
      }
      tape.append(name, .attribute, depth: level + 1)
      unsafe appendAttributeValue(start, end - start)
    }
    runNode = tape.nodeCount
    tape.append(Name(id: 0), .text, depth: level + 1)
  }

  /// Appends an attribute's value; libxml2 leaves each ampersand in it as `&#38;`, since it could be parsed again.
  private mutating func appendAttributeValue(_ start: UnsafePointer<UInt8>, _ count: Int) {
    let value = unsafe UnsafeBufferPointer(start: start, count: count)
    guard unsafe value.contains(UInt8(ascii: "&")) else { return unsafe tape.append(start, count) }
    var index = 0
    while index < count {
      unsafe tape.append(start + index, 1)
      index += unsafe value[index] == UInt8(ascii: "&") ? "&#38;".utf8.count : 1
    }
  }

  @inline(__always)
  private mutating func endField() {
    if runNode >= 0 { closeRun() }
    let level = depth - itemDepth
    if level <= 2 { endLandmark(level) }
  }

  private mutating func endLandmark(_ level: Int) {
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

  private mutating func endInnerItem() {
    isInInnerItem = false
    markRepairs(depth: 3)
    innerCount += 1
    innerTotal += 1
    if tape.byteCount - innerItemByte > limits.recordBytes { return failRecord() }
    if tape.byteCount - innerStartByte >= limits.batchBytes { sealPart() }
  }

  private mutating func failRecord() {
    fail("\(shape.largest) exceed \(limits.recordBytes >> 20) MiB")
  }

  private mutating func endItem() {
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
  private mutating func gatherLateFields() -> Range<Int> {
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

  private mutating func learnID() {
    guard idNode >= 0, idNode + 1 <= tape.nodeCount else { return }
    let start = unsafe Int(tape.nodes[idNode].offset)
    let end = unsafe idNode + 1 < tape.nodeCount ? Int(tape.nodes[idNode + 1].offset) : tape.byteCount
    var id: UInt64 = 0
    for index in start..<end {
      let digit = unsafe tape.bytes[index] &- UInt8(ascii: "0")
      let (product, overflow) = id.multipliedReportingOverflow(by: 10)
      guard digit < 10, !overflow else {
        idsAscend = false
        return
      }
      id = product &+ UInt64(digit)
    }
    if let lastID, id <= lastID { idsAscend = false }
    lastID = id
  }

  // MARK: Replaced characters

  private mutating func repairsBeforeHere() -> Int {
    guard let parser = unsafe parser?.takeUnretainedValue(), parser.hasRepairs else { return 0 }
    return parser.takeRepairs(before: context.offset)
  }

  private mutating func takeItemRepairs() { itemRepairs += repairsBeforeHere() }

  /// Marks a record with the characters replaced in it: a detection also with those in its host's fields.
  private mutating func markRepairs(depth: Int) {
    let count = repairsBeforeHere() + itemRepairs
    guard count > 0 else { return }
    tape.append(WellKnownName.repairedCharacters, .element, depth: depth)
    tape.append(Array(String(count).utf8))
  }

  // MARK: Text

  @inline(__always)
  private mutating func characters(_ text: UnsafePointer<UInt8>, _ count: Int) {
    guard itemDepth > 0, !hasFailed else { return unsafe outsideText(text, count) }
    var start = 0
    if !runKeepsSpace || runNode < 0 {
      if runNode < 0 || (tape.byteCount == runStart && runFile == nil) {
        // White space before a value, and between elements, is nothing.
        unsafe start = Self.skipSpace(text, count)
        if start == count { return }
        if runNode < 0 { startRun() }
      }
    }
    unsafe tape.append(text + start, count - start)
    if tape.byteCount - runStart > limits.spillBytes { spill() }
  }

  @inline(__always)
  private mutating func cdata(_ text: UnsafePointer<UInt8>, _ count: Int) {
    if unsafe count > 0 && memchr(text, 0x0D, count) != nil { return unsafe cdataWithCR(text, count) }
    unsafe plainCDATA(text, count)
  }

  /// Ends lines as XML demands (2.11), CR LF and CR as LF: libxml2 does so everywhere but in CDATA that is pushed.
  @inline(never)
  private mutating func cdataWithCR(_ text: UnsafePointer<UInt8>, _ count: Int) {
    var lines: [UInt8] = []
    lines.reserveCapacity(count)
    for index in 0..<count {
      let byte = unsafe text[index]
      // A piece is followed by more of the section or by its end, so there is a byte after it.
      if byte == 0x0D, unsafe text[index + 1] == 0x0A { continue }
      lines.append(byte == 0x0D ? 0x0A : byte)
    }
    unsafe lines.withUnsafeBufferPointer { lines in
      if let start = lines.baseAddress { unsafe plainCDATA(start, lines.count) }
    }
  }

  @inline(__always)
  private mutating func plainCDATA(_ text: UnsafePointer<UInt8>, _ count: Int) {
    guard itemDepth > 0, !hasFailed else { return unsafe outsideText(text, count) }
    if runKeepsSpace, runNode >= 0 {
      if !runHasCDATA { dropLeadingSpace() }
      runHasCDATA = true
      unsafe tape.append(text, count)
      cdataEnd = tape.byteCount
      if tape.byteCount - runStart > limits.spillBytes { spill() }
    } else {
      unsafe characters(text, count)
    }
  }

  private mutating func outsideText(_ text: UnsafePointer<UInt8>, _ count: Int) {
    guard !hasFailed, listDepth == 0 else { return }
    unsafe head.append(UnsafeBufferPointer(start: text, count: count))
  }

  /// Begins a piece of text after a child.
  private mutating func startRun() {
    runNode = tape.nodeCount
    tape.append(Name(id: 0), .text, depth: depth - itemDepth + 1)
    runStart = tape.byteCount
    runKeepsSpace = false
  }

  /// In RESULTS, white space before the first CDATA section is formatting; inside it is content.
  private mutating func dropLeadingSpace() {
    var start = runStart
    while start < tape.byteCount, unsafe Self.isSpace(tape.bytes[start]) { start += 1 }
    if start > runStart { tape.moveBytes(from: start, to: runStart) }
  }

  @inline(__always)
  private mutating func closeRun() {
    if runFile != nil { return closeSpilledRun() }
    if !runKeepsSpace {
      trimTrailingSpace(to: runStart)
    } else if runHasCDATA {
      trimTrailingSpace(to: cdataEnd)
    }
    runNode = -1
  }

  /// The run belongs to an element that turns out to have children.
  @inline(__always)
  private mutating func closeRunBeforeChild() {
    let node = runNode
    if runFile != nil {
      if unsafe tape.nodes[node].kind == .element { insertTextNode() }
      return closeSpilledRun()
    }
    trimTrailingSpace(to: runStart)
    let isEmpty = tape.byteCount == runStart
    if unsafe tape.nodes[node].kind == .text {
      if isEmpty { tape.truncateNodes(to: node) }
    } else if !isEmpty {
      insertTextNode()
    }
    runNode = -1
  }

  /// Makes the run a node of its own, beside the children of its element.
  private mutating func insertTextNode() {
    let depth = unsafe Int(tape.nodes[runNode].depth)
    let end = tape.byteCount
    tape.truncateBytes(to: runStart)
    tape.append(Name(id: 0), .text, depth: depth + 1)
    tape.truncateBytes(to: end)
  }

  @inline(__always)
  private mutating func trimTrailingSpace(to start: Int) {
    var end = tape.byteCount
    while end > start, unsafe Self.isSpace(tape.bytes[end - 1]) { end -= 1 }
    tape.truncateBytes(to: end)
  }

  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D }

  /// How many bytes of white space a text begins with; indentation goes eight spaces at a time.
  @inline(__always)
  private static func skipSpace(_ text: UnsafePointer<UInt8>, _ count: Int) -> Int {
    var index = 0
    while index < count, unsafe isSpace(text[index]) {
      index += 1
      while index + 8 <= count,
        unsafe UnsafeRawPointer(text + index).loadUnaligned(as: UInt64.self) == 0x2020_2020_2020_2020
      { index += 8 }
    }
    return index
  }

  /// Moves what is certain of a long text to a file.
  @inline(never)
  private mutating func spill() {
    var end = tape.byteCount
    if runKeepsSpace {
      if runHasCDATA { end = cdataEnd }
    } else {
      while end > runStart, unsafe Self.isSpace(tape.bytes[end - 1]) { end -= 1 }
    }
    guard end > runStart else {
      if tape.byteCount - runStart > limits.recordBytes { failRecord() }
      return
    }
    do {
      let file = try runFile ?? SpilledBytes()
      runFile = file
      try unsafe file.append(UnsafeRawBufferPointer(start: tape.bytes + runStart, count: end - runStart))
    } catch {
      failure = .spill("\(error)")
      return
    }
    tape.moveBytes(from: end, to: runStart)
    cdataEnd = runStart
  }

  @inline(never)
  private mutating func closeSpilledRun() {
    let file = runFile
    if runKeepsSpace {
      if runHasCDATA { trimTrailingSpace(to: cdataEnd) }
    } else {
      trimTrailingSpace(to: runStart)
    }
    do {
      let rest = tape.byteCount - runStart
      if rest > 0 { try unsafe file?.append(UnsafeRawBufferPointer(start: tape.bytes + runStart, count: rest)) }
    } catch {
      failure = .spill("\(error)")
    }
    tape.truncateBytes(to: runStart)
    runFile = nil
    if let file { tape.appendSpilled(file) }
    runNode = -1
  }

  // MARK: Sealing

  /// Closes a part of a host that is larger than a batch; the next tape begins with the host's fields.
  private mutating func sealPart() {
    let end = tape.nodeCount
    pending.append(
      PendingItem(outer: itemNode..<outerEnd, inner: innerStart..<end, innerCount: innerCount, mark: marks)
    )
    itemTotal += 1
    var next = newTape()
    let listNode = innerStart - 1
    let listByte = unsafe Int(tape.nodes[listNode].offset)
    next.copy(itemNode..<innerStart, itemByte..<listByte, of: tape)
    if idNode >= 0 { idNode -= itemNode }
    let shift = itemNode
    nodeBase += end
    seal(keeping: next)
    itemNode = 0
    itemByte = 0
    outerEnd -= shift
    innerStart -= shift
    innerStartByte = tape.byteCount
    innerCount = 0
    // Everything at hand is on a new tape: what is open stands where it was copied to.
    unsafe openNode[0] = nodeBase - 1
    unsafe openNode[1] = nodeBase + innerStart - 1
  }

  private func newTape() -> TapeBuilder {
    TapeBuilder(byteCapacity: limits.batchBytes * 5 / 4, nodeCapacity: max(8192, tape.nodeCount * 5 / 4))
  }

  private mutating func seal() {
    nodeBase += tape.nodeCount
    seal(keeping: newTape())
  }

  private mutating func seal(keeping next: consuming TapeBuilder) {
    swap(&tape, &next)
    let arena = next.seal(serverTime: head.serverTime)
    let items = pending.map { item in
      AnswerReader.Item(
        fields: Fields(arena: arena, outer: item.outer, inner: item.inner, mark: UInt32(item.mark)),
        innerCount: item.innerCount
      )
    }
    sealed.append(AnswerReader.Sealed(arena: arena, items: items, marks: marks))
    pending.removeAll(keepingCapacity: true)
  }

  /// Everything that is complete; an item at hand moves to a tape of its own.
  mutating func takeSealed() -> [AnswerReader.Sealed] {
    if !pending.isEmpty {
      if itemDepth == 0 || hasFailed {
        seal()
      } else {
        sealCarrying()
      }
    }
    defer { sealed.removeAll() }
    return sealed
  }

  private mutating func sealCarrying() {
    var next = newTape()
    let (node, byte) = (itemNode, itemByte)
    next.carry(fromNode: node, byte: byte, of: tape)
    nodeBase += node
    tape.truncateNodes(to: node)
    tape.truncateBytes(to: byte)
    seal(keeping: next)
    itemNode = 0
    itemByte = 0
    if idNode >= 0 { idNode -= node }
    if outerEnd >= 0 { outerEnd -= node }
    innerStart -= node
    if innerEnd >= 0 { innerEnd -= node }
    innerStartByte -= byte
    innerItemByte -= byte
    if runNode >= 0 { runNode -= node }
    runStart -= byte
    cdataEnd -= byte
    late = late.map { $0.lowerBound - node..<$0.upperBound - node }
    if lateStart >= 0 { lateStart -= node }
  }

  private mutating func fail(_ what: String) { failure = .exceedsLimit(what) }
}
