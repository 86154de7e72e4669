import Gzip
import Sinks
import Streaming
import Synchronization
import TestSupport

/// A server that is only a script, and keeps what was posted to it.
final class ScriptedServer: HTTPSending {
  /// A request as the server saw it.
  struct Request {
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    var status: Int

    var key: String? { headers.last { $0.name == "Idempotency-Key" }?.value }
    var lines: [String] {
      String(decoding: body, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }

  private struct State {
    var requests: [Request] = []
    var current = 0
    var most = 0
    var shutDowns = 0
  }
  private let state = Mutex(State())
  private let script: @Sendable (_ number: Int, _ lines: [String]) async throws -> HTTPAnswer

  /// `script` answers the requests, which are numbered from 1.
  init(_ script: @escaping @Sendable (_ number: Int, _ lines: [String]) async throws -> HTTPAnswer) {
    self.script = script
  }

  /// A server that takes all.
  convenience init() { self.init { _, _ in HTTPAnswer(status: 200) } }

  func post(_ post: HTTPPost) async throws -> HTTPAnswer {
    let isCompressed = post.headers.contains { $0.name == "Content-Encoding" && $0.value == "gzip" }
    var request = Request(headers: post.headers, body: post.body, status: 0)
    if isCompressed { request.body = try GzipMembers.decompressed(post.body) }
    let number = state.withLock { state in
      state.requests.append(request)
      state.current += 1
      state.most = max(state.most, state.current)
      return state.requests.count
    }
    defer { state.withLock { $0.current -= 1 } }
    let answer = try await script(number, request.lines)
    state.withLock { $0.requests[number - 1].status = answer.status }
    return answer
  }

  func shutDown() async { state.withLock { $0.shutDowns += 1 } }

  var requests: [Request] { state.withLock { $0.requests } }
  /// The most requests that were there at once.
  var most: Int { state.withLock { $0.most } }
  var shutDowns: Int { state.withLock { $0.shutDowns } }
  /// What the server has: the lines of all requests that it answered 2xx.
  var taken: [String] { requests.filter { (200..<300).contains($0.status) }.flatMap(\.lines) }
}

/// Time that passes only while somebody sleeps, and chance that is always the same.
final class VirtualTime: Sendable {
  private let waits = Mutex<[Duration]>([])
  private let chance: Double

  init(chance: Double = 1) { self.chance = chance }

  /// Every wait so far.
  var waited: [Duration] { waits.withLock { $0 } }

  var pace: Pace {
    Pace(
      elapsed: { self.waited.reduce(.zero, +) },
      date: { 784_111_777 },
      sleep: { duration in
        try Task.checkCancellation()
        self.waits.withLock { $0.append(duration) }
      },
      random: { self.chance }
    )
  }
}
