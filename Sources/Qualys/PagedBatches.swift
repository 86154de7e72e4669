internal import Records
package import Streaming

/// The pages of an API, each asked for when the one before it is understood.
///
/// A page that breaks off is ended as abandoned, and what is behind its last complete item is asked for again; one that
/// gives nothing complete is asked for again with less in it, and at last without the item that does not come. A refusal
/// that passes is waited out. Memory: one chunk.
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
    private var troubles: CallTroubles
    /// Answers one after another that gave nothing of the least that can be asked for.
    private var stuck = 0
    /// Items one after another that were left out.
    private var leftOut = 0

    /// How often one item alone is asked for before it is left out.
    private static var patience: Int { 5 }

    fileprivate init(pager: P, context: CallContext) {
      self.pager = pager
      self.context = context
      troubles = CallTroubles(context)
    }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<P.Answer>? {
      while true {
        try Task.checkCancellation()
        if let page, body != nil { return try await read(page, isolation: actor) }
        if let page {
          self.page = nil
          try await understand(page)
        }
        if context.isStopping() { throw RoundStopped() }
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
        // Where nothing came for so long, less may come sooner.
        if error.isSilence, try await askForLess(behind: Page.Report()) { return }
        return try await troubles.wait(because: error)
      } catch let error as Refusal {
        return try await troubles.wait(because: error)
      }
      if response.status == 200 || response.status == 204 { context.clock.note(response) }
      switch response.status {
      case 200:
        self.response = response
        let page = Page(
          number: context.firstPage + pageCount,
          origin: request.path,
          detail: Self.detail(of: request, response),
          isAskedAgain: true,
          delivered: pager.delivered,
          cursor: { [pager] report in pager.cursor(behind: report) }
        )
        try pager.begin(page)
        self.page = page
        pageCount += 1
        body = response.body.makeAsyncIterator()
      case 204:
        // Nothing is there (qualys-api 3.3).
        var nothing = Page.Report()
        nothing.isComplete = true
        nothing.hasMore = false
        troubles.end()
        try await pager.finish(nothing)
      default:
        let bytes = try await response.beginning()
        // The gateway before Qualys did not want to wait for a page of this size.
        if response.status == 504 { _ = pager.shrink() }
        try await troubles.wait(because: Refusal(response, body: bytes, origin: request.path, now: context.now()))
      }
    }

    /// Where the page begins, and the file that it came from.
    private static func detail(of request: APIRequest, _ response: APIResponse) -> String? {
      let begin = ["id_min", "lastSeenAssetId"].compactMap { name in request.value(of: name).map { "\(name)=\($0)" } }
      let parts = begin + [response.file].compactMap(\.self)
      return parts.isEmpty ? nil : parts.joined(separator: ", ")
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
        do {
          try await pager.finish(report)
        } catch let error as PagingError {
          return try await troubles.wait(because: error)
        }
        troubles.end()
        (stuck, leftOut) = (0, 0)
        return
      }
      context.onBadPage()
      if pager.takeUp(report) {
        troubles.begin()
        (stuck, leftOut) = (0, 0)
      } else if report.idsAscend, (failure as? AnswerError)?.mayBeOneItems == true,
        try await askForLess(behind: report)
      {
        // Without ascending ids, smaller pages could pass over what comes out of order: then it is the whole page again.
        return
      }
      if let error = failure as? AnswerError,
        let refusal = Refusal(error, headers: response, origin: page.origin, now: context.now())
      {
        // Others that share the limits must hear of it, too.
        response?.onRefusal(refusal)
        return try await troubles.wait(because: refusal)
      }
      try await troubles.wait(because: failure, at: page.origin)
    }

    /// Halves what is asked for, and leaves an item out that does not come alone either; false when the same is to be
    /// asked for again, after a wait.
    private mutating func askForLess(behind report: Page.Report) async throws -> Bool {
      let suspect = try pager.suspect(report)
      if case .known(let id) = suspect { return try pager.leaveOut(id, tries: 1) }
      if pager.shrink() { return false }
      stuck += 1
      // Items in a row that do not come are no longer bad items: nothing comes.
      guard stuck >= Self.patience, leftOut < Quarantine.longestRow else { return false }
      var id: UInt64?
      switch suspect {
      case .item(let item), .known(let item): id = item
      case .firstHost(let request): id = try await firstHost(request)
      case .unknown: break
      }
      guard let id, try pager.leaveOut(id, tries: stuck) else { return false }
      troubles.begin()
      stuck = 0
      leftOut += 1
      return true
    }

    /// The host that Host List names first; nil when it names none, or does not answer either.
    private mutating func firstHost(_ request: APIRequest) async throws -> UInt64? {
      do {
        let response = try await context.transport.send(request)
        let bytes = try await response.beginning()
        return response.status == 200 ? FirstHost.id(in: bytes) : nil
      } catch is BrokenConnection {
        return nil
      }
    }
  }
}

@available(*, unavailable)
extension PagedBatches.Iterator: Sendable {}

extension APIResponse {
  /// The first MiB of a body that holds no data; what a broken connection left of it.
  fileprivate func beginning() async throws -> [UInt8] {
    var bytes: [UInt8] = []
    do {
      for try await chunk in body {
        bytes += chunk
        if bytes.count > 1 << 20 { break }
      }
    } catch is BrokenConnection {}
    return bytes
  }
}

extension AnswerError {
  /// Whether one item of the answer may be at fault, so that the others could come without it.
  fileprivate var mayBeOneItems: Bool {
    switch self {
    case .xml, .json, .notAssets, .exceedsLimit, .transport: true
    case .empty, .html, .notXML, .unexpectedRoot, .qualys, .notJSON, .spill: false
    }
  }
}

/// A connection that could not be made, or that ended before the answer did.
package struct BrokenConnection: Error, Sendable, CustomStringConvertible {
  package let description: String
  /// Whether Qualys took the call and then said nothing for too long: less may come sooner.
  package let isSilence: Bool

  package init(_ description: String, isSilence: Bool = false) {
    self.description = description
    self.isSilence = isSilence
  }
}

/// The run is to end: no further page was asked for.
package struct RoundStopped: Error, Sendable, CustomStringConvertible {
  package let description = "stopped before the next page; the next run goes on there"
}

/// The same call failed again and again.
package struct Exhausted: Error, Sendable, CustomStringConvertible {
  let attempts: Int
  let reason: String

  package var description: String { "\(attempts) calls one after another failed, the last of them: \(reason)" }
}
