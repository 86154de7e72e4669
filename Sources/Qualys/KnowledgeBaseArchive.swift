internal import Synchronization

/// The KnowledgeBase entries of a capture, by QID: any selection of them can be answered.
///
/// Bodies are looked through once, when the first entry is asked for, and entries read from there; of a compressed body
/// what it unpacks to lies in a file without a name. Memory: 40 bytes for each entry.
package final class KnowledgeBaseArchive: Sendable {
  private struct Index {
    var bodies: [ArchivedBody] = []
    /// Where the entries of a QID are, by round.
    var entries: [UInt64: [(round: Int, place: ArchivedBody.Place)]] = [:]
  }

  private let capture: Capture
  private let index = Mutex<Index?>(nil)

  package init(_ capture: Capture) { self.capture = capture }

  /// An answer with the entries of some QIDs, as they were by a round; those that the capture lacks are left out.
  ///
  /// - Parameter onlyChanged: Only entries that came in this very round.
  func answer(
    _ qids: [UInt64],
    in round: Capture.Round,
    onlyChanged: Bool
  ) throws -> some AsyncSequence<[UInt8], any Error> & Sendable {
    let (bodies, places) = try index.withLock { index in
      let filled = try index ?? read()
      index = filled
      let places = qids.compactMap { qid -> ArchivedBody.Place? in
        guard let all = filled.entries[qid] else { return nil }
        if onlyChanged { return all.last { $0.round == round.number }?.place }
        return (all.last { $0.round <= round.number } ?? all.first)?.place
      }
      return (filled.bodies, places)
    }
    return ArchivedAnswer(bodies: bodies, places: places, time: round.time)
  }

  private func read() throws -> Index {
    var index = Index()
    for exchange in capture.exchanges where exchange.api == .knowledgeBase && exchange.response.status == 200 {
      guard let name = exchange.body else { continue }
      let (body, scanner) = try ArchivedBody.scan("\(capture.path)/\(name)")
      let number = index.bodies.count
      index.bodies.append(body)
      for (qid, range) in scanner.entries {
        let place = ArchivedBody.Place(body: number, range: range)
        index.entries[qid, default: []].append((exchange.round, place))
      }
    }
    return index
  }
}

/// Some entries in the frame of an answer.
private struct ArchivedAnswer: AsyncSequence, Sendable {
  let bodies: [ArchivedBody]
  let places: [ArchivedBody.Place]
  let time: String

  struct Iterator: AsyncIteratorProtocol {
    let answer: ArchivedAnswer
    var next = -1
    /// The body that was read last.
    var open: (number: Int, body: ArchivedBody.Open)?

    mutating func next() async throws -> [UInt8]? {
      defer { next += 1 }
      if next < 0 {
        let list = answer.places.isEmpty ? "" : "<VULN_LIST>"
        return Array(
          """
          <?xml version="1.0" encoding="UTF-8" ?>
          <KNOWLEDGE_BASE_VULN_LIST_OUTPUT><RESPONSE><DATETIME>\(answer.time)</DATETIME>\(list)
          """.utf8
        )
      }
      if next == answer.places.count {
        let list = answer.places.isEmpty ? "" : "</VULN_LIST>"
        return Array("\(list)</RESPONSE></KNOWLEDGE_BASE_VULN_LIST_OUTPUT>".utf8)
      }
      guard answer.places.indices.contains(next) else { return nil }
      let place = answer.places[next]
      if let open, open.number == place.body { return try open.body.bytes(place.range) }
      let body = try answer.bodies[place.body].open()
      open = (place.body, body)
      return try body.bytes(place.range)
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(answer: self) }
}
