package import Records
package import Streaming

/// A sink's place in its stream when it has a spool: what is written is acknowledged as soon as the spool has it, durably.
///
/// Only what is committed goes on to the sink, so nothing is delivered that a kill takes back; see ``SpoolForwarding``.
/// Memory: nothing worth a word.
package final class SpooledSink: Sink {
  package typealias Input = Line

  package static let component = Component(
    "spooled",
    summary: "Keeps lines on disk until a sink has them.",
    example: "- http: { url: \"${SUMO_URL}\", spool: 10GiB }"
  )

  package private(set) var counts = SinkCounts()
  package private(set) var position: [UInt8]?
  private let spool: Spool
  private var linesInPage = 0
  private var bytesInPage = 0
  private var isReady = false

  /// - Parameter destination: Where the sink puts lines in the end, as a person should see it.
  package init(_ spool: Spool, for destination: String) {
    self.spool = spool
    counts.destinations = ["\(destination), through its spool"]
  }

  package func recover(_ position: [UInt8]?) async throws {
    try await spool.goBack(to: position)
    isReady = true
    self.position = await spool.position
  }

  package func publish(_ committed: [UInt8]?) async throws { await spool.commit(committed) }

  package func write(_ batch: Batch<Line>) async throws {
    // A stream without a state asks for nothing to be put right.
    if !isReady { try await recover(nil) }
    counts.entered += batch.records.count
    linesInPage += batch.records.count
    let runs = batch.records.contiguousRuns(sameMark: true)
    bytesInPage += runs.reduce(0) { $0 + $1.byteCount }
    try await spool.append(runs)
    switch batch.position.ending {
    case .none: return
    case .complete: try await spool.endPage()
    case .abandoned:
      let standing = try await spool.abandonPage(standing: batch.position.marks)
      counts.abandoned += linesInPage - standing.lines
      (linesInPage, bytesInPage) = (standing.lines, standing.bytes)
    }
    counts.acknowledged += linesInPage
    counts.bytes += bytesInPage
    linesInPage = 0
    bytesInPage = 0
    position = await spool.position
  }

  package func finish() async throws {
    try await spool.endRound()
    position = await spool.position
  }

  // What is written behind the last committed page is cut off by whoever goes on.
  package func discard() async {}
}
