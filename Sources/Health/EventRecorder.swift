/// Takes events where they happen; never waits, never fails, and may be called from anywhere.
package protocol EventRecorder: Sendable {
  func record(_ event: HealthEvent)
}

/// Nobody wants to know.
package struct NoEvents: EventRecorder {
  package init() {}
  package func record(_ event: HealthEvent) {}
}
