/// Something that a person who looks after a stream wants to know: trouble, its end, or that data is not what it should be.
package struct HealthEvent: Sendable, Equatable {
  /// How bad it is.
  package enum Severity: String, Sendable, Codable {
    /// Nothing can be collected as expected.
    case error = "Error"
    /// Less than all can.
    case warning = "Warning"
    /// Nothing is wrong, or nothing is any more.
    case info = "Info"
  }

  /// Which trouble it is, such as `ThirdPartyGenericError`, `HostQuarantined`, `StateMovedAside`.
  package var tracker: String
  /// The class of a failure; nil for what is none.
  package var errorClass: ErrorClass?
  package var severity: Severity
  /// Whether the trouble is over.
  package var isRecovery = false
  /// The stream, without its pipeline.
  package var stream: String
  /// The sink that it is about, where only one of the stream's is in trouble: then no page and no round ends it.
  package var sink: String?
  /// What happened, where, and what to do; no secret, no host's name or address.
  package var message: String
  /// The HTTP status, and Qualys' own code, of the answer that it is about.
  package var httpStatus: Int?
  package var qualysCode: String?
  /// The number of the try that failed, from 1.
  package var attempt: Int?
  /// When it is tried again, seconds from now.
  package var nextTry: Int?
  /// Numbers that belong to it, by name.
  package var counts: [String: Int] = [:]

  /// A sink takes nothing, and its stream goes on.
  package static let sinkDown = "SinkDown"
  /// What waits for a sink makes its stream wait, too.
  package static let spoolFull = "SpoolFull"

  package init(_ tracker: String, _ severity: Severity, stream: String, _ message: String) {
    self.tracker = tracker
    self.severity = severity
    self.stream = stream
    self.message = message
  }

  /// A failure of a class.
  package init(_ errorClass: ErrorClass, _ severity: Severity = .error, stream: String, _ message: String) {
    self.init(errorClass.eventName, severity, stream: stream, message)
    self.errorClass = errorClass
  }
}
