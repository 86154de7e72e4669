package import Records
internal import Simulator
internal import Streaming

/// KnowledgeBase entries out of simulated answers, for whoever wants ordinary ones.
package enum SimulatedEntries {
  /// Answers about the QIDs of a few hosts.
  package static let answers: [[UInt8]] = [(3, 2), (7, 1)].map { (seed: UInt64, hosts: Int) in
    let qids = DetectionsSimulation(hosts: hosts, seed: seed, detectionsPerHost: 20).detectedQIDs
    return KnowledgeBaseSimulation(seed: seed, qids: qids).answer
  }

  package static let entries: [RecordedPage<KnowledgeBaseEntry>] = answers.enumerated().map { number, answer in
    // A simulated answer is read without fail, or most other tests are red.
    guard let decoding = try? EntryDecoding(answer) else { return RecordedPage([]) }
    return RecordedPage(decoding.entries, marks: decoding.page.report?.marks, number: number)
  }

  package static let lines: [RecordedPage<Line>] = entries.map { page in
    RecordedPage(page.records.map { $0.line() }, marks: page.marks, number: page.page.number)
  }

  /// The answers in chunks of some bytes.
  package static func chunks(of size: Int) -> [RecordedPage<KnowledgeBaseAnswer>] {
    answers.enumerated().map { number, answer in
      let chunks = stride(from: 0, to: answer.count, by: size).map {
        KnowledgeBaseAnswer(AnswerBytes(Array(answer[$0..<min($0 + size, answer.count)])))
      }
      return RecordedPage(chunks, marks: 0, number: number)
    }
  }
}
