internal import Health

/// Shows on a stream's board what goes wrong within its rounds, and hands every event on.
struct BoardEvents: EventRecorder {
  let board: StreamBoard
  let date: @Sendable () -> Int
  let next: any EventRecorder

  func record(_ event: HealthEvent) {
    // What is the pipeline's as a whole stops no stream, nor does a sink with a spool.
    if event.stream != board.name || event.sink != nil { return next.record(event) }
    if event.isRecovery {
      board.recover(from: event.errorClass)
    } else if event.severity != .info, let errorClass = event.errorClass {
      board.fail(
        event.message,
        errorClass,
        attempt: event.attempt,
        nextTry: event.nextTry.map { date() + $0 }
      )
    }
    next.record(event)
  }
}
