package import Records
internal import Simulator
internal import Stages
internal import Streaming

/// Records out of simulated answers, for whoever wants ordinary ones.
package enum SimulatedRecords {
  /// Answers of two pages, with small hosts and large ones.
  package static let answers: [[UInt8]] = {
    let simulation = DetectionsSimulation(hosts: 12, seed: 7, hostsPerPage: 8)
    return (0..<simulation.pageCount).map { simulation.page($0) }
  }()

  package static let hosts: [RecordedPage<Host>] = pages { $0.hosts }
  package static let detections: [RecordedPage<Detection>] = pages { try $0.detections() }
  /// Lines of detections.
  package static let lines: [RecordedPage<Line>] = pages { try $0.lines() }
  /// Lines of whole hosts.
  package static let hostLines: [RecordedPage<Line>] = pages { $0.hosts.map { $0.line() } }

  /// The answers in chunks of some bytes.
  package static func chunks(of size: Int) -> [RecordedPage<DetectionsAnswer>] {
    answers.enumerated().map { number, answer in
      let chunks = stride(from: 0, to: answer.count, by: size).map {
        DetectionsAnswer(AnswerBytes(Array(answer[$0..<min($0 + size, answer.count)])))
      }
      return RecordedPage(chunks, marks: 0, number: number)
    }
  }

  private static func pages<R: Record>(_ records: (Decoding) throws -> [R]) -> [RecordedPage<R>] {
    answers.enumerated().map { number, answer in
      // A simulated answer is read without fail, or most other tests are red.
      guard let decoding = try? Decoding(answer), let records = try? records(decoding) else { return RecordedPage([]) }
      return RecordedPage(records, marks: decoding.page.report?.marks, number: number)
    }
  }
}
