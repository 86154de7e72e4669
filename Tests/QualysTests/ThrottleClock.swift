import Qualys
import Streaming
import Synchronization
import Testing

/// A clock that stands until it is told to go on.
final class ThrottleClock: Sendable {
  private struct State {
    var now = Duration.zero
    var sleepers: [Int: (time: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
    var count = 0
  }
  private let state = Mutex(State())

  var now: Duration { state.withLock { $0.now } }

  /// How many sleep.
  var sleepers: Int { state.withLock { $0.sleepers.count } }

  var pace: Pace {
    Pace(elapsed: { self.now }, date: { 1_000 + Int(self.now.components.seconds) }, sleep: sleep, random: { 0.5 })
  }

  func advance(by time: Duration) {
    let due = state.withLock { state in
      state.now += time
      let due = state.sleepers.filter { $0.value.time <= state.now }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.map(\.continuation)
    }
    for sleeper in due { sleeper.resume() }
  }

  /// A pace at which waits take no time but are noticed.
  static var hasty: Pace {
    let now = Mutex(Duration.zero)
    return Pace(
      elapsed: { now.withLock { $0 } },
      date: { 1_000 },
      sleep: { time in
        try Task.checkCancellation()
        now.withLock { $0 += time }
      },
      random: { 0.5 }
    )
  }

  @Sendable private func sleep(_ time: Duration) async throws {
    let id = state.withLock { state in
      state.count += 1
      return state.count
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let error: (any Error)?? = state.withLock { state in
          if Task.isCancelled { return .some(CancellationError()) }
          if time <= .zero { return .some(nil) }
          state.sleepers[id] = (state.now + time, continuation)
          return nil
        }
        switch error {
        case .some(let error?): continuation.resume(throwing: error)
        case .some(nil): continuation.resume()
        case nil: break
        }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
    }
  }
}

/// Waits until something holds that other tasks bring about.
func eventually(_ what: Comment, _ holds: () -> Bool) async {
  // A machine that is busy with all other tests takes its time.
  let end = ContinuousClock.now + .seconds(300)
  while !holds() {
    if ContinuousClock.now > end {
      Issue.record("it never happened: \(what)")
      return
    }
    try? await Task.sleep(for: .milliseconds(1))
  }
}

/// A body that gives a chunk each time it is asked, and notes how often that was.
struct CountedBody: AsyncSequence, Sendable {
  final class Count: Sendable {
    private let value = Mutex(0)
    var asked: Int { value.withLock { $0 } }
    func ask() { value.withLock { $0 += 1 } }
  }

  var chunks: [[UInt8]]
  var count = Count()
  /// What the body ends with.
  var failure: BrokenConnection?

  struct Iterator: AsyncIteratorProtocol {
    let body: CountedBody
    var index = 0

    mutating func next() async throws -> [UInt8]? {
      try Task.checkCancellation()
      body.count.ask()
      guard index < body.chunks.count else {
        if let failure = body.failure { throw failure }
        return nil
      }
      index += 1
      return body.chunks[index - 1]
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(body: self) }
}

/// A Qualys whose answers a test makes as it likes.
final class OpenTransport: Transport {
  private let respond: @Sendable (_ call: Int, _ request: APIRequest) async throws -> APIResponse
  private let log = Mutex<[APIRequest]>([])

  init(_ respond: @escaping @Sendable (_ call: Int, _ request: APIRequest) async throws -> APIResponse) {
    self.respond = respond
  }

  var requests: [APIRequest] { log.withLock { $0 } }

  func send(_ request: APIRequest) async throws -> APIResponse {
    let call = log.withLock { log in
      log.append(request)
      return log.count - 1
    }
    return try await respond(call, request)
  }

  func wait(for duration: Duration, because reason: String) async throws {}
}

extension APIResponse {
  /// An answer of a test.
  static func test(_ status: Int = 200, _ headers: [(String, String)] = [], _ body: CountedBody) -> APIResponse {
    APIResponse(status: status, headers: headers.map { (name: $0, value: $1) }, body: body)
  }

  static func test(_ status: Int = 200, _ headers: [(String, String)] = [], _ body: String = "") -> APIResponse {
    test(status, headers, CountedBody(chunks: [Array(body.utf8)]))
  }
}
