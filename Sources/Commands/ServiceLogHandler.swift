internal import Foundation
internal import Logging

/// Writes a service's log to standard error: lines of text on a terminal, else lines of JSON.
struct ServiceLogHandler: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]
  private let isTerminal = isatty(STDERR_FILENO) == 1
  /// Whether hosts in URLs are left out above debug: logs are read by more people than status and events are.
  private let hidesHosts: Bool

  init(hidesHosts: Bool = false) { self.hidesHosts = hidesHosts }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    FileHandle.standardError.write(Data((line(event, at: Date()) + "\n").utf8))
  }

  private struct Line: Encodable {
    var time: String
    var level: String
    var message: String
  }

  /// What is written of an event: as JSON one line; on a terminal no control character but the newline comes through.
  func line(_ event: LogEvent, at date: Date) -> String {
    var message = event.message.description
    if hidesHosts, event.level > .debug { message = message.replacing(/(https?:\/\/)[^\/\s'"]+/) { "\($0.1)…" } }
    if isTerminal {
      let shown = String(
        String.UnicodeScalarView(
          message.unicodeScalars.map { $0.properties.generalCategory == .control && $0 != "\n" ? " " : $0 }
        )
      )
      let time = date.formatted(.dateTime.hour(.twoDigits(amPM: .omitted)).minute(.twoDigits).second(.twoDigits))
      return "\(time) \(event.level == .info ? "" : "\(event.level.rawValue): ")\(shown)"
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = Line(
      time: date.formatted(.iso8601),
      level: event.level.rawValue,
      message: message
    )
    // A line of three texts can be encoded.
    return String(decoding: (try? encoder.encode(line)) ?? Data(), as: UTF8.self)
  }
}
