internal import Foundation
internal import Health
internal import Pipelines
internal import Qualys
internal import State

/// How pipelines stand, as JSON; times are UTC, durations seconds.
struct StatusJSON: Encodable {
  private struct Pipeline: Encodable {
    var name: String
    var health: String
    var state: String
    var hasState: Bool
    var isRunning: Bool
    /// The process that runs it, when it is known.
    var process: Int?
    var problem: String?
    var events: [Event]
    var streams: [Stream]
  }
  private struct Stream: Encodable {
    var name: String
    var health: String
    var asksQualys: Bool
    /// `everything`, or a time; absent before the first round.
    var nextRoundSince: String?
    var round: Round?
    var lastRound: Last?
    /// Absent while everything is still to be asked for.
    var behindSeconds: Int?
    var behindLimitSeconds: Int?
    var everySeconds: Int?
    var leftOut: [LeftOut]
    var deadLetters: Int
    var waiting: [Waiting]
    var events: [Event]
    var problem: String?
  }
  /// What waits on disk for a sink.
  private struct Waiting: Encodable {
    var sink: String
    var lines: Int
    var bytes: Int
    var limitBytes: Int
  }
  private struct Round: Encodable {
    var pages: Int
    var since: String?
    var next: UInt64?
    var isComplete: Bool
  }
  private struct Last: Encodable {
    var began: String?
    var ended: String
    var pages: Int
  }
  private struct LeftOut: Encodable {
    var id: UInt64
    var since: String?
    var missing: String
  }
  private struct Event: Encodable {
    var tracker: String
    var severity: String
    var time: String
    var message: String
  }

  private var pipelines: [Pipeline]

  init(_ all: [PipelineStatus]) {
    pipelines = all.map { status in
      Pipeline(
        name: status.pipeline,
        health: Self.word(status.health),
        state: status.folder,
        hasState: status.hasState,
        isRunning: status.holder != nil,
        process: status.holder?.process,
        problem: status.problem,
        events: status.events.map(Self.event),
        streams: status.streams.map(Self.stream)
      )
    }
  }

  private static func stream(_ stream: StreamStatus) -> Stream {
    Stream(
      name: stream.name,
      health: word(stream.health),
      asksQualys: stream.isMeasured,
      nextRoundSince: stream.window.map { $0.text ?? "everything" },
      round: stream.round.map { round in
        Round(
          pages: round.pages,
          since: round.place.map { $0.since ?? "everything" },
          next: round.place?.next,
          isComplete: round.place?.isComplete ?? false
        )
      },
      lastRound: stream.finished.map { Last(began: $0.began, ended: ServerTime.text($0.ended), pages: $0.pages) },
      behindSeconds: stream.behind,
      behindLimitSeconds: stream.isMeasured ? stream.limit : nil,
      everySeconds: stream.every.map { Int($0.components.seconds) },
      leftOut: stream.leftOut.map { left in
        LeftOut(id: left.id, since: left.since.map(ServerTime.text), missing: left.missing ?? "everything")
      },
      deadLetters: stream.deadLetters,
      waiting: stream.spooled.map { Waiting(sink: $0.sink, lines: $0.lines, bytes: $0.bytes, limitBytes: $0.limit) },
      events: stream.events.map(event),
      problem: stream.problem
    )
  }

  private static func event(_ event: LoggedEvent) -> Event {
    Event(
      tracker: event.tracker,
      severity: event.severity.rawValue,
      time: ServerTime.text(event.time),
      message: event.message
    )
  }

  private static func word(_ health: PipelineStatus.Health) -> String {
    switch health {
    case .healthy: "healthy"
    case .behind: "behind"
    case .needsPerson: "needsPerson"
    }
  }

  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
