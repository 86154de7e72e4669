internal import Blocks
internal import Glibc
internal import XMLEvents

/// Text inside an item: trimmed, kept, or put into a file.
extension AnswerState {
  @inline(__always)
  mutating func characters(_ text: UnsafePointer<UInt8>, _ count: Int) {
    guard itemDepth > 0, !hasFailed else { return unsafe outsideText(text, count) }
    var start = 0
    if runNode < 0 || (!runKeepsSpace && tape.byteCount == runStart && runFile == nil) {
      // White space before a value, and between elements, is nothing.
      unsafe start = Self.skipSpace(text, count)
      if start == count { return }
    }
    if runNode < 0 { startRun() }
    unsafe tape.append(text + start, count - start)
    if tape.byteCount - runStart > limits.spillBytes { spill() }
  }

  @inline(__always)
  mutating func cdata(_ text: UnsafePointer<UInt8>, _ count: Int) {
    if unsafe count > 0 && memchr(text, 0x0D, count) != nil { return unsafe cdataWithCR(text, count) }
    unsafe plainCDATA(text, count)
  }

  /// Ends lines as XML demands (2.11), CR LF and CR as LF: libxml2 does so everywhere but in CDATA that is pushed.
  @inline(never)
  mutating func cdataWithCR(_ text: UnsafePointer<UInt8>, _ count: Int) {
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
  mutating func plainCDATA(_ text: UnsafePointer<UInt8>, _ count: Int) {
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

  mutating func outsideText(_ text: UnsafePointer<UInt8>, _ count: Int) {
    guard !hasFailed, listDepth == 0 else { return }
    unsafe head.append(UnsafeBufferPointer(start: text, count: count))
  }

  /// Begins a piece of text after a child.
  mutating func startRun() {
    runNode = tape.nodeCount
    tape.append(Name(id: 0), .text, depth: depth - itemDepth + 1)
    runStart = tape.byteCount
    runKeepsSpace = false
  }

  /// In RESULTS, white space before the first CDATA section is formatting; inside it is content.
  mutating func dropLeadingSpace() {
    var start = runStart
    while start < tape.byteCount, unsafe Self.isSpace(tape.bytes[start]) { start += 1 }
    if start > runStart { tape.moveBytes(from: start, to: runStart) }
  }

  @inline(__always)
  mutating func closeRun() {
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
  mutating func closeRunBeforeChild() {
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
  mutating func insertTextNode() {
    let depth = unsafe Int(tape.nodes[runNode].depth)
    let end = tape.byteCount
    tape.truncateBytes(to: runStart)
    tape.append(Name(id: 0), .text, depth: depth + 1)
    tape.truncateBytes(to: end)
  }

  @inline(__always)
  mutating func trimTrailingSpace(to start: Int) {
    var end = tape.byteCount
    while end > start, unsafe Self.isSpace(tape.bytes[end - 1]) { end -= 1 }
    tape.truncateBytes(to: end)
  }

  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D }

  /// How many bytes of white space a text begins with.
  ///
  /// Other control characters do not get here, so all up to the space are white; eight bytes are looked at together.
  @inline(__always)
  static func skipSpace(_ text: UnsafePointer<UInt8>, _ count: Int) -> Int {
    guard count > 0, unsafe text[0] <= 0x20 else { return 0 }
    let bytes = unsafe UnsafeRawPointer(text)
    var index = 1
    if count >= 9 {
      while index + 8 <= count {
        let other = unsafe otherThanSpace(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        if other != 0 { return index + other.trailingZeroBitCount / 8 }
        index += 8
      }
      // The last bytes, with some that were seen before.
      let other = unsafe otherThanSpace(bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
      return other == 0 ? count : count - 8 + other.trailingZeroBitCount / 8
    }
    while index < count, unsafe text[index] <= 0x20 { index += 1 }
    return index
  }

  /// Marks the bytes over 0x20 by their highest bits.
  @inline(__always)
  private static func otherThanSpace(_ word: UInt64) -> UInt64 {
    let low = word & 0x7F7F_7F7F_7F7F_7F7F
    return ((low &+ 0x5F5F_5F5F_5F5F_5F5F) | word) & 0x8080_8080_8080_8080
  }

  /// Moves what is certain of a long text to a file.
  @inline(never)
  mutating func spill() {
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
  mutating func closeSpilledRun() {
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
}
