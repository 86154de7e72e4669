internal import AsyncHTTPClient
internal import NIOCore
internal import Networking

/// A body as the HTTP client gives it; what goes wrong is a `BrokenConnection`.
struct WireBody: AsyncSequence, Sendable {
  let body: HTTPClientResponse.Body

  struct Iterator: AsyncIteratorProtocol {
    fileprivate var iterator: HTTPClientResponse.Body.AsyncIterator

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
      do {
        if let part = try await iterator.next(isolation: actor) { return Array(part.readableBytesView) }
      } catch {
        try Task.checkCancellation()
        throw BrokenConnection(NetworkTrouble(error).description)
      }
      // A reader that was cancelled before it asked is told the same as one at the end.
      try Task.checkCancellation()
      return nil
    }

    mutating func next() async throws -> [UInt8]? { try await next(isolation: nil) }
  }

  func makeAsyncIterator() -> Iterator { Iterator(iterator: body.makeAsyncIterator()) }
}
