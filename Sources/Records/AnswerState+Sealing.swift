internal import Glibc
internal import XMLEvents

/// Handing tapes over: full ones, parts of large items, and what is complete when a chunk ends.
extension AnswerState {
  /// Closes a part of a host that is larger than a batch; the next tape begins with the host's fields.
  mutating func sealPart() {
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

  func newTape() -> TapeBuilder {
    TapeBuilder(byteCapacity: limits.batchBytes * 5 / 4, nodeCapacity: max(8192, tape.nodeCount * 5 / 4))
  }

  mutating func seal() {
    nodeBase += tape.nodeCount
    seal(keeping: newTape())
  }

  mutating func seal(keeping next: consuming TapeBuilder) {
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

  mutating func sealCarrying() {
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
}
