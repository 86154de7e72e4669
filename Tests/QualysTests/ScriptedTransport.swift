import Qualys
import Synchronization
import Testing

/// A Qualys that answers from a script, and notes what it was asked and how long was waited.
///
/// Who asks without end is cancelled, and its test fails.
final class ScriptedTransport: Transport {
  struct Answer: Sendable {
    var status = 200
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// Bytes after which the connection breaks, if it does.
    var cut: Int?
    /// Bytes of the body that arrive together.
    var chunk = 64 * 1024

    init(_ body: String = "", status: Int = 200, headers: [(name: String, value: String)] = [], cut: Int? = nil) {
      self.body = Array(body.utf8)
      self.status = status
      self.headers = headers
      self.cut = cut
    }
  }

  private struct Log {
    var requests: [APIRequest] = []
    var waits: [(duration: Duration, reason: String)] = []
  }

  private let script: @Sendable (_ call: Int, _ request: APIRequest) throws -> Answer
  private let log = Mutex(Log())

  /// Answers each call by its number, from 0, and the request.
  init(_ script: @escaping @Sendable (_ call: Int, _ request: APIRequest) throws -> Answer) { self.script = script }

  var requests: [APIRequest] { log.withLock { $0.requests } }
  var waits: [(duration: Duration, reason: String)] { log.withLock { $0.waits } }

  func send(_ request: APIRequest) async throws -> APIResponse {
    let call = log.withLock { log in
      log.requests.append(request)
      return log.requests.count - 1
    }
    if call == 10_000 {
      Issue.record("\(call) calls, and no end")
      throw CancellationError()
    }
    let answer = try script(call, request)
    return APIResponse(status: answer.status, headers: answer.headers, body: Body(answer: answer))
  }

  func wait(for duration: Duration, because reason: String) async throws {
    log.withLock { $0.waits.append((duration, reason)) }
  }

  private struct Body: AsyncSequence, Sendable {
    let answer: Answer

    struct Iterator: AsyncIteratorProtocol {
      let answer: Answer
      var offset = 0

      mutating func next() async throws -> [UInt8]? {
        let end = answer.cut ?? answer.body.count
        if offset < end {
          defer { offset += answer.chunk }
          return Array(answer.body[offset..<Swift.min(end, offset + answer.chunk)])
        }
        if answer.cut != nil { throw BrokenConnection("the connection was reset") }
        return nil
      }
    }

    func makeAsyncIterator() -> Iterator { Iterator(answer: answer) }
  }
}
