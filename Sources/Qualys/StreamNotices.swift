package import Health

/// Tells a person what happens to one stream.
package struct StreamNotices: Sendable {
  private let stream: String
  private let recorder: any EventRecorder

  package init(_ stream: String, _ recorder: any EventRecorder = NoEvents()) {
    self.stream = stream
    self.recorder = recorder
  }

  /// Trouble of a class; `fill` adds what else is known of it.
  func trouble(
    _ errorClass: ErrorClass,
    _ severity: HealthEvent.Severity = .error,
    _ message: String,
    _ fill: (inout HealthEvent) -> Void = { _ in }
  ) {
    var event = HealthEvent(errorClass, severity, stream: stream, message)
    fill(&event)
    recorder.record(event)
  }

  /// What was odd about an answer, and did no harm.
  func oddity(_ message: String) { trouble(.thirdPartyGeneric, .warning, message) }

  /// Something that is no failure of a call.
  func notice(
    _ tracker: String,
    _ severity: HealthEvent.Severity,
    _ message: String,
    _ fill: (inout HealthEvent) -> Void = { _ in }
  ) {
    var event = HealthEvent(tracker, severity, stream: stream, message)
    fill(&event)
    recorder.record(event)
  }
}
