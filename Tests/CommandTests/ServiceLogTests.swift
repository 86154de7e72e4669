import Foundation
import Logging
import Testing

@testable import Commands

/// What a service writes to its log.
@Suite struct ServiceLogTests {
  private static func line(_ message: String, _ level: Logger.Level, hidesHosts: Bool) -> String {
    let event = LogEvent(
      level: level,
      message: "\(message)",
      metadata: nil,
      source: "test",
      file: "",
      function: "",
      line: 0
    )
    return ServiceLogHandler(hidesHosts: hidesHosts).line(event, at: Date(timeIntervalSince1970: 0))
  }

  @Test(arguments: [
    ("http: https://sumo.example:8443/…: status 503", "http: https://…/…: status 503"),
    ("two: http://10.0.0.1 and 'https://a.example'", "two: http://… and 'https://…'"),
    ("a notice", "a notice"),
  ])
  func namesNoHostAboveDebug(_ message: String, _ shown: String) {
    for level in [Logger.Level.info, .warning, .error] {
      #expect(Self.line(message, level, hidesHosts: true).contains(shown))
    }
    #expect(Self.line(message, .debug, hidesHosts: true).contains(message))
    #expect(Self.line(message, .info, hidesHosts: false).contains(message))
  }
}
