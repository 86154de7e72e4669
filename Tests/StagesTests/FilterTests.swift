import Records
import Stages
import Streaming
import TestSupport
import Testing

/// Which records pass a condition.
@Suite("filter")
struct FilterTests {
  private static let page = SmallPage([
    SmallPage.Host(
      id: 1,
      """
      <IP>10.0.0.7</IP><OS>Windows Server 2022</OS><EMPTY/>
      <TAGS><TAG><NAME>prod</NAME></TAG><TAG><NAME>dmz</NAME></TAG></TAGS>
      """,
      detections: [
        """
        <UNIQUE_VULN_ID>9999999999999999999</UNIQUE_VULN_ID><QID>105</QID><SEVERITY>10</SEVERITY><STATUS>Re-Opened</STATUS>
        <LAST_FOUND_DATETIME>2026-11-20T10:50:00Z</LAST_FOUND_DATETIME><SCORE>7.50</SCORE><QDS severity="HIGH">64</QDS>
        """
      ]
    )
  ])

  private func passes(_ condition: KeyValuePairs<String, OptionValue>) throws -> Bool {
    let filter = try Filter<Detection>(.of(Filter<Detection>.component, condition))
    let run = try StageRun(filter, on: Decoding(Self.page).detections())
    #expect(run.counts.missing == 0 && run.rejections.isEmpty)
    #expect(run.dropped.map(\.value) == (run.records.isEmpty ? [1] : []))
    return run.records.count == 1
  }

  @Test(
    "One test of one field",
    arguments: [
      // Numbers are compared as numbers when both sides are, else texts by their bytes.
      ("DETECTION.SEVERITY", "at-least", "9", true), ("DETECTION.SEVERITY", "at-least", "10", true),
      ("DETECTION.SEVERITY", "at-least", "11", false), ("DETECTION.SEVERITY", "at-most", "9", false),
      ("DETECTION.SEVERITY", "at-most", "10.0", true), ("DETECTION.SEVERITY", "equals", "010", true),
      ("DETECTION.SEVERITY", "equals", "1", false), ("DETECTION.SCORE", "equals", "7.5", true),
      ("DETECTION.SCORE", "at-least", "7.51", false), ("DETECTION.SEVERITY", "at-least", "-1", true),
      ("DETECTION.UNIQUE_VULN_ID", "equals", "9999999999999999999", true),
      ("DETECTION.UNIQUE_VULN_ID", "equals", "9999999999999999998", false),
      ("DETECTION.UNIQUE_VULN_ID", "at-most", "9999999999999999998", false),
      ("DETECTION.LAST_FOUND_DATETIME", "at-least", "2026-11-20", true),
      ("DETECTION.LAST_FOUND_DATETIME", "at-least", "2026-11-21", false),
      ("DETECTION.LAST_FOUND_DATETIME", "at-most", "2026-11-20T10:50:00Z", true),
      ("OS", "equals", "Windows Server 2022", true), ("OS", "equals", "windows server 2022", false),
      ("OS", "at-least", "3", true), ("EMPTY", "equals", "", true), ("EMPTY", "at-least", "0", false),
      // Regular expressions are POSIX extended, and may match anywhere.
      ("OS", "matches", "Server", true), ("OS", "matches", "^Windows .*[0-9]{4}$", true),
      ("OS", "matches", "^Server", false),
      ("OS", "matches", "Linux|Windows", true), ("IP", "matches", "^10\\.", true), ("IP", "matches", "^10\\.1", false),
      // Attributes, repeated fields, and fields that are not there.
      ("DETECTION.QDS.@severity", "equals", "HIGH", true), ("DETECTION.QDS", "at-least", "64", true),
      ("TAGS.TAG.NAME", "equals", "dmz", true), ("TAGS.TAG.NAME", "equals", "test", false),
      ("MISSING", "equals", "", false), ("MISSING", "at-most", "9", false), ("MISSING", "matches", "", false),
    ]
  )
  func oneTest(field: String, test: String, bound: String, expected: Bool) throws {
    let entries: [(key: String, value: OptionValue)] = [("field", .text(field)), (test, .text(bound))]
    let filter = try Filter<Detection>(Options(entries, known: []))
    #expect(try StageRun(filter, on: Decoding(Self.page).detections()).records.count == (expected ? 1 : 0))
    #expect(try passes(["not": .entries(entries)]) == !expected)
  }

  @Test("Existence, choices and several tests at once")
  func others() throws {
    #expect(try passes(["field": .text("OS"), "exists": .boolean(true)]))
    #expect(try passes(["field": .text("EMPTY"), "exists": .boolean(true)]))
    #expect(try passes(["field": .text("MISSING"), "exists": .boolean(false)]))
    #expect(try !passes(["field": .text("MISSING"), "exists": .boolean(true)]))
    #expect(try passes(["field": .text("DETECTION.STATUS"), "in": .texts("New", "Re-Opened")]))
    #expect(try !passes(["field": .text("DETECTION.STATUS"), "in": .texts()]))
    #expect(try passes(["field": .text("DETECTION.QID"), "at-least": .text("100"), "at-most": .text("200")]))
    #expect(try !passes(["field": .text("DETECTION.QID"), "at-least": .text("100"), "at-most": .text("104")]))
  }

  @Test("Conditions of conditions")
  func combined() throws {
    let yes = OptionValue.group(["field": .text("IP"), "exists": .boolean(true)])
    let no = OptionValue.group(["field": .text("IP"), "exists": .boolean(false)])
    #expect(try passes(["all": .list([yes, yes])]))
    #expect(try !passes(["all": .list([yes, no])]))
    #expect(try passes(["any": .list([no, yes])]))
    #expect(try !passes(["any": .list([no, no])]))
    #expect(try passes(["not": no]))
    #expect(
      try passes([
        "all": .list([.group(["any": .list([no, yes])]), .group(["not": .group(["all": .list([yes, no])])])])
      ])
    )
    #expect(try !passes(["field": .text("IP"), "exists": .boolean(true), "not": yes]))
  }

  @Test("A host passes when one of its detections does, whole")
  func hosts() throws {
    let page = SmallPage([
      SmallPage.Host(id: 1, detections: ["<SEVERITY>1</SEVERITY>", "<SEVERITY>5</SEVERITY>"]),
      SmallPage.Host(id: 2, detections: ["<SEVERITY>1</SEVERITY>"]),
    ])
    for field in ["DETECTION_LIST.DETECTION.SEVERITY", "DETECTION.SEVERITY"] {
      let options = Options.of(Filter<Host>.component, ["field": .text(field), "at-least": .text("5")])
      let run = try StageRun(Filter<Host>(options), on: Decoding(page).hosts)
      #expect(run.records.map(\.detectionCount) == [2])
      #expect(run.dropped == ["not \(field) at-least 5": 1])
      let not = Options.of(
        Filter<Host>.component,
        ["not": .entries([("field", .text(field)), ("equals", .text("5"))])]
      )
      #expect(try StageRun(Filter<Host>(not), on: Decoding(page).hosts).dropped == ["\(field) equals 5": 1])
    }
  }

  @Test(
    "What does not say enough is refused, with what to do",
    arguments: [
      ([], "the condition is empty"),
      ([("field", .text("IP"))], "nothing is said about 'IP'"),
      ([("equals", .text("1"))], "does not say which field"),
      ([("field", .text("IP")), ("matches", .text("("))], "'(' is not a regular expression"),
      ([("not", .entries([]))], "the condition is empty"),
      ([("all", .list([.entries([("equals", .text("1"))])]))], "does not say which field"),
    ] as [([(key: String, value: OptionValue)], String)]
  )
  func refused(entries: [(key: String, value: OptionValue)], says: String) {
    #expect {
      try Filter<Detection>(Options(entries, known: []))
    } throws: { error in
      (error as? OptionError)?.description.contains(says) == true
    }
  }
}
