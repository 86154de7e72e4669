internal import Health
package import Qualys
internal import Streaming
internal import Synchronization

/// Lets no more than two calls fail for a wrong password, however many streams ask: each more counts towards locking the account.
///
/// Until Qualys has taken the credentials, calls go one after another. After two refusals in a row the gate is closed:
/// whoever asks gets the refusal without a call. The API server and the gateway have a gate each.
package final class CredentialsGate: Sendable {
  private struct Door {
    var isAccepted = false
    var refusals = 0
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  static let most = 2

  private let doors = Mutex<[Bool: Door]>([:])
  private let onAccept: @Sendable (API) -> Void

  /// - Parameter onAccept: Told when an answer proves that Qualys takes the credentials.
  package init(onAccept: @escaping @Sendable (API) -> Void) { self.onAccept = onAccept }

  /// Puts the gate before what reaches Qualys.
  package func before(_ transport: any Transport) -> any Transport { Gated(base: transport, gate: self) }

  private struct Gated: Transport {
    let base: any Transport
    let gate: CredentialsGate

    func send(_ request: APIRequest) async throws -> APIResponse {
      guard await gate.enter(request.api) else { return APIResponse(status: 401, headers: [], body: NoBody()) }
      let status: Int?
      do {
        let response = try await base.send(request)
        gate.leave(request.api, response.status)
        return response
      } catch {
        status = (error as? Refusal)?.status
        gate.leave(request.api, status)
        throw error
      }
    }

    func wait(for duration: Duration, because reason: String) async throws {
      try await base.wait(for: duration, because: reason)
    }
  }

  private struct NoBody: AsyncSequence, Sendable {
    struct Iterator: AsyncIteratorProtocol {
      mutating func next() async throws -> [UInt8]? { nil }
    }
    func makeAsyncIterator() -> Iterator { Iterator() }
  }

  /// Somebody has mended what was wrong, or wants to see.
  package func reopen() {
    doors.withLock { doors in
      for key in doors.keys { doors[key]?.refusals = 0 }
    }
  }

  /// Waits until it is this call's turn; false when the gate is closed.
  private func enter(_ api: API) async -> Bool {
    while true {
      let verdict = doors.withLock { doors -> Bool? in
        let door = doors[api.isOnGateway, default: Door()]
        if door.refusals >= Self.most { return false }
        if door.isAccepted { return true }
        if door.isTaken { return nil }
        doors[api.isOnGateway, default: Door()].isTaken = true
        return true
      }
      if let verdict { return verdict }
      await withCheckedContinuation { continuation in
        let isFree = doors.withLock { doors in
          let door = doors[api.isOnGateway, default: Door()]
          if !door.isTaken || door.isAccepted { return true }
          doors[api.isOnGateway]?.waiting.append(continuation)
          return false
        }
        if isFree { continuation.resume() }
      }
    }
  }

  private func leave(_ api: API, _ status: Int?) {
    let isProof = status.map { (200..<300).contains($0) } ?? false
    let waiting = doors.withLock { doors in
      var door = doors[api.isOnGateway, default: Door()]
      door.isTaken = false
      if status == 401 {
        door.isAccepted = false
        door.refusals += 1
      } else if isProof {
        door.isAccepted = true
        door.refusals = 0
      }
      let waiting = door.waiting
      door.waiting = []
      doors[api.isOnGateway] = door
      return waiting
    }
    for continuation in waiting { continuation.resume() }
    if isProof { onAccept(api) }
  }
}
