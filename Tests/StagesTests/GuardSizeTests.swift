import Blocks
import Records
import Stages
import Streaming
import TestSupport
import Testing

/// `guard-size`, case by case.
@Suite("guard-size")
struct GuardSizeTests {
  private func guarded(_ lines: [Line], _ entries: KeyValuePairs<String, OptionValue>) throws -> StageRun<Line> {
    try StageRun(GuardSize(.of(GuardSize.component, entries)), on: lines)
  }

  private func line(host: String = "", detection: String) throws -> Line {
    try Decoding(SmallPage(host: host, detection: detection)).lines()[0]
  }

  @Test("A line of exactly the limit passes as it is; one byte more does not")
  func boundary() throws {
    let line = try line(detection: "<RESULTS>\(String(repeating: "é", count: 600))</RESULTS>")
    let run = try guarded([line], ["limit": .integer(line.byteCount)])
    #expect(run.records[0].buffer === line.buffer, "it is the same line, not a copy")
    #expect(try guarded([line], ["limit": .integer(line.byteCount - 1)]).records.count == 2)
  }

  @Test(
    "What Sumo Logic's parser reads cannot be dropped",
    arguments: [
      "ID", "IP", "DNS", "DNS_DATA", "DNS_DATA.HOSTNAME", "NETBIOS", "DETECTION", "DETECTION.SEVERITY",
      "DETECTION.RESULTS",
      "DETECTION.LAST_FOUND_DATETIME", "DETECTION_LIST", "DETECTION_LIST.DETECTION", "DETECTION_LIST.DETECTION.RESULTS",
      "DETECTION_LIST.DETECTION.SEVERITY",
    ]
  )
  func contract(field: String) {
    #expect {
      try GuardSize(.of(GuardSize.component, ["drop": .texts("TAGS", field)]))
    } throws: { error in
      let error = error as? OptionError
      return error?.option == "drop" && error?.description.hasPrefix("'\(field)' must stay") == true
        && error?.help != nil
    }
  }

  @Test("Ids stay whole", arguments: ["drop", "shorten"], ["event_id", "entity_id"])
  func ids(option: String, field: String) {
    #expect {
      try GuardSize(.of(GuardSize.component, [option: .texts("TAGS", field)]))
    } throws: {
      ($0 as? OptionError)?.option == option && "\($0)".hasPrefix("'\(field)' must stay whole")
    }
  }

  @Test(
    "What is beside it can",
    arguments: ["TAGS", "DNS_DATA.FQDN", "DETECTION.QDS", "DETECTION.SEVERITY.@x", "IPV6"]
  )
  func droppable(field: String) throws { _ = try GuardSize(.of(GuardSize.component, ["drop": .texts(field)])) }

  @Test("Fields are dropped in their order, and no more than needed")
  func dropOrder() throws {
    let long = String(repeating: "x", count: 300)
    let host = "<A>\(long)</A><B>\(long)</B><C>\(long)</C>"
    let line = try line(host: host, detection: "<QID>1</QID>")
    for (limit, names) in [(line.byteCount - 1, ["B", "C"]), (line.byteCount - 400, ["C"])] {
      let run = try guarded([line], ["limit": .integer(max(512, limit)), "drop": .texts("A", "B", "C")])
      let log = try StrictJSON(run.records[0].text)
      #expect(log.names.filter { ["A", "B", "C"].contains($0) } == names)
    }
  }

  @Test("A text is shortened to what just fits")
  func shorten() throws {
    for unit in ["x", "é", "\"", "👩‍👩‍👧", "\n"] {
      let text = "|" + String(repeating: unit, count: 3000) + "|"
      let line = try line(detection: "<QID>1</QID><RESULTS>\(text.cdata)</RESULTS>")
      let run = try guarded([line], ["limit": .integer(1000), "shorten": .texts("DETECTION.RESULTS")])
      #expect(run.records.count == 1 && run.created == 0)
      // A character of JSON, and digits of the note that turned out fewer.
      #expect((975...1000).contains(run.records[0].byteCount), "\(run.records[0].byteCount) bytes of \(unit)")
    }
  }

  @Test("Fields are shortened in their order, the second only when the first is not enough")
  func shortenOrder() throws {
    let text = String(repeating: "word ", count: 200) + "."
    let line = try line(host: "<NOTE>\(text)</NOTE>", detection: "<RESULTS>\(text)</RESULTS>")
    let fields = OptionValue.texts("DETECTION.RESULTS", "NOTE")
    let little = try StrictJSON(guarded([line], ["limit": .integer(1600), "shorten": fields]).records[0].text)
    #expect(little["Note"]?.string == text)
    #expect(little["Detection"]?["Results"]?.string?.hasSuffix("bytes left out]") == true)
    let much = try StrictJSON(guarded([line], ["limit": .integer(800), "shorten": fields]).records[0].text)
    #expect(much["Note"]?.string?.hasSuffix(" of 1001 bytes left out]") == true)
    #expect(much["Detection"]?["Results"]?.string == " [... 1001 of 1001 bytes left out]")
  }

  @Test("Of a field that repeats, nothing gets lost when one of them is cut")
  func repeatedField() throws {
    let text = String(repeating: "word ", count: 200) + "."
    for host in ["<NEW>\(text)</NEW><NEW>two</NEW>", "<NEW>two</NEW><NEW>\(text)</NEW>"] {
      let line = try line(host: host, detection: "<QID>1</QID>")
      let run = try guarded([line], ["limit": .integer(700)])
      #expect(run.records.count > 1)
      for part in run.records {
        let new = try #require(StrictJSON(part.text)["New"])
        #expect(new.count == 2 && (new[0]?.string == "two" || new[1]?.string == "two"))
      }
    }
  }

  @Test("Parts come back together to the whole, and the same record gives the same parts")
  func parts() throws {
    let text = String(repeating: "line \"1\"\t👩‍👩‍👧\n", count: 400) + "end"
    let line = try line(host: "<IP>i</IP>", detection: "<QID>7</QID><RESULTS>\(text.cdata)</RESULTS>")
    let run = try guarded([line], ["limit": .integer(2048)])
    #expect(run.created == run.records.count - 1 && run.records.count > 5)
    let logs = try run.records.map { try StrictJSON($0.text) }
    #expect(logs.compactMap { $0["Detection"]?["Results"]?.string }.joined() == text)
    for log in logs {
      #expect(log.names.prefix(2) == ["LogType", "Timestamp"])
      #expect(log["Id"]?.string == "1" && log["IP"]?.string == "i" && log["Detection"]?["Qid"]?.string == "7")
    }
    #expect(try guarded([line], ["limit": .integer(2048)]).records.map(\.text) == run.records.map(\.text))
  }

  @Test("What cannot be helped goes to the dead-letter file, with the reason")
  func refused() throws {
    let fields = (0..<40).map { "<FIELD\($0)>\(String(repeating: "x", count: 40))</FIELD\($0)>" }.joined()
    let line = try line(host: fields, detection: "<QID>1</QID>")
    let run = try guarded([line], ["limit": .integer(600)])
    #expect(run.records.isEmpty && run.counts.missing == 0)
    #expect(
      run.rejections.map(\.reason) == [
        "\(line.byteCount) bytes, over 600, and what is not in its longest text is too long alone"
      ]
    )
    let text = try self.line(detection: "<RESULTS>\(String(repeating: "x", count: 900))</RESULTS>")
    let whole = try guarded([text], ["limit": .integer(600), "split": .boolean(false)])
    #expect(whole.rejections.map(\.reason) == ["\(text.byteCount) bytes, over 600, and 'split' is off"])
  }

  @Test("A line of a file that no record belongs to is refused when it is too long, and passed on when not")
  func foreignLine() throws {
    let file = try SpilledBytes()
    let text = String(repeating: "x", count: 600) + "\n"
    try unsafe Array(text.utf8).withUnsafeBytes { try unsafe file.append($0) }
    let line = Line(0..<600, of: file, fields: nil, format: nil, mark: 0)
    #expect(try guarded([line], ["limit": .integer(512)]).rejections.count == 1)
    #expect(try guarded([line], ["limit": .integer(600)]).records.count == 1)
  }

  @Test("A part is not split again, but can be shortened, and stays a part")
  func partsOfParts() throws {
    let text = String(repeating: "word ", count: 1000)
    let line = try line(detection: "<RESULTS><![CDATA[\(text)]]></RESULTS>")
    let parts = try guarded([line], ["limit": .integer(2000)]).records
    let again = try guarded(parts, ["limit": .integer(1000)])
    #expect(again.rejections.count == parts.count { $0.byteCount > 1000 })
    #expect(again.rejections.allSatisfy { $0.reason.hasSuffix("it is a part already") })
    let shortened = try guarded(parts, ["limit": .integer(1000), "shorten": .texts("DETECTION.RESULTS")])
    #expect(shortened.rejections.isEmpty && shortened.records.count == parts.count)
    #expect(try shortened.records.map { try StrictJSON($0.text)["Part"]?.number } == Array(1...parts.count))
    #expect(try shortened.records.allSatisfy { try StrictJSON($0.text)["Parts"]?.number == parts.count })
  }

  @Test("Two guards do what the stricter one does, for lines that are not split")
  func twoGuards() throws {
    let text = String(repeating: "word ", count: 1000)
    let line = try line(detection: "<RESULTS><![CDATA[\(text)]]></RESULTS>")
    let entries: (Int) -> KeyValuePairs<String, OptionValue> = {
      ["limit": .integer($0), "shorten": .texts("DETECTION.RESULTS")]
    }
    let once = try guarded(guarded([line], entries(3000)).records, entries(1000))
    #expect(once.records.count == 1 && once.records[0].byteCount <= 1000)
    #expect(try guarded(once.records, entries(1000)).records.map(\.text) == once.records.map(\.text))
  }

  @Test("A RESULTS of mebibytes, in a file, is split into parts or shortened like any other")
  func spilledResults() throws {
    let piece = "port\t443 \"quoted\" Grüße 👩‍👩‍👧\n"
    let text = String(repeating: piece, count: 3 << 20 / piece.utf8.count)
    let line = try line(host: "<IP>i</IP>", detection: "<QID>1</QID><RESULTS>\(text.cdata)</RESULTS><SSL>0</SSL>")
    #expect(line.file != nil)
    let run = try guarded([line], [:])
    #expect(run.records.count > 48 && run.counts.missing == 0 && run.rejections.isEmpty)
    var joined = ""
    for (index, part) in run.records.enumerated() {
      #expect(part.byteCount <= 65_536)
      let log = try StrictJSON(part.bytes)
      #expect(log["Part"]?.number == index + 1 && log["Parts"]?.number == run.records.count)
      #expect(log["IP"]?.string == "i" && log["Detection"]?["Ssl"]?.string == "0")
      joined += log["Detection"]?["Results"]?.string ?? ""
    }
    #expect(joined.utf8.elementsEqual(text.utf8))
    let shortened = try guarded([line], ["shorten": .texts("DETECTION.RESULTS")])
    #expect(shortened.records.count == 1 && shortened.records[0].byteCount <= 65_536)
    #expect(shortened.records[0].text.contains(" of \(text.utf8.count) bytes left out]"))
    let dropped = try guarded([line], ["drop": .texts("DETECTION.QID"), "split": .boolean(false)])
    #expect(dropped.rejections.count == 1)
  }
}
