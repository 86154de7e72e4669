import Simulator
import Testing

@Suite("Simulated KnowledgeBase answers")
struct KnowledgeBaseSimulationTests {
  private static let whole = Answer(of: KnowledgeBaseSimulation(seed: 7))

  private func detections() -> DetectionsSimulation {
    var options = DetectionsSimulation.Options()
    options.hosts = 12
    options.hostsPerPage = 5
    options.seed = 7
    return DetectionsSimulation(options)
  }

  private func entries(of answer: Answer) -> [Substring] { answer.contents(of: "VULN") }

  private func qids(of answer: Answer) -> [Int] {
    answer.contents(of: "QID").compactMap { Int($0) }
  }

  // MARK: QIDs

  @Test("It has exactly the QIDs that the detections have, each once, ascending")
  func detectedQIDs() {
    let detections = detections()
    let detected = (0..<detections.pageCount).flatMap { qids(of: Answer(page: $0, of: detections)) }
    #expect(detections.detectedQIDs == Set(detected))
    let simulation = KnowledgeBaseSimulation(seed: 7, qids: detections.detectedQIDs)
    #expect(qids(of: Answer(of: simulation)) == Set(detected).sorted())
    #expect(simulation.entryCount == Set(detected).count)
  }

  @Test("Type and severity are those of the detections")
  func consistency() throws {
    let detections = detections()
    var types: [Substring: (type: Substring, severity: Substring)] = [:]
    for entry in entries(of: Self.whole) {
      let qid = try #require(entry.content(of: "QID"))
      let type = try #require(entry.content(of: "VULN_TYPE"))
      types[qid] = (type, try #require(entry.content(of: "SEVERITY_LEVEL")))
    }
    let allowed: [Substring: Set<Substring>] = [
      "Confirmed": ["Vulnerability", "Vulnerability or Potential Vulnerability"],
      "Potential": ["Potential Vulnerability", "Vulnerability or Potential Vulnerability"],
      "Info": ["Information Gathered"],
    ]
    for detection in Answer(page: 0, of: detections).contents(of: "DETECTION") {
      let qid = try #require(detection.content(of: "QID"))
      let known = try #require(types[qid])
      let type = try #require(detection.content(of: "TYPE"))
      #expect(allowed[type]?.contains(known.type) == true)
      #expect(detection.content(of: "SEVERITY") == known.severity)
    }
  }

  @Test("Without QIDs it has all that there are; a QID that does not exist has no entry")
  func allAndNone() {
    #expect(entries(of: Self.whole).count == 2_000)
    #expect(qids(of: Self.whole) == qids(of: Self.whole).sorted())
    #expect(KnowledgeBaseSimulation(qids: [1]).entryCount == 0)
  }

  // MARK: Seeds

  @Test("The same seed gives the same bytes, another seed other entries")
  func seeds() {
    #expect(Answer(of: KnowledgeBaseSimulation(seed: 7)).bytes == Self.whole.bytes)
    let other = Answer(of: KnowledgeBaseSimulation(seed: 8))
    #expect(qids(of: other) == qids(of: Self.whole))
    #expect(Set(entries(of: other)).isDisjoint(with: entries(of: Self.whole)))
  }

  @Test("An entry does not depend on the others in the answer")
  func independence() throws {
    let qid = try #require(qids(of: Self.whole).dropFirst(700).first)
    let alone = Answer(of: KnowledgeBaseSimulation(seed: 7, qids: [qid]))
    #expect(entries(of: alone) == [entries(of: Self.whole)[700]])
  }

  // MARK: Shape

  @Test("Every element ends where it should", arguments: [nil, [], [10_167]] as [Set<Int>?])
  func wellFormed(qids: Set<Int>?) {
    let answer = Answer(of: KnowledgeBaseSimulation(qids: qids))
    #expect(TagBalance(of: answer.text).complaint == nil)
  }

  @Test("All that Qualys sends occurs, in its order")
  func allElements() throws {
    let order = [
      "QID", "VULN_TYPE", "SEVERITY_LEVEL", "TITLE", "CATEGORY", "DETECTION_INFO", "LAST_CUSTOMIZATION",
      "LAST_SERVICE_MODIFICATION_DATETIME", "PUBLISHED_DATETIME", "CODE_MODIFIED_DATETIME", "BUGTRAQ_LIST", "PATCHABLE",
      "PATCH_PUBLISHED_DATE", "SOFTWARE_LIST", "VENDOR_REFERENCE_LIST", "CVE_LIST", "DIAGNOSIS", "DIAGNOSIS_COMMENT",
      "CONSEQUENCE", "CONSEQUENCE_COMMENT", "SOLUTION", "SOLUTION_COMMENT", "COMPLIANCE_LIST", "CORRELATION", "CVSS",
      "CVSS_V3", "PCI_FLAG", "AUTOMATIC_PCI_FAIL", "PCI_REASONS", "THREAT_INTELLIGENCE", "SUPPORTED_MODULES",
      "DISCOVERY", "IS_DISABLED", "CHANGE_LOG_LIST",
    ]
    var seen: Set<Int> = []
    for entry in entries(of: Self.whole) {
      // An entry's own elements stand eight spaces from the left.
      let names = entry.split(separator: "\n").filter { $0.hasPrefix("        <") && !$0.hasPrefix("        </") }
        .map { line in String(line.dropFirst(9).prefix { $0.isLetter || $0.isNumber || $0 == "_" }) }
      let places = try names.map { try #require(order.firstIndex(of: $0), "\($0)") }
      #expect(places == places.sorted())
      seen.formUnion(places)
    }
    #expect(seen.count == order.count, "\(order.indices.filter { !seen.contains($0) }.map { order[$0] })")
    for name in ["EXPLT_LIST", "MW_INFO", "MW_ALIAS", "PCI_REASON", "AUTH_TYPE_LIST", "USER_LOGIN", "BUGTRAQ"] {
      #expect(!Self.whole.contents(of: name).isEmpty, "\(name)")
    }
    #expect(
      Self.whole.text.contains(#"<BASE source="service">"#) && Self.whole.text.contains(#"<THREAT_INTEL id="2">"#)
    )
  }

  @Test("It is lenient with the DTD where real entries are")
  func missingChildren() {
    #expect(Self.whole.contents(of: "CVE").contains { !$0.contains("<URL>") })
    #expect(Self.whole.contents(of: "EXPLT").contains { !$0.contains("<REF>") })
    #expect(Self.whole.contents(of: "EXPLT_SRC").contains { !$0.contains("<EXPLT_LIST>") })
  }

  @Test("Comments stand where Qualys puts them: before the list, and after the root")
  func comments() throws {
    let keepAlive = "<!-- keep-alive for KNOWLEDGE_BASE_VULN_LIST_OUTPUT  -->\n"
    let text = Self.whole.text
    let time = try #require(text.firstRange(of: "</DATETIME>\n"))
    #expect(text[time.upperBound...].hasPrefix(keepAlive + "    <VULN_LIST>"))
    let end = try #require(text.firstRange(of: "</KNOWLEDGE_BASE_VULN_LIST_OUTPUT>"))
    #expect(text[end.upperBound...].contains("CONFIDENTIAL") && text.hasSuffix(keepAlive))
    #expect(text[end.upperBound...].contains("evaluation version"))
  }

  @Test("The answer about no QID has no VULN_LIST")
  func emptyAnswer() {
    let answer = Answer(of: KnowledgeBaseSimulation(qids: []))
    #expect(!answer.text.contains("VULN_LIST>\n"))
    #expect(answer.text.contains("<DATETIME>2026-11-"))
  }

  @Test("Chunks are of about 64 KiB, after the first: that one is out before the entries are made")
  func chunks() {
    #expect(Self.whole.chunkSizes.first ?? 0 < 1024)
    #expect(Self.whole.chunkSizes.dropFirst().dropLast().allSatisfy { (64 * 1024..<128 * 1024).contains($0) })
  }

  @Test("What the receiver throws ends the answer")
  func receiverThrows() {
    struct Full: Error {}
    var calls = 0
    #expect(throws: Full.self) {
      try KnowledgeBaseSimulation().writeAnswer { _ throws(Full) in
        calls += 1
        throw Full()
      }
    }
    #expect(calls == 1)
  }
}
