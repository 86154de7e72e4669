internal import Qualys

/// Asks for nothing more once a run is to end, and ends the answer at hand when that takes too long.
///
/// For the source of a stream only: what a stage asks for belongs to a page that may still be finished.
struct StoppingTransport: Transport {
  let base: any Transport
  let stop: StopSignal

  /// - Throws: ``Stopped`` when the signal came before the answer did.
  func send(_ request: APIRequest) async throws -> APIResponse {
    var response = try await stop.racing { try await base.send(request) }
    response.body = Body(base: response.body, stop: stop)
    return response
  }

  /// - Throws: ``Stopped`` when the signal came before the wait was over.
  func wait(for duration: Duration, because reason: String) async throws {
    try await stop.racing { try await base.wait(for: duration, because: reason) }
  }

  /// A body that breaks off when the run should have ended: its complete hosts stand, as with any broken connection.
  private struct Body: AsyncSequence, Sendable {
    let base: any AsyncSequence<[UInt8], any Error> & Sendable
    let stop: StopSignal

    struct Iterator: AsyncIteratorProtocol {
      var base: any AsyncIteratorProtocol<[UInt8], any Error>
      let stop: StopSignal

      mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
        if stop.isOverdue { throw BrokenConnection("the run was told to end, and the page did not end soon enough") }
        return try await base.next(isolation: actor)
      }

      mutating func next() async throws -> [UInt8]? { try await next(isolation: nil) }
    }

    func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), stop: stop) }
  }
}
