internal import Records
internal import Synchronization

/// The KnowledgeBase entries of a capture, by QID: any selection of them can be answered.
///
/// Bodies are read once, when the first entry is asked for. Memory: 32 bytes for each entry; the entries themselves
/// lie in a file without a name.
package final class KnowledgeBaseArchive: Sendable {
  private struct Index {
    let file: SpilledBytes
    /// Where the entries of a QID are, by round.
    var entries: [UInt64: [(round: Int, range: Range<Int>)]] = [:]
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
    let (file, ranges) = try index.withLock { index in
      let filled = try index ?? read()
      index = filled
      let ranges = qids.compactMap { qid -> Range<Int>? in
        guard let all = filled.entries[qid] else { return nil }
        if onlyChanged { return all.last { $0.round == round.number }?.range }
        return (all.last { $0.round <= round.number } ?? all.first)?.range
      }
      return (filled.file, ranges)
    }
    return ArchivedAnswer(file: file, ranges: ranges, time: round.time)
  }

  private func read() throws -> Index {
    var index = Index(file: try SpilledBytes())
    for exchange in capture.exchanges where exchange.api == .knowledgeBase && exchange.response.status == 200 {
      guard let body = exchange.body else { continue }
      var reader = try FileReader("\(capture.path)/\(body)")
      var scanner = EntryScanner(offset: index.file.count)
      do {
        while let bytes = try reader.next() {
          try unsafe bytes.withUnsafeBytes { try unsafe index.file.append($0) }
          scanner.scan(bytes)
        }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        // A body that broke off has the entries before that.
      }
      for (qid, range) in scanner.entries { index.entries[qid, default: []].append((exchange.round, range)) }
    }
    return index
  }
}

/// Some entries in the frame of an answer.
private struct ArchivedAnswer: AsyncSequence, Sendable {
  let file: SpilledBytes
  let ranges: [Range<Int>]
  let time: String

  struct Iterator: AsyncIteratorProtocol {
    let answer: ArchivedAnswer
    var next = -1

    mutating func next() async throws -> [UInt8]? {
      defer { next += 1 }
      if next < 0 {
        let list = answer.ranges.isEmpty ? "" : "<VULN_LIST>"
        return Array(
          """
          <?xml version="1.0" encoding="UTF-8" ?>
          <KNOWLEDGE_BASE_VULN_LIST_OUTPUT><RESPONSE><DATETIME>\(answer.time)</DATETIME>\(list)
          """.utf8
        )
      }
      if next == answer.ranges.count {
        let list = answer.ranges.isEmpty ? "" : "</VULN_LIST>"
        return Array("\(list)</RESPONSE></KNOWLEDGE_BASE_VULN_LIST_OUTPUT>".utf8)
      }
      guard answer.ranges.indices.contains(next) else { return nil }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(answer.ranges[next].count)
      try unsafe answer.file.forEachChunk(answer.ranges[next]) { unsafe bytes.append(contentsOf: $0) }
      return bytes
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(answer: self) }
}
