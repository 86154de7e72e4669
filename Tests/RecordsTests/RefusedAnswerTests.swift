import Records
import Streaming
import TestSupport
import Testing

/// What is not the data that was asked for is an error that says what it is, never "no data".
@Suite("Answers that are no data")
struct RefusedAnswerTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let answer: String
    /// What the error says.
    let says: [String]

    init(_ name: String, _ answer: String, says: String...) {
      testDescription = name
      self.answer = answer
      self.says = says
    }
  }

  static let cases = [
    Case("nothing", "", says: "the answer is empty"),
    Case("white space", " \n\t\r\n ", says: "the answer is empty"),
    Case("a byte order mark alone", "\u{FEFF}", says: "the answer is empty"),
    Case(
      "SIMPLE_RETURN",
      """
      <!DOCTYPE SIMPLE_RETURN SYSTEM "https://qualysapi.qualys.com/api/2.0/simple_return.dtd">
      <SIMPLE_RETURN><RESPONSE><DATETIME>2026-11-21T10:00:00Z</DATETIME><CODE>1965</CODE>
      <TEXT>This API cannot be run again for another 23 seconds.</TEXT>
      <ITEM_LIST><ITEM><KEY>SECONDS_TO_WAIT</KEY><VALUE>23</VALUE></ITEM></ITEM_LIST></RESPONSE></SIMPLE_RETURN>
      """,
      says: "Qualys answered with an error 1965: This API cannot be run again",
      "SECONDS_TO_WAIT 23"
    ),
    Case(
      "SIMPLE_RETURN without a code",
      "<SIMPLE_RETURN><RESPONSE><TEXT>no</TEXT></RESPONSE></SIMPLE_RETURN>",
      says: "Qualys answered with an error: no"
    ),
    Case("an empty SIMPLE_RETURN", "<SIMPLE_RETURN/>", says: "Qualys answered with an error"),
    Case(
      "a SIMPLE_RETURN that breaks off",
      "<SIMPLE_RETURN><RESPONSE><CODE>2000</CODE><TEXT>Bad Login/Password</TEXT></RESP",
      says: "error 2000: Bad Login/Password"
    ),
    Case(
      "GENERIC_RETURN",
      """
      <?xml version="1.0" encoding="UTF-8" ?><!DOCTYPE GENERIC_RETURN SYSTEM "https://x/generic_return.dtd">
      <GENERIC_RETURN><API name="index.php"/><RETURN status="FAILED" number="2002">User not allowed</RETURN></GENERIC_RETURN>
      """,
      says: "Qualys answered with an error",
      "User not allowed"
    ),
    Case(
      "a code inside the expected root",
      """
      <HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE><DATETIME>2026-11-21T10:00:00Z</DATETIME><CODE>1920</CODE>
      <TEXT>The requested operation is blocked.</TEXT></RESPONSE></HOST_LIST_VM_DETECTION_OUTPUT>
      """,
      says: "error 1920: The requested operation is blocked."
    ),
    Case(
      "a web page",
      "<!DOCTYPE html>\n<html><head><title>Scheduled\nMaintenance</title></head><body>Sorry<br></body></html>",
      says: "web page titled 'ScheduledMaintenance'"
    ),
    Case("a web page without a title", "<HTML><BODY>502 Bad Gateway", says: "the answer is a web page, not data"),
    Case("a web page that is XML", "<html xmlns=\"http://www.w3.org/1999/xhtml\"><body/></html>", says: "web page"),
    Case("JSON", #"{"error":"Service unavailable"}"#, says: "not XML; it begins with '{\"error\""),
    Case(
      "an incident signature",
      "Your request could not be completed. Incident signature: 7f3a-11",
      says: "not XML; it begins with 'Your request could not be completed."
    ),
    Case(
      "another root",
      "<HOST_LIST_OUTPUT><RESPONSE/></HOST_LIST_OUTPUT>",
      says: "'HOST_LIST_OUTPUT'",
      "not a 'HOST_LIST_VM"
    ),
    Case("the right root in lower case", "<host_list_vm_detection_output/>", says: "'host_list_vm_detection_output'"),
    Case("a root that is never closed", "<HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE>", says: "breaks off"),
    Case("a declaration alone", "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n", says: "line"),
    Case(
      "tags that do not match",
      "<HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE></WRONG></HOST_LIST_VM_DETECTION_OUTPUT>",
      says: "not well-formed XML at line 1"
    ),
  ]

  @Test("An error that says what it is", arguments: cases, [1, 5, 1 << 20])
  func refusal(_ item: Case, chunk: Int) throws {
    let decoding = try Decoding(Array(item.answer.utf8), chunk: chunk)
    let words = try #require(decoding.failure).description
    for part in item.says { #expect(words.contains(part), "\(words)") }
    #expect(!words.contains("\n"))
    #expect(decoding.hosts.isEmpty)
    #expect(decoding.batches.map(\.position.ending) == [.abandoned])
    #expect(try !decoding.report.isComplete)
  }

  @Test("An error after some hosts: they stand, and it is still an error")
  func codeAfterHosts() throws {
    var page = SmallPage([.everything(id: 1)])
    page.afterHosts = "<CODE>1905</CODE><TEXT>parameter ids has invalid value</TEXT>"
    let decoding = try Decoding(page)
    #expect(decoding.failure?.description.contains("error 1905: parameter ids") == true)
    #expect(try decoding.report.marks == 1 && decoding.texts().count == 2)
  }

  @Test("A CODE inside a host is a field like any other")
  func codeInHost() throws {
    let log = try SmallPage(host: "<CODE>7</CODE>", detection: "<QID>1</QID>").log()
    #expect(log["Code"]?.string == "7")
  }
}
