package import Records
package import Simulator
internal import Stages
package import Streaming

/// Runs a KnowledgeBase answer through the decoder, in chunks of a size.
package struct EntryDecoding {
  package var batches: ContiguousArray<Batch<KnowledgeBaseEntry>> = []
  package let meter = StageMeter("decode-knowledge-base")
  package let page = Page(number: 0, origin: "test")

  package init(_ answer: [UInt8], chunk: Int = 64 * 1024) throws {
    var decoder = DecodeKnowledgeBase()
    for start in stride(from: 0, to: answer.count, by: chunk) {
      let bytes = AnswerBytes(Array(answer[start..<min(start + chunk, answer.count)]))
      let batch = Batch([KnowledgeBaseAnswer(bytes)], of: page, at: Position(marks: 0))
      try decoder.decode(batch, into: &batches, meter: meter)
    }
    let end = Batch<KnowledgeBaseAnswer>([], of: page, at: Position(marks: 0, ending: .complete))
    try decoder.decode(end, into: &batches, meter: meter)
  }

  /// Reads an answer that a test wrote by hand.
  package init(_ answer: SmallKnowledgeBase, chunk: Int = 64 * 1024) throws {
    try self.init(answer.bytes, chunk: chunk)
  }

  package var entries: [KnowledgeBaseEntry] { batches.flatMap { $0.records } }
  package var failure: AnswerError? { page.report?.failure as? AnswerError }

  /// What the decoder learned.
  package var report: Page.Report {
    get throws {
      guard let report = page.report else { throw ContractViolation("the page was not concluded") }
      return report
    }
  }

  /// The lines of all entries, as texts.
  package func texts(naming: LogFormat.Naming = .sumo, timestamp: FieldPath? = nil) throws -> [String] {
    var encode = EncodeJSON<KnowledgeBaseEntry>(naming: naming, timestamp: timestamp)
    return try batches.flatMap { batch in
      var lines = Outlet<Line>()
      try encode.process(batch, into: &lines)
      return lines.records.map(\.text)
    }
  }
}

extension KnowledgeBaseSimulation {
  /// The whole answer in memory.
  package var answer: [UInt8] {
    var bytes: [UInt8] = []
    writeAnswer { bytes += $0 }
    return bytes
  }
}
