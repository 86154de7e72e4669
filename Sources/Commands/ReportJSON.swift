internal import Foundation
internal import Health
internal import Pipelines
internal import Qualys
internal import Streaming

/// A run's balance as JSON.
struct ReportJSON: Encodable {
  private struct Stage: Encodable {
    var name: String
    var entered: Int
    var created: Int
    var left: Int
    var dropped: [String: Int]
    var deadLettered: Int
  }
  private struct Sink: Encodable {
    var name: String
    var entered: Int
    var acknowledged: Int
    var deadLettered: Int
    var abandoned: Int
    var bytes: Int
    var destinations: [String]
  }
  private struct Output: Encodable {
    var name: String
    var stages: [Stage]
    var sinks: [Sink]
  }
  private struct Failure: Encodable {
    var origin: String
    var reason: String
    var completeHosts: Int
  }
  private struct Stream: Encodable {
    var name: String
    var pages: Int
    var stages: [Stage]
    /// Those of a stream with one output; else they stand with theirs.
    var sinks: [Sink]?
    var outputs: [Output]?
    var failures: [Failure]
    var deadLetters: Int
    var repairedCharacters: Int
    var keptReferences: Int
    var drift: Int
    var endedEarly: Bool
    var imbalances: [String]
    /// Only of a live round.
    var asked: String?
    var bytes: Int?
    var heaviestFields: [Field]?
  }
  private struct Field: Encodable {
    var path: String
    /// Of what was weighed, from 0 to 1: an estimate.
    var share: Double
  }
  private struct Failed: Encodable {
    var stream: String
    var error: String
    var errorClass: String
    var pages: Int
  }
  private struct Event: Encodable {
    var tracker: String
    var stream: String
    var count: Int
    var message: String
  }

  private var pipeline: String
  private var balanced: Bool
  /// Only in one that wrote nothing.
  private var dryRun: Bool?
  private var seconds: Double
  private var streams: [Stream]
  /// Only of a live run.
  private var failed: [Failed]?
  private var events: [Event]?
  private var calls: [String: Int]?
  private var interrupted: Bool?

  init(_ report: RunReport) {
    pipeline = report.pipeline
    balanced = report.isBalanced
    dryRun = report.isRehearsal ? true : nil
    let milliseconds =
      report.duration.components.seconds * 1000 + report.duration.components.attoseconds / 1_000_000_000_000_000
    seconds = Double(milliseconds) / 1000
    streams = report.streams.map { stream in
      Stream(
        name: stream.name,
        pages: stream.pages,
        stages: Self.stages(stream.stages),
        sinks: stream.outputs.count == 1 ? Self.sinks(stream.outputs[0].sinks) : nil,
        outputs: stream.outputs.count == 1
          ? nil
          : stream.outputs.map { output in
            Output(name: output.name, stages: Self.stages(output.stages), sinks: Self.sinks(output.sinks))
          },
        failures: stream.failures.map { Failure(origin: $0.origin, reason: $0.reason, completeHosts: $0.marks) },
        deadLetters: stream.deadLetters,
        repairedCharacters: stream.repairedCharacters,
        keptReferences: stream.keptReferences,
        drift: stream.drift,
        endedEarly: stream.endedEarly,
        imbalances: stream.imbalances,
        asked: stream.asked,
        bytes: stream.asked == nil ? nil : stream.bytes,
        heaviestFields: stream.asked == nil ? nil : stream.heaviest.map { Field(path: $0.path, share: $0.share) }
      )
    }
    if !report.failed.isEmpty {
      failed = report.failed.map {
        Failed(stream: $0.stream, error: "\($0.error)", errorClass: $0.errorClass.rawValue, pages: $0.pages)
      }
    }
    if !report.calls.isEmpty {
      calls = Dictionary(uniqueKeysWithValues: report.calls.map { ($0.api.rawValue, $0.count) })
    }
    if !report.events.isEmpty {
      events = report.events.map {
        Event(tracker: $0.tracker, stream: $0.stream, count: $0.count, message: $0.last.message)
      }
    }
    interrupted = report.interrupted == nil ? nil : true
  }

  private static func stages(_ stages: [(name: String, counts: StageMeter.Counts)]) -> [Stage] {
    stages.map { name, counts in
      Stage(
        name: name,
        entered: counts.entered,
        created: counts.created,
        left: counts.left,
        dropped: counts.dropped,
        deadLettered: counts.rejected
      )
    }
  }

  private static func sinks(_ sinks: [(name: String, counts: SinkCounts)]) -> [Sink] {
    sinks.map { name, counts in
      Sink(
        name: name,
        entered: counts.entered,
        acknowledged: counts.acknowledged,
        deadLettered: counts.rejected,
        abandoned: counts.abandoned,
        bytes: counts.bytes,
        destinations: counts.destinations
      )
    }
  }

  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
