/// A health event as the endpoint and the page show it: the newest 1,000 are kept.
package struct ServiceEvent: Codable, Sendable, Equatable {
  /// Counts up from 1.
  package var number: Int
  /// Seconds since 1970.
  package var time: Int
  package var pipeline: String
  /// Empty for the pipeline as a whole.
  package var stream: String
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
