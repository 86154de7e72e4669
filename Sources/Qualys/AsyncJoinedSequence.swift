internal import DequeModule
package import Records
internal import Stages
package import Streaming

extension AsyncSequence {
  /// Puts KnowledgeBase entries beside detections.
  package func joining(
    _ join: JoinKnowledgeBase,
    _ context: CallContext,
    meter: StageMeter? = nil
  ) -> AsyncJoinedSequence<Self> where Element == Batch<Detection> {
    AsyncJoinedSequence(
      base: self,
      join: join,
      context: context,
      meter: meter ?? StageMeter(JoinKnowledgeBase.component.name)
    )
  }
}

/// An asynchronous sequence of another's detections, with their KnowledgeBase entries.
///
/// While no entry is missing each batch passes at once. Else what follows is read ahead to the page's end, so that
/// missing QIDs are asked for together. Memory: 16 batches, and up to 32 MiB of entries; more of them lie in a file.
package struct AsyncJoinedSequence<Base: AsyncSequence>: AsyncSequence where Base.Element == Batch<Detection> {
  package typealias Element = Batch<Detection>
  package typealias Failure = any Error

  let base: Base
  let join: JoinKnowledgeBase
  let context: CallContext
  let meter: StageMeter

  package struct Iterator: AsyncIteratorProtocol {
    private static var readAhead: Int { 16 }

    var base: Base.AsyncIterator
    let cache: KnowledgeBaseCache
    let meter: StageMeter
    /// Batches that were read; those in front of `ready` have all their entries.
    var waiting = Deque<Batch<Detection>>()
    var ready = 0

    package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<Detection>? {
      var missing: Set<UInt64> = []
      while ready == 0 {
        guard let batch = try await base.next(isolation: actor) else { return nil }
        try Task.checkCancellation()
        waiting.append(batch)
        for detection in batch.records {
          if let qid = KnowledgeBaseJoin.qid(of: detection), !cache.isKnown(qid) { missing.insert(qid) }
        }
        if missing.isEmpty || batch.position.isEnd || waiting.count >= Self.readAhead {
          if !missing.isEmpty { try await cache.look(up: missing) }
          ready = waiting.count
        }
      }
      ready -= 1
      let batch = waiting.removeFirst()
      var outlet = Outlet<Detection>()
      outlet.append(contentsOf: try KnowledgeBaseJoin.attach(to: batch.records, cache.append))
      try meter.count(entered: batch.records.count, outlet, on: batch.page)
      return batch.replacingRecords(outlet.take())
    }

    package mutating func next() async throws -> Batch<Detection>? { try await next(isolation: nil) }
  }

  package func makeAsyncIterator() -> Iterator {
    Iterator(base: base.makeAsyncIterator(), cache: KnowledgeBaseCache(join, context), meter: meter)
  }
}

extension AsyncJoinedSequence: Sendable where Base: Sendable {}

@available(*, unavailable)
extension AsyncJoinedSequence.Iterator: Sendable {}
