internal import Foundation

/// An event as a line of JSON: Sumo Logic's health event (`sumo`, error classes), and beside it what else we know.
struct EventLine: Encodable {
  private struct Details: Encodable {
    var trackerId: String
    var name: String
    var description: String
  }

  private struct Resource: Encodable {
    var collectorId: String
    var collectorName: String
    var id: String
    var name: String
    var type = "SourceResource"
  }

  private var status: String
  private var details: Details
  private var eventType = "Health-Change"
  private var severityLevel: String
  private var accountId: String
  private var eventId: String
  private var eventName: String
  private var eventTime: String
  private var eventFormatVersion = "1.0"
  private var subsystem = "Collection"
  private var resourceIdentity: Resource
  private var pipeline: String
  private var stream: String?
  private var sink: String?
  private var errorClass: String?
  private var httpStatus: Int?
  private var qualysCode: String?
  private var attempt: Int?
  private var nextTry: String?
  private var counts: [String: Int]?

  /// - Parameter milliseconds: When it happened, since 1970.
  init(_ event: ServiceEvent, account: String, id: String, milliseconds: Int) {
    let name = event.stream.isEmpty ? event.pipeline : "\(event.pipeline)/\(event.stream)"
    status = event.isHealthy ? "Healthy" : "UnHealthy"
    details = Details(trackerId: event.tracker, name: event.tracker, description: event.message)
    severityLevel = event.severity
    accountId = account
    eventId = id
    eventName = event.isHealthy ? "TrackerHealthy" : "TrackerUnHealthy"
    eventTime = Self.time(milliseconds)
    resourceIdentity = Resource(collectorId: event.pipeline, collectorName: event.pipeline, id: name, name: name)
    pipeline = event.pipeline
    stream = event.stream.isEmpty ? nil : event.stream
    sink = event.sink
    errorClass = event.errorClass
    httpStatus = event.httpStatus
    qualysCode = event.qualysCode
    attempt = event.attempt
    nextTry = event.nextTry.map { Self.time(milliseconds + $0 * 1000) }
    counts = event.counts
  }

  private static func time(_ milliseconds: Int) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000)
      .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }

  /// The line, with its newline.
  func bytes() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(self)) + [UInt8(ascii: "\n")]
  }
}
