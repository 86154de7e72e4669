internal import Foundation

/// A health event as it is kept and shown: the newest 1,000 of a service.
package struct ServiceEvent: Codable, Sendable, Equatable {
  /// Counts up from 1.
  package var number: Int
  /// Seconds since 1970.
  package var time: Int
  package var pipeline: String
  /// Empty for the pipeline as a whole.
  package var stream: String
  /// The sink that it is about, where only one of the stream's is in trouble.
  package var sink: String?
  /// Which trouble it is, such as `ThirdPartyGenericError`.
  package var tracker: String
  /// `Error`, `Warning` or `Info`.
  package var severity: String
  /// Whether the trouble is over, or it never was one.
  package var isHealthy: Bool
  package var message: String
  package var httpStatus: Int?
  package var qualysCode: String?
  package var attempt: Int?
  /// When it is tried again, seconds from then.
  package var nextTry: Int?
  /// How often it has happened, where this tells of more than one.
  package var repeats: Int?
  /// The class of a failure, such as `ThirdPartyGeneric`.
  package var errorClass: String?
  /// Numbers that belong to it, by name.
  package var counts: [String: Int]?

  package init(
    number: Int,
    time: Int,
    pipeline: String,
    stream: String,
    tracker: String,
    severity: String,
    isHealthy: Bool,
    message: String
  ) {
    self.number = number
    self.time = time
    self.pipeline = pipeline
    self.stream = stream
    self.tracker = tracker
    self.severity = severity
    self.isHealthy = isHealthy
    self.message = message
  }
}

extension ServiceEvent {
  /// An event as it happened; who keeps it gives it a number.
  package init(_ event: HealthEvent, of pipeline: String, at time: Int) {
    self.init(
      number: 0,
      time: time,
      pipeline: pipeline,
      stream: event.stream,
      tracker: event.tracker,
      severity: event.severity.rawValue,
      isHealthy: event.isRecovery || event.severity == .info,
      message: event.message
    )
    sink = event.sink
    httpStatus = event.httpStatus
    qualysCode = event.qualysCode
    attempt = event.attempt
    nextTry = event.nextTry
    repeats = event.counts["repeats"]
    errorClass = event.errorClass?.rawValue
    counts = event.counts.isEmpty ? nil : event.counts
  }

  /// The event as a state keeps it.
  package func stored() throws -> [UInt8] { try Array(JSONEncoder().encode(self)) }

  /// Reads what a state has kept; nil for what is none.
  package init?(stored bytes: [UInt8]) {
    guard let event = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
    self = event
  }

  /// The event as a line of JSON in Sumo Logic's schema, with its newline; the same however often it is asked for.
  ///
  /// - Parameter account: Whose data it is, such as the platform's name; no secret.
  package func line(account: String) throws -> [UInt8] {
    try EventLine(self, account: account, id: "\(pipeline)-\(time)-\(number)", milliseconds: time * 1000).bytes()
  }
}
