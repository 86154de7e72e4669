internal import Qualys
internal import Synchronization

/// Counts the calls that really go out, whoever makes them: each counts towards the subscription's limits.
final class CallCount: Transport {
  private let base: any Transport
  private let counts = Mutex<[API: Int]>([:])

  init(_ base: any Transport) { self.base = base }

  /// How many there were, by API, in the order of ``API/allCases``.
  var calls: [(api: API, count: Int)] {
    let counts = counts.withLock { $0 }
    return API.allCases.compactMap { api in counts[api].map { (api, $0) } }
  }

  func send(_ request: APIRequest) async throws -> APIResponse {
    counts.withLock { $0[request.api, default: 0] += 1 }
    return try await base.send(request)
  }

  func wait(for duration: Duration, because reason: String) async throws {
    try await base.wait(for: duration, because: reason)
  }
}
