internal import Records
internal import Sinks
internal import State
internal import Streaming

/// Gives the scenario's pages behind the last host that the state remembers.
struct ScriptedPages: Source {
  typealias Output = Line
  static let component = Component("scripted", summary: "Gives the scenario's pages.", example: "scripted")
  init(_ options: Options) throws(OptionError) {}

  func batches() -> AsyncThrowingStream<Batch<Line>, any Error> {
    let last = Scenario.last
    return AsyncThrowingStream { continuation in
      do {
        for batch in try Scenario.batches(after: last) { continuation.yield(batch) }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
  }
}

/// Remembers the last host.
struct Remember: RememberingStage {
  static let component = Component("remember", summary: "Remembers the last host.", example: "- remember")
  static let key = Array("last".utf8)
  init(_ options: Options) throws(OptionError) {}

  mutating func process(_ batch: Batch<Line>, into output: inout Outlet<Line>, memory: any Memory) throws {
    for line in batch.records {
      try memory.set(
        Array(line.text.dropFirst(8).prefix { $0 != "," }.utf8),
        for: Self.key,
        at: line.mark,
        of: batch.page
      )
      output.append(line)
    }
  }
}

/// Refuses some hosts.
struct RefuseSome: Stage {
  typealias Input = Line
  typealias Output = Line
  static let component = Component("refuse-some", summary: "Refuses some hosts.", example: "- refuse-some")
  init(_ options: Options) throws(OptionError) {}

  mutating func process(_ batch: Batch<Line>, into output: inout Outlet<Line>) throws {
    for line in batch.records {
      let host = Int(line.text.dropFirst(8).prefix { $0 != "," }) ?? 0
      if Scenario.isRefused(host) { output.reject(line, because: "its number") } else { output.append(line) }
    }
  }
}

/// A planted bug: acknowledges the end of a page and writes it when the next batch comes, or the end.
final class Hasty: Sink {
  static let component = GzipFile.component
  private let base: GzipFile
  private var late: Batch<Line>?

  init(_ base: GzipFile) { self.base = base }

  var counts: SinkCounts { base.counts }
  var position: [UInt8]? { base.position }
  func recover(_ position: [UInt8]?) async throws { try await base.recover(position) }
  func publish(_ committed: [UInt8]?) async throws { if late == nil { try await base.publish(committed) } }

  func write(_ batch: Batch<Line>) async throws {
    try await catchUp()
    if batch.position.isEnd { late = batch } else { try await base.write(batch) }
  }

  private func catchUp() async throws {
    if let batch = late { try await base.write(batch) }
    late = nil
  }

  func finish() async throws {
    try await catchUp()
    try await base.finish()
  }
  func discard() async { await base.discard() }
}
