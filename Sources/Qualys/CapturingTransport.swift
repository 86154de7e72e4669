package import Health

/// Writes every answer of another transport into a capture while it is read.
///
/// It belongs right above the network, where bodies are still as they came over the wire. Calls that got no answer are
/// not in a capture: a replay has nothing to wait for. Reading the body waits for the disk.
package final class CapturingTransport: Transport {
  /// What happens when the capture cannot be written.
  package enum Importance: Sendable {
    /// The run ends.
    case wanted
    /// The run goes on; one event says that nothing more is captured.
    case byProduct(any EventRecorder)
  }

  private let base: any Transport
  private let writer: @Sendable () -> CaptureWriter?
  private let importance: Importance

  /// Captures into the writer that there is at the time, if there is one.
  package init(_ base: any Transport, _ importance: Importance, writer: @escaping @Sendable () -> CaptureWriter?) {
    self.base = base
    self.importance = importance
    self.writer = writer
  }

  package func wait(for duration: Duration, because reason: String) async throws {
    try await base.wait(for: duration, because: reason)
  }

  package func send(_ request: APIRequest) async throws -> APIResponse {
    var response = try await base.send(request)
    guard let writer = writer(), !writer.isGivenUp else { return response }
    do throws(CaptureError) {
      let recording = try writer.begin(request, response)
      response.body = Body(base: response.body, recording: recording, transport: self)
    } catch {
      try giveUp(error, writer)
    }
    return response
  }

  /// Ends the run, or only this capture.
  private func giveUp(_ error: CaptureError, _ writer: CaptureWriter) throws(CaptureError) {
    guard case .byProduct(let events) = importance else { throw error }
    guard writer.giveUp() else { return }
    var event = HealthEvent(.firstPartyGeneric, .warning, stream: "", "\(error); the round goes on without a capture")
    event.tracker = "CaptureStopped"
    events.record(event)
  }

  /// A body that is written as it is read.
  private struct Body: AsyncSequence, Sendable {
    let base: any AsyncSequence<[UInt8], any Error> & Sendable
    let recording: CaptureRecording
    let transport: CapturingTransport

    struct Iterator: AsyncIteratorProtocol {
      var base: any AsyncIteratorProtocol<[UInt8], any Error>
      let recording: CaptureRecording
      let transport: CapturingTransport
      var isWritten = true

      mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
        let bytes: [UInt8]?
        do {
          bytes = try await base.next(isolation: actor)
        } catch {
          try write { recording throws(CaptureError) in try recording.end(failure: "\(error)") }
          throw error
        }
        try write { recording throws(CaptureError) in
          if let bytes { try recording.append(bytes) } else { try recording.end(failure: nil) }
        }
        return bytes
      }

      mutating func next() async throws -> [UInt8]? { try await next(isolation: nil) }

      private mutating func write(_ body: (CaptureRecording) throws(CaptureError) -> Void) throws(CaptureError) {
        guard isWritten else { return }
        do throws(CaptureError) {
          try body(recording)
        } catch {
          isWritten = false
          try transport.giveUp(error, recording.writer)
        }
      }
    }

    func makeAsyncIterator() -> Iterator {
      Iterator(base: base.makeAsyncIterator(), recording: recording, transport: transport)
    }
  }
}
