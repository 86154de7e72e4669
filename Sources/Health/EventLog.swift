internal import Foundation

/// An event as a file of events tells it.
package struct LoggedEvent: Sendable, Equatable {
  /// Which trouble it is.
  package var tracker: String
  package var severity: HealthEvent.Severity
  package var errorClass: ErrorClass?
  /// Whether the trouble is over, or it never was one.
  package var isHealthy: Bool
  /// The stream, without its pipeline; empty for the pipeline as a whole.
  package var stream: String
  /// The sink that it is about, where it is one's alone.
  package var sink: String?
  package var message: String
  /// The id of the host, asset or QID that it is about.
  package var id: Int?
  /// When it happened, seconds since 1970.
  package var time: Int
}

/// Reads what ``EventFile`` has written.
package enum EventLog {
  /// How much of a file's end is read, in bytes: some ten thousand events.
  private static let tail = 8 << 20

  /// The last events of a pipeline, in the order in which they were written; none when there is no file.
  ///
  /// Memory: 8 MiB of the file and of the one before it, and the events.
  package static func last(of pipeline: String, in path: String) -> [LoggedEvent] {
    events(of: pipeline, in: EventFile.former(path)) + events(of: pipeline, in: path)
  }

  private static func events(of pipeline: String, in path: String) -> [LoggedEvent] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    guard let end = try? file.seekToEnd() else { return [] }
    let start = end - min(end, UInt64(tail))
    guard (try? file.seek(toOffset: start)) != nil, let data = try? file.readToEnd() else { return [] }
    // The first line is not whole when the file is longer.
    return data.split(separator: UInt8(ascii: "\n")).compactMap { event(in: Data($0), of: pipeline) }
  }

  private struct Line: Decodable {
    struct Details: Decodable {
      var trackerId: String
      var description: String
    }

    var status: String
    var details: Details
    var severityLevel: HealthEvent.Severity
    var eventTime: String
    var pipeline: String
    var stream: String?
    var sink: String?
    var errorClass: ErrorClass?
    var counts: [String: Int]?
  }

  private static func event(in line: Data, of pipeline: String) -> LoggedEvent? {
    guard let line = try? JSONDecoder().decode(Line.self, from: line), line.pipeline == pipeline,
      let date = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(line.eventTime)
    else { return nil }
    return LoggedEvent(
      tracker: line.details.trackerId,
      severity: line.severityLevel,
      errorClass: line.errorClass,
      isHealthy: line.status == "Healthy",
      stream: line.stream ?? "",
      sink: line.sink,
      message: line.details.description,
      id: line.counts?["id"],
      time: Int(date.timeIntervalSince1970)
    )
  }
}
