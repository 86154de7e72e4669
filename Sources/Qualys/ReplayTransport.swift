internal import Records
internal import Synchronization

/// Answers out of a capture, one round of it: no network, no credentials, and waits that take no time.
///
/// A request that the captured run sent, too, gets its answer. Other requests are answered in the order in which answers
/// were received; one for a page that the capture does not have is an error. KnowledgeBase answers match by QID, since
/// which QIDs are asked for together depends on what is cached.
package final class ReplayTransport: Transport {
  private let capture: Capture
  private let round: Capture.Round
  private let archive: KnowledgeBaseArchive
  /// The numbers of the answers that were given.
  private let answered = Mutex<[API: Set<Int>]>([:])

  package init(_ capture: Capture, round: Capture.Round, archive: KnowledgeBaseArchive) {
    self.capture = capture
    self.round = round
    self.archive = archive
  }

  package func wait(for duration: Duration, because reason: String) async throws {
    try Task.checkCancellation()
  }

  package func send(_ request: APIRequest) async throws -> APIResponse {
    if request.api == .knowledgeBase, let ids = request.value(of: "ids") {
      return try knowledgeBaseAnswer(to: request, ids: ids)
    }
    let exchanges = capture.exchanges(of: request.api, round: round.number)
    let index = take(of: request.api) { answered in
      let left = exchanges.indices.filter { !answered.contains($0) }
      return left.first { exchanges[$0].request.parameters == request.parameters } ?? left.first
    }
    guard let index else {
      throw CaptureError(
        capture.path,
        "round \(round.number) has \(exchanges.count) answers of \(request.api.rawValue), and one more was asked for"
      )
    }
    let exchange = exchanges[index]
    for name in ["id_min", "lastSeenAssetId"] {
      let (asked, recorded) = (request.value(of: name) ?? "0", exchange.value(of: name) ?? "0")
      if asked != recorded {
        throw CaptureError(
          capture.path,
          "answer \(index + 1) of \(request.api.rawValue) begins at \(name)=\(recorded), and \(asked) was asked for"
        )
      }
    }
    return response(of: exchange)
  }

  /// Chooses an answer by the numbers of those that were given, which it then belongs to.
  private func take(of api: API, _ choose: (Set<Int>) -> Int?) -> Int? {
    answered.withLock { answered in
      let index = choose(answered[api, default: []])
      if let index { answered[api, default: []].insert(index) }
      return index
    }
  }

  private func response(of exchange: Capture.Exchange) -> APIResponse {
    let file = exchange.body.map { "\(capture.path)/\($0)" }
    return APIResponse(
      status: exchange.response.status,
      // The body is inflated here.
      headers: exchange.response.headers.map { ($0.name, $0.value) }.filter {
        $0.name.lowercased() != "content-encoding"
      },
      body: CapturedBody(path: file, failure: exchange.failure),
      file: file
    )
  }

  private func knowledgeBaseAnswer(to request: APIRequest, ids: String) throws -> APIResponse {
    let exchanges = capture.exchanges(of: .knowledgeBase, round: round.number)
    let since = request.value(of: "last_modified_after")
    let same = exchanges.indices.filter { index in
      ["ids", "id_min", "last_modified_after"].allSatisfy { exchanges[index].value(of: $0) == request.value(of: $0) }
    }
    // Refusals and answers that broke off come again as often as they came; a good answer is for all who ask.
    if let index = take(of: .knowledgeBase, { answered in same.first { !answered.contains($0) } })
      ?? same.last(where: { exchanges[$0].response.status == 200 && exchanges[$0].failure == nil })
    {
      return response(of: exchanges[index])
    }
    let qids = ids.split(separator: ",").compactMap { UInt64($0) }
    return APIResponse(
      status: 200,
      headers: [],
      body: try archive.answer(qids, in: round, onlyChanged: since != nil)
    )
  }
}

/// A captured body as it came, inflated.
private struct CapturedBody: AsyncSequence, Sendable {
  let path: String?
  let failure: String?

  final class Reading {
    var reader: FileReader
    init(_ path: String) throws { reader = try FileReader(path) }
  }

  struct Iterator: AsyncIteratorProtocol {
    let path: String?
    let failure: String?
    var reading: Reading?

    mutating func next() async throws -> [UInt8]? {
      guard let path else { return try end() }
      let reading = try reading ?? Reading(path)
      self.reading = reading
      do {
        return try reading.reader.next() ?? end()
      } catch let error as CancellationError {
        throw error
      } catch {
        // A compressed body that was cut off cannot be inflated to its end.
        throw BrokenConnection(failure ?? "the body cannot be read: \(error)")
      }
    }

    private func end() throws -> [UInt8]? {
      if let failure { throw BrokenConnection(failure) }
      return nil
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(path: path, failure: failure) }
}
