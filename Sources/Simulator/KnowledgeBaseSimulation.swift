/// Answers of the KnowledgeBase API about the QIDs that simulated detections have.
///
/// Each entry follows from the seed and its QID alone; type, severity, CVE and scores are those that the detections
/// show. The answer is one, however many entries it has, as Qualys' own is.
package struct KnowledgeBaseSimulation: Sendable {
  private let seed: UInt64
  private let round: Int
  private let vulnerabilities: [Vulnerability]

  /// Creates a simulation of the entries of some QIDs, or of all; QIDs that do not exist have none.
  package init(seed: UInt64 = 1, qids: Set<Int>? = nil, round: Int = 1) {
    self.seed = seed
    self.round = round
    vulnerabilities = VulnerabilityCatalogue.shared.vulnerabilities.filter { qids?.contains($0.qid) ?? true }
      .sorted { $0.qid < $1.qid }
  }

  /// Creates a simulation of the entries that a question asks for.
  init(seed: UInt64, round: Int, where isAskedFor: (_ qid: Int, _ modified: () -> SimulatedInstant) -> Bool) {
    self.seed = seed
    self.round = round
    vulnerabilities = VulnerabilityCatalogue.shared.vulnerabilities.filter { vulnerability in
      isAskedFor(vulnerability.qid) { SimulatedEntry(vulnerability, seed: seed, round: round).modified }
    }.sorted { $0.qid < $1.qid }
  }

  /// How many entries the answer has.
  package var entryCount: Int { vulnerabilities.count }

  /// When the answer is given.
  var answered: SimulatedInstant {
    var generator = SeededGenerator(seed: seed, stream: -2)
    return .november2026 + (generator.number(in: 26...28) + round - 1) * SimulatedInstant.day
  }

  /// Writes the answer in chunks of about 64 KiB as it is generated.
  package func writeAnswer<Failure: Error>(
    to write: (_ chunk: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = AnswerWriter()
    writeOpening(answered: answered, to: &writer)
    if !vulnerabilities.isEmpty {
      // What is sent while the server computes, so that nobody takes the connection for dead.
      writeKeepAlive(to: &writer)
      try writer.passOn(to: write)
      writer.open("VULN_LIST")
      for vulnerability in vulnerabilities {
        var entry = SimulatedEntry(vulnerability, seed: seed, round: round)
        entry.write(to: &writer)
        try writer.passOnFullChunk(to: write)
      }
      writer.close("VULN_LIST")
    }
    writeClosing(to: &writer)
    try writer.passOn(to: write)
  }
}

// MARK: - The frame

extension KnowledgeBaseSimulation {
  private func writeOpening(answered: SimulatedInstant, to writer: inout AnswerWriter) {
    writer.append(
      """
      <?xml version="1.0" encoding="UTF-8" ?>
      <!DOCTYPE KNOWLEDGE_BASE_VULN_LIST_OUTPUT SYSTEM "\
      https://qualysapi.qualys.com/api/4.0/fo/knowledge_base/vuln/dtd/output.dtd">
      <!-- This report was generated with an evaluation version of the simulator //-->\u{20}

      """
    )
    writer.open("KNOWLEDGE_BASE_VULN_LIST_OUTPUT")
    writer.open("RESPONSE")
    writer.element("DATETIME", answered)
  }

  private func writeKeepAlive(to writer: inout AnswerWriter) {
    writer.append("<!-- keep-alive for KNOWLEDGE_BASE_VULN_LIST_OUTPUT  -->\n")
  }

  private func writeClosing(to writer: inout AnswerWriter) {
    writer.close("RESPONSE")
    writer.close("KNOWLEDGE_BASE_VULN_LIST_OUTPUT")
    writer.append(
      """
      <!-- This report was generated with an evaluation version of the simulator //-->\u{20}
      <!-- CONFIDENTIAL AND PROPRIETARY INFORMATION. Simulated: every vulnerability and every exploit is invented. //-->\u{20}

      """
    )
    writeKeepAlive(to: &writer)
  }
}
