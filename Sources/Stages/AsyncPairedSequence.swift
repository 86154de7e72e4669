internal import DequeModule
package import Records
package import Streaming

extension AsyncSequence where Self: Sendable, Element == Batch<DetectionsAnswer> {
  /// Reads detections answers as ``DecodeDetections`` does, in pairs of pieces at once while their bytes wait.
  ///
  /// - Parameter pieceBytes: How much one task reads at a time.
  package func decodedInPairs(meter: StageMeter, pieceBytes: Int = 512 * 1024) -> AsyncPairedSequence<Self> {
    AsyncPairedSequence(base: self, meter: meter, pieceBytes: pieceBytes)
  }
}

/// An asynchronous sequence of the hosts in answers, which two readers look for.
///
/// A page is cut where a host seems to end, and each piece read while the other reader is still at the one before it. That a
/// host did end there is proved when that one was read; if not, the reader goes on and what was found behind the cut is
/// forgotten. So what comes out is what one reader gives, whatever stands in the page. Only bytes that wait are
/// cut: a page that comes slowly is read as it comes, by one reader. Memory: about 4 MiB.
package struct AsyncPairedSequence<Base: AsyncSequence & Sendable>: AsyncSequence, Sendable
where Base.Element == Batch<DetectionsAnswer> {
  package typealias Element = Batch<Host>
  package typealias Failure = any Error

  let base: Base
  let meter: StageMeter
  let pieceBytes: Int

  package struct Iterator: AsyncIteratorProtocol {
    private let waiting: WaitingElements<Batch<DetectionsAnswer>>
    private let meter: StageMeter
    private var reading: PairedReading
    /// Batches behind the page at hand.
    private var coming = Deque<Batch<DetectionsAnswer>>()
    private var ready: ContiguousArray<Batch<Host>> = []
    private var nextReady = 0

    fileprivate init(_ sequence: AsyncPairedSequence) {
      let size = sequence.pieceBytes
      // Behind a page's end nothing is read ahead: it may be a call that nobody wants.
      waiting = WaitingElements(sequence.base, limit: 2 * size) { batch in
        batch.position.isEnd ? 2 * size : batch.records.reduce(1) { $0 + $1.content.bytes.count }
      }
      meter = sequence.meter
      reading = PairedReading(pieceBytes: size)
    }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<Host>? {
      while nextReady == ready.count {
        try Task.checkCancellation()
        ready.removeAll(keepingCapacity: true)
        nextReady = 0
        if reading.wantsMore {
          if coming.isEmpty { coming.append(contentsOf: waiting.ready()) }
          gather()
        }
        if reading.isIdle {
          let more = try await waiting.next()
          if more.isEmpty { return nil }
          coming.append(contentsOf: more)
          gather()
        }
        await reading.proceed(into: &ready, meter: meter)
      }
      defer { nextReady += 1 }
      return ready[nextReady]
    }

    /// Takes what belongs to the page at hand.
    private mutating func gather() {
      while let batch = coming.first, reading.accepts(batch) {
        reading.append(batch)
        coming.removeFirst()
      }
    }

    package mutating func next() async throws -> Batch<Host>? { try await next(isolation: nil) }
  }

  package func makeAsyncIterator() -> Iterator { Iterator(self) }
}

@available(*, unavailable)
extension AsyncPairedSequence.Iterator: Sendable {}
