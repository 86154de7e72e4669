internal import Records
internal import Streaming

/// Stands for a sink, and only counts.
///
/// A page that breaks off is cut back as files are. Memory: 64 bytes for each host of the page at hand.
final class CountingSink: Sink {
  static let component = Component("count", summary: "Counts lines.", example: "- count")

  private(set) var counts = SinkCounts()
  private let onCount: @Sendable ([String: LineTally]) -> Void
  /// The lines of the page at hand: a run for each mark and kind.
  private var pending: [(mark: UInt32, kind: String, tally: LineTally)] = []

  /// Stands for a sink that would write to `destination`; `onCount` is told what stands, by kind, page by page.
  init(_ destination: String, onCount: @escaping @Sendable ([String: LineTally]) -> Void) {
    counts.destinations = [destination]
    self.onCount = onCount
  }

  func write(_ batch: Batch<Line>) async throws {
    counts.entered += batch.records.count
    for line in batch.records {
      let kind = line.logType
      if pending.last.map({ $0.mark != line.mark || $0.kind != kind }) ?? true {
        pending.append((line.mark, kind, LineTally()))
      }
      pending[pending.count - 1].tally.add(line)
    }
    switch batch.position.ending {
    case .none: break
    case .complete: keep(marks: .max)
    case .abandoned: keep(marks: batch.position.marks)
    }
  }

  private func keep(marks: UInt32) {
    var kinds: [String: LineTally] = [:]
    for (mark, kind, tally) in pending {
      if mark < marks {
        counts.acknowledged += tally.lines
        counts.bytes += tally.bytes
        kinds[kind, default: LineTally()].add(tally)
      } else {
        counts.abandoned += tally.lines
      }
    }
    pending = []
    if !kinds.isEmpty { onCount(kinds) }
  }

  func finish() async throws { keep(marks: .max) }
  func discard() async {}
}

extension Line {
  /// The value of its `LogType`; `line` for one that does not begin with it.
  var logType: String {
    if let format { return format.logType }
    let beginning = String(decoding: (try? prefix(of: 80)) ?? [], as: UTF8.self)
    let opening = #"{"LogType":""#
    guard beginning.hasPrefix(opening) else { return "line" }
    return String(beginning.dropFirst(opening.count).prefix { $0 != "\"" })
  }

  /// The first bytes.
  private func prefix(of count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try unsafe forEachChunk { chunk in
      if bytes.count < count { unsafe bytes.append(contentsOf: chunk.prefix(count - bytes.count)) }
    }
    return bytes
  }
}
