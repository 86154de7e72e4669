import Records
import Simulator
import Stages
import Streaming
import TestSupport
import Testing

/// KnowledgeBase answers: data, no data, and what is neither.
@Suite("KnowledgeBase answers")
struct EntryAnswerTests {
  private static let page: SmallKnowledgeBase = {
    var page = SmallKnowledgeBase(SmallKnowledgeBase.everything, "<QID>400000</QID>")
    page.afterRoot = ""
    return page
  }()

  @Test("What a page reports: QIDs that ascend, the server's time, a warning's next id")
  func report() throws {
    var page = SmallKnowledgeBase(qids: [5, 7, 100_000])
    page.afterList = SmallPage.warning(nextID: 100_001)
    let report = try EntryDecoding(page).report
    #expect(report.marks == 3 && report.idsAscend && report.lastID == 100_000 && report.nextID == 100_001)
    #expect(report.serverTime == SmallKnowledgeBase.serverTime && report.isComplete && report.failure == nil)
    #expect(try !EntryDecoding(SmallKnowledgeBase(qids: [7, 5])).report.idsAscend)
    let withIDs = SmallKnowledgeBase("<ID>9</ID><QID>5</QID><CVE_LIST><CVE><ID>1</ID></CVE></CVE_LIST>", "<QID>6</QID>")
    #expect(try EntryDecoding(withIDs).report.lastID == 6)
    #expect(try EntryDecoding(withIDs).report.idsAscend)
  }

  @Test(
    "No list, an empty list, or ids alone are no data and no failure",
    arguments: [
      "", "<VULN_LIST/>", "<VULN_LIST>\n</VULN_LIST>",
      "<ID_SET><ID>1</ID><ID_RANGE>5-9</ID_RANGE><ID>12</ID></ID_SET>", "<ID_SET/>",
    ],
    [1, 1 << 20]
  )
  func noData(list: String, chunk: Int) throws {
    var page = SmallKnowledgeBase()
    page.afterList = list
    let decoding = try EntryDecoding(page, chunk: chunk)
    let report = try decoding.report
    #expect(report.isComplete && report.failure == nil && report.marks == 0 && report.lastID == nil)
    #expect(report.serverTime == SmallKnowledgeBase.serverTime)
    #expect(decoding.batches.map(\.position) == [Position(marks: 0, ending: .complete)])
  }

  @Test("An echoed request is not the answer's time")
  func echoedRequest() throws {
    let text = SmallKnowledgeBase(qids: [1]).text.replacing(
      "<RESPONSE>",
      with: """
        <REQUEST><DATETIME>2000-01-01T00:00:00Z</DATETIME><USER_LOGIN>u</USER_LOGIN><RESOURCE>r</RESOURCE>
        <PARAM_LIST><PARAM><KEY>ids</KEY><VALUE>1</VALUE></PARAM></PARAM_LIST></REQUEST><RESPONSE>
        """
    )
    let decoding = try EntryDecoding(Array(text.utf8))
    #expect(try decoding.report.serverTime == SmallKnowledgeBase.serverTime)
    #expect(decoding.entries.count == 1)
  }

  @Test(
    "Errors say what they are",
    arguments: [
      ("", "the answer is empty"),
      (
        "<SIMPLE_RETURN><RESPONSE><CODE>1905</CODE><TEXT>parameter ids has invalid value</TEXT></RESPONSE></SIMPLE_RETURN>",
        "Qualys answered with an error 1905: parameter ids has invalid value"
      ),
      (
        "<GENERIC_RETURN><RETURN>Internal error</RETURN></GENERIC_RETURN>",
        "Qualys answered with an error: Internal error"
      ),
      (
        "<!DOCTYPE HTML><html><head><title>414 Request-URI Too Long</title></head></html>",
        "titled '414 Request-URI Too Long'"
      ),
      (
        "<HOST_LIST_VM_DETECTION_OUTPUT/>",
        "is a 'HOST_LIST_VM_DETECTION_OUTPUT', not a 'KNOWLEDGE_BASE_VULN_LIST_OUTPUT'"
      ),
      ("<KNOWLEDGE_BASE_VULN_LIST_OUTPUT><RESPONSE>", "breaks off"),
      (
        "<KNOWLEDGE_BASE_VULN_LIST_OUTPUT><RESPONSE><CODE>1960</CODE><TEXT>t</TEXT></RESPONSE></KNOWLEDGE_BASE_VULN_LIST_OUTPUT>",
        "error 1960: t"
      ),
      ("<!DOCTYPE a [<!ENTITY e 'x'>]><KNOWLEDGE_BASE_VULN_LIST_OUTPUT/>", "entity"),
    ],
    [1, 1 << 20]
  )
  func refusals(_ item: (answer: String, says: String), chunk: Int) throws {
    let decoding = try EntryDecoding(Array(item.answer.utf8), chunk: chunk)
    let words = try #require(decoding.failure).description
    #expect(words.contains(item.says), "\(words)")
    #expect(decoding.entries.isEmpty)
    #expect(decoding.batches.map(\.position.ending) == [.abandoned])
  }

  @Test("Every prefix is a failure, and gives the entries that are whole in it", arguments: [1 << 20, 13])
  func everyPrefix(chunk: Int) throws {
    let page = Self.page.bytes
    #expect(try EntryDecoding(page, chunk: chunk).failure == nil)
    for length in 0..<page.count {
      let prefix = Array(page[..<length])
      let decoding = try EntryDecoding(prefix, chunk: chunk)
      let whole = String(decoding: prefix, as: UTF8.self).split(separator: "</VULN>", omittingEmptySubsequences: false)
      let report = try decoding.report
      guard report.failure != nil, !report.isComplete, report.marks == whole.count - 1,
        decoding.entries.count == report.marks, decoding.batches.last?.position.ending == .abandoned
      else {
        Issue.record("\(length) bytes of \(page.count): \(report)")
        return
      }
    }
  }

  @Test("The lines do not tell how the bytes came", arguments: [1, 2, 7, 64, 1000, 4096, 65_536, 1 << 20])
  func chunks(size: Int) throws {
    var answers = [Self.page.bytes, SimulatedEntries.answers[1]]
    if size >= 64 { answers.append(SimulatedEntries.answers[0]) }
    for answer in answers {
      let whole = try EntryDecoding(answer, chunk: answer.count)
      let cut = try EntryDecoding(answer, chunk: size)
      #expect(cut.failure == nil)
      #expect(try cut.texts() == whole.texts())
      #expect(try cut.report.lastID == whole.report.lastID)
      #expect(cut.meter.current.missing == 0 && cut.meter.current.left == cut.entries.count)
    }
  }

  @Test("Comments may stand between and in all elements", arguments: [1, 5, 1 << 20])
  func comments(chunk: Int) throws {
    let comment = "<!-- keep-alive for KNOWLEDGE_BASE_VULN_LIST_OUTPUT  -->\n"
    let page = Self.page.text
    let start = try #require(page.firstRange(of: "<RESPONSE>")).upperBound
    // Not into CDATA, where it would be text.
    let commented =
      page[..<start]
      + page[start...].replacing("</", with: comment + "</").replacing("><", with: ">" + comment + "<")
      .replacing("\(comment)<![", with: "<![") + comment
    let decoding = try EntryDecoding(Array(commented.utf8), chunk: chunk)
    #expect(decoding.failure == nil)
    let plain = try EntryDecoding(Self.page).texts()
    // The one </A> in a CDATA section.
    #expect(
      try decoding.texts().map {
        $0.replacing(#"<!-- keep-alive for KNOWLEDGE_BASE_VULN_LIST_OUTPUT  -->\n"#, with: "")
      } == plain
    )
  }

  @Test("An entry of any size comes whole", arguments: [1000, 1 << 20])
  func largeEntries(chunk: Int) throws {
    let solution = String(repeating: "<LI>Größe &amp; more</LI>\n", count: 40_000)
    let exploits = (0..<8000).map { "<EXPLT><REF>CVE-\($0)</REF><DESC>d</DESC></EXPLT>" }.joined()
    let page = SmallKnowledgeBase(
      "<QID>1</QID><SOLUTION>\(solution.cdata)</SOLUTION>",
      "<QID>2</QID>",
      "<QID>3</QID><CORRELATION><EXPLOITS><EXPLT_SRC><EXPLT_LIST>\(exploits)</EXPLT_LIST></EXPLT_SRC></EXPLOITS></CORRELATION>",
      "<QID>4</QID>"
    )
    let decoding = try EntryDecoding(page, chunk: chunk)
    #expect(decoding.failure == nil)
    #expect(try decoding.report.marks == 4)
    #expect(decoding.entries.map(\.fields.mark) == [0, 1, 2, 3])
    let logs = try decoding.texts().map { try StrictJSON($0) }
    #expect(logs.map { $0["Qid"]?.string } == ["1", "2", "3", "4"])
    #expect(logs[0]["Solution"]?.string?.utf8.count == solution.utf8.count - 1)
    #expect(logs[2]["Correlation"]?["Exploits"]?[0]?["ExpltList"]?.count == 8000)
  }

  @Test("Characters that XML forbids are counted on their entry", arguments: [1, 1 << 20])
  func repairs(chunk: Int) throws {
    let page = SmallKnowledgeBase(
      "<QID>1</QID>",
      "<QID>2</QID><TITLE><![CDATA[a\u{1}b\u{2}]]></TITLE>",
      "<QID>3</QID><CVSS><BASE>\u{3}</BASE></CVSS>",
      "<QID>4</QID>"
    )
    let decoding = try EntryDecoding(page, chunk: chunk)
    let logs = try decoding.texts().map { try StrictJSON($0) }
    #expect(logs.map { $0["RepairedCharacters"]?.string } == [nil, "2", "1", nil])
    #expect(logs[1]["Title"]?.string == "a\u{FFFD}b\u{FFFD}")
    #expect(try decoding.report.repairedCharacters == 3)
    let path = try #require(FieldPath("REPAIRED_CHARACTERS"))
    #expect(decoding.entries[1].value(at: path) == "2")
  }
}
