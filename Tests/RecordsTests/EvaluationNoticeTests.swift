import Records
import TestSupport
import Testing

/// The notice of an evaluation subscription, wherever Qualys writes it.
@Suite("Notice of an evaluation")
struct EvaluationNoticeTests {
  private static let notices = [
    "<!-- This report was generated with an evaluation version of Qualys //--> \n",
    "<!-- This report was generated with an evaluation version of Qualys //-->",
    "<!-- This report was generated with an evaluation version of  //--> \r\n",
  ]

  private static let page = SmallKnowledgeBase(
    "<QID>1</QID><TITLE><![CDATA[a]]]]><![CDATA[>b &amp; ü]]></TITLE><CVSS><BASE source=\"service\">7&#46;5</BASE></CVSS>",
    "<QID>2</QID>"
  )

  @Test("At every place of an answer it leaves no trace", arguments: notices)
  func everywhere(notice: String) throws {
    let page = Self.page.bytes
    let expected = try EntryDecoding(page).texts()
    for place in 0...page.count {
      let answer = Array(page[..<place]) + Array(notice.utf8) + Array(page[place...])
      let decoding = try EntryDecoding(answer, chunk: [1 << 20, 1, 50][place % 3])
      guard decoding.failure == nil, try decoding.texts() == expected else {
        Issue.record("at byte \(place): \(decoding.failure?.description ?? "other logs")")
        return
      }
    }
  }

  @Test("It leaves no trace however the bytes come", arguments: 1...160)
  func chunks(size: Int) throws {
    let page = Self.page.text
    let answer = page.replacing("<QID>", with: "<QI\(Self.notices[0])D>").replacing(
      "a]]",
      with: "a\(Self.notices[2])]]"
    )
    let decoding = try EntryDecoding(Array(answer.utf8), chunk: size)
    #expect(decoding.failure == nil)
    #expect(try decoding.texts() == EntryDecoding(Self.page).texts())
  }

  @Test("What only begins like it is what it is", arguments: [1, 40, 1 << 20])
  func others(chunk: Int) throws {
    let opening = "<!-- This report was generated with an evaluation version of"
    let texts = [
      opening, "\(opening) \(String(repeating: "x", count: 300)) -->", "<!-- This report -->", "<<!-- <!-- This",
      opening + " ",
    ]
    for text in texts {
      let page = SmallKnowledgeBase("<QID>1</QID><TITLE>\(text.cdata)</TITLE>", "<QID>2</QID>")
      let log = try StrictJSON(EntryDecoding(page, chunk: chunk).texts()[0])
      #expect(log["Title"]?.string == text.trimmingSuffix(" "), "\(text)")
    }
  }

  @Test("An answer that breaks off within it is broken off")
  func brokenOff() throws {
    let answer = Self.page.text.prefix { $0 != "2" } + "<!-- This report was generated with an eval"
    #expect(try EntryDecoding(Array(answer.utf8)).failure?.description.contains("breaks off") == true)
  }

  @Test("In detections it is a comment like any other, and in a text it is the text")
  func detections() throws {
    let page = SmallPage(detection: "\(Self.notices[0])<QID>1</QID><RESULTS>\(Self.notices[1].cdata)</RESULTS>")
    #expect(try page.log()["Detection"]?["Results"]?.string == Self.notices[1])
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
