package import Records
package import Streaming

extension AsyncSequence {
  /// Notes the QIDs of all detections that pass, so that their KnowledgeBase entries can be asked for.
  package func noting(qidsIn memory: any Memory) -> AsyncQIDSequence<Self> where Element == Batch<Host> {
    AsyncQIDSequence(base: self, memory: memory)
  }
}

/// An asynchronous sequence of another's batches, unchanged; the QIDs in them are remembered.
///
/// Memory: 16 bytes for each QID ever seen in the round.
package struct AsyncQIDSequence<Base: AsyncSequence>: AsyncSequence where Base.Element == Batch<Host> {
  package typealias Element = Batch<Host>
  package typealias Failure = any Error

  let base: Base
  let memory: any Memory

  package struct Iterator: AsyncIteratorProtocol {
    var base: Base.AsyncIterator
    let memory: any Memory
    /// QIDs of pages that ended, and the first mark of those of the page at hand.
    var known: Set<UInt64> = []
    var fresh: [UInt64: UInt32] = [:]

    package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<Host>? {
      guard let batch = try await base.next(isolation: actor) else { return nil }
      for host in batch.records {
        let fields = host.fields
        var failure: (any Error)?
        fields.forEachDetection { range in
          guard let qid = fields.number(in: range, named: WellKnownName.qid), !known.contains(qid),
            fresh[qid] == nil
          else { return }
          fresh[qid] = fields.mark
          do {
            try memory.set([], for: QIDLedger.key(qid), at: fields.mark, of: batch.page)
          } catch { failure = error }
        }
        if let failure { throw failure }
      }
      if batch.position.isEnd {
        known.formUnion(fresh.filter { $0.value < batch.position.marks }.keys)
        fresh = [:]
        try memory.end(batch.page, marks: batch.position.marks)
      }
      return batch
    }

    package mutating func next() async throws -> Batch<Host>? { try await next(isolation: nil) }
  }

  package func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), memory: memory) }
}

extension AsyncQIDSequence: Sendable where Base: Sendable {}

@available(*, unavailable)
extension AsyncQIDSequence.Iterator: Sendable {}

extension Fields {
  /// The number that a child of an element holds, or nil when there is none.
  func number(in element: Range<Int>, named name: Name) -> UInt64? {
    guard let first = element.first else { return nil }
    let depth = unsafe arena.nodes[first].depth + 1
    for index in element.dropFirst() {
      let node = unsafe arena.nodes[index]
      guard node.name == name, node.depth == depth, node.kind == .element else { continue }
      let text = unsafe arena.text(of: textNode(of: index))
      var number: UInt64 = 0
      for place in text.indices {
        let digit = unsafe text[place] &- UInt8(ascii: "0")
        guard digit < 10, number < UInt64.max / 10 - 1 else { return nil }
        number = number * 10 + UInt64(digit)
      }
      return unsafe text.isEmpty ? nil : number
    }
    return nil
  }
}
