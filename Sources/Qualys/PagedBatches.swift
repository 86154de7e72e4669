internal import Records
package import Streaming

/// The pages of an API, each asked for when the one before it is understood.
///
/// A page that breaks off is ended as abandoned, and what is behind its last complete item is asked for again; a
/// refusal that passes is waited out. Memory: one chunk.
package struct PagedBatches<P: Pager>: AsyncSequence, Sendable {
  package typealias Element = Batch<P.Answer>
  package typealias Failure = any Error

  private let pager: P
  private let context: CallContext

  package init(_ pager: P, _ context: CallContext) {
    self.pager = pager
    self.context = context
  }

  package func makeAsyncIterator() -> Iterator { Iterator(pager: pager, context: context) }

  package struct Iterator: AsyncIteratorProtocol {
    private var pager: P
    private let context: CallContext
    private var pageCount = 0
    private var page: Page?
    private var response: APIResponse?
    private var body: (any AsyncIteratorProtocol<[UInt8], any Error>)?
    /// Failures since something last went well.
    private var failures = 0
    /// Behind which item the page at hand was taken up, if it was.
    private var resumedAfter: UInt64?

    fileprivate init(pager: P, context: CallContext) {
      self.pager = pager
      self.context = context
    }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<P.Answer>? {
      while true {
        try Task.checkCancellation()
        if let page, body != nil { return try await read(page, isolation: actor) }
        if let page {
          try await understand(page)
          self.page = nil
        }
        guard let request = try await pager.request() else { return nil }
        try await ask(request)
      }
    }

    package mutating func next() async throws -> Batch<P.Answer>? { try await next(isolation: nil) }

    // MARK: Asking

    private mutating func ask(_ request: APIRequest) async throws {
      let response: APIResponse
      do {
        response = try await context.transport.send(request)
      } catch let error as BrokenConnection {
        return try await wait(because: error)
      }
      switch response.status {
      case 200:
        self.response = response
        page = Page(
          number: context.firstPage + pageCount,
          origin: request.path,
          detail: Self.detail(of: request, response),
          isAskedAgain: true
        )
        pageCount += 1
        body = response.body.makeAsyncIterator()
      case 204:
        // Nothing is there (qualys-api 3.3).
        var nothing = Page.Report()
        nothing.isComplete = true
        nothing.hasMore = false
        try await pager.finish(nothing)
      default:
        let bytes = try await beginning(of: response)
        try await wait(because: Refusal(response, body: bytes, origin: request.path))
      }
    }

    /// Where the page begins, and the file that it came from.
    private static func detail(of request: APIRequest, _ response: APIResponse) -> String? {
      let begin = ["id_min", "lastSeenAssetId"].compactMap { name in request.value(of: name).map { "\(name)=\($0)" } }
      let parts = begin + [response.file].compactMap(\.self)
      return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// The first MiB of a body that holds no data; what a broken connection left of it.
    private func beginning(of response: APIResponse) async throws -> [UInt8] {
      var bytes: [UInt8] = []
      do {
        for try await chunk in response.body {
          bytes += chunk
          if bytes.count > 1 << 20 { break }
        }
      } catch is BrokenConnection {}
      return bytes
    }

    private mutating func read(_ page: Page, isolation actor: isolated (any Actor)?) async throws -> Batch<P.Answer> {
      do {
        if let bytes = try await body?.next(isolation: actor) {
          return Batch([P.Answer(AnswerBytes(bytes))], of: page, at: Position(marks: 0))
        }
      } catch let error as BrokenConnection {
        body = nil
        page.transportFailure = error.description
        return Batch([], of: page, at: Position(marks: 0, ending: .abandoned))
      }
      body = nil
      return Batch([], of: page, at: Position(marks: 0, ending: .complete))
    }

    // MARK: Going on

    private mutating func understand(_ page: Page) async throws {
      let report = try await page.concluded()
      guard let failure = report.failure else {
        failures = 0
        resumedAfter = nil
        return try await pager.finish(report)
      }
      // An answer that ends where the one before it did is no progress, whatever it gave.
      if let id = report.lastID, report.marks > 0, report.idsAscend, id > resumedAfter ?? 0 {
        failures = 0
        resumedAfter = id
        pager.resume(after: id, of: report)
      }
      if let error = failure as? AnswerError,
        let refusal = Refusal(error, headers: response, origin: page.origin)
      {
        return try await wait(because: refusal)
      }
      try await wait(because: failure, at: page.origin)
    }

    /// Waits as long as a failure asks for.
    /// - Throws: the failure itself when waiting does not help, or has not helped for long.
    private mutating func wait(because failure: any Error, at origin: String? = nil) async throws {
      failures += 1
      let remedy = (failure as? Refusal)?.remedy ?? .again
      let reason = (origin.map { "\($0): " } ?? "") + "\(failure)"
      if remedy == .person { throw failure }
      guard failures < context.attempts else { throw Exhausted(attempts: failures, reason: reason) }
      try await context.transport.wait(
        for: .seconds(context.seconds(toWaitFor: remedy, failures: failures)),
        because: reason
      )
    }
  }
}

@available(*, unavailable)
extension PagedBatches.Iterator: Sendable {}

/// A connection that could not be made, or that ended before the answer did.
package struct BrokenConnection: Error, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// The same call failed again and again.
package struct Exhausted: Error, Sendable, CustomStringConvertible {
  let attempts: Int
  let reason: String

  package var description: String { "\(attempts) calls one after another failed, the last of them: \(reason)" }
}
