package import Records
package import Streaming

/// A sink that hands the lines of pages that stand to a test.
package final class KeptLines: Sink {
  package typealias Input = Line
  package static let component = Component("kept", summary: "Keeps lines.", example: "- kept")

  private let onWrite: () async throws -> Void
  private let onLines: ([String]) -> Void
  private var pending: [(mark: UInt32, text: String)] = []
  package private(set) var counts = SinkCounts()

  /// - Parameters:
  ///   - onWrite: Called before each batch; may throw, or wait.
  ///   - onLines: Called when a page ends.
  package init(onWrite: @escaping () async throws -> Void, onLines: @escaping ([String]) -> Void) {
    self.onWrite = onWrite
    self.onLines = onLines
  }

  package func write(_ batch: Batch<Line>) async throws {
    try await onWrite()
    counts.entered += batch.records.count
    pending += batch.records.map { ($0.mark, $0.text) }
    let ending = batch.position.ending
    if ending == .none { return }
    let stands = pending.filter { ending == .complete || $0.mark < batch.position.marks }
    counts.acknowledged += stands.count
    counts.abandoned += pending.count - stands.count
    counts.bytes += stands.reduce(0) { $0 + $1.text.utf8.count + 1 }
    onLines(stands.map(\.text))
    pending = []
  }

  package func finish() async throws {}
  package func discard() async {}
}
