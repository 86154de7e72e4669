import Records
import TestSupport
import Testing

/// What a user's own stage does with a record: read, set, remove, rename, keep.
@Suite("Reading and changing fields")
struct FieldChangesTests {
  private static let page = SmallPage([
    SmallPage.Host(
      id: 1,
      """
      <IP>10.0.0.1</IP><DNS_DATA><HOSTNAME>h</HOSTNAME><FQDN>h.example.com</FQDN></DNS_DATA>
      <TAGS><TAG><NAME>a</NAME></TAG><TAG><NAME>b</NAME></TAG></TAGS><NEW kind="k">text</NEW><EMPTY/>
      """,
      detections: [
        "<QID>11</QID><QDS severity=\"HIGH\">64</QDS><ODD>x</ODD><ODD>y</ODD>", "<QID>12</QID><SEVERITY>5</SEVERITY>",
      ]
    )
  ])

  private func detections() throws -> [Detection] { try Decoding(Self.page).detections() }
  private func host() throws -> Host { try #require(Decoding(Self.page).hosts.first) }
  private func path(_ text: String) throws -> FieldPath { try #require(FieldPath(text)) }

  /// A record's log, without what every log has.
  private func log(_ record: some LogRecord, naming: LogFormat.Naming = .sumo) throws -> StrictJSON {
    try StrictJSON(record.line(naming: naming).text).without("LogType", "Timestamp")
  }

  // MARK: Reading

  @Test(
    "The text of a field of a detection",
    arguments: [
      ("ID", "1"), ("IP", "10.0.0.1"), ("DNS_DATA.FQDN", "h.example.com"), ("TAGS.TAG.NAME", "a"), ("NEW", "text"),
      ("NEW.@kind", "k"), ("EMPTY", ""), ("DETECTION.QID", "11"), ("DETECTION.QDS", "64"),
      ("DETECTION.QDS.@severity", "HIGH"),
      ("DETECTION.ODD", "x"), ("DETECTION", ""), ("QID", nil), ("DETECTION.IP", nil), ("IP.IP", nil),
      ("NEW.@other", nil),
      ("DNS_DATA.HOSTNAME.X", nil), ("ip", nil), ("DETECTION.SEVERITY", nil), ("DETECTION_LIST", nil),
    ] as [(String, String?)]
  )
  func valueOfDetection(path: String, expected: String?) throws {
    #expect(try detections()[0].value(at: self.path(path)) == expected)
  }

  @Test(
    "The text of a field of a host",
    arguments: [
      ("IP", "10.0.0.1"), ("DETECTION_LIST.DETECTION.QID", "11"), ("DETECTION_LIST.DETECTION.SEVERITY", "5"),
      ("DETECTION.QID", "11"), ("DETECTION_LIST.DETECTION.QDS.@severity", "HIGH"), ("DETECTION_LIST", nil),
      ("QID", nil),
    ] as [(String, String?)]
  )
  func valueOfHost(path: String, expected: String?) throws {
    #expect(try host().value(at: self.path(path)) == expected)
  }

  // MARK: Setting

  @Test("A field gets another text, and the others stay", arguments: LogFormat.Naming.allCases)
  func set(naming: LogFormat.Naming) throws {
    let isSumo = naming == .sumo
    let hostile = "\"quo\\te\" 👩‍👩‍👧\n"
    for (path, place) in [
      ("IP", isSumo ? ["IP"] : ["IP"]), ("DNS_DATA.FQDN", isSumo ? ["DnsData", "Fqdn"] : ["DNS_DATA", "FQDN"]),
      ("NEW", isSumo ? ["New"] : ["NEW", "#text"]), ("NEW.@kind", isSumo ? ["NewKind"] : ["NEW", "@kind"]),
      ("DETECTION.QID", isSumo ? ["Detection", "Qid"] : ["DETECTION", "QID"]),
      ("EMPTY", isSumo ? ["Empty"] : ["EMPTY"]),
      ("DETECTION.QDS", isSumo ? ["Detection", "Qds"] : ["DETECTION", "QDS", "#text"]),
    ] {
      let before = try detections()[0]
      var after = before
      after.set(try self.path(path), to: hostile)
      #expect(after.value(at: try self.path(path)) == hostile)
      let expected = try log(before, naming: naming).replacing(place, with: .string(hostile))
      #expect(try log(after, naming: naming) == expected, "\(path)")
    }
  }

  @Test("A new field stands behind the others, under the name that it was given")
  func setNew() throws {
    for naming in LogFormat.Naming.allCases {
      var record = try detections()[1]
      for path in ["Team", "RISK_SCORE", "DETECTION.Source", "DNS_DATA.zone"] {
        record.set(try self.path(path), to: "v")
      }
      let log = try log(record, naming: naming)
      let isSumo = naming == .sumo
      #expect(log["Team"]?.string == "v" && log["RISK_SCORE"]?.string == "v")
      #expect(log[isSumo ? "Detection" : "DETECTION"]?.names.last == "Source")
      #expect(log[isSumo ? "DnsData" : "DNS_DATA"]?.names.last == "zone")
      #expect(log.names.last == (isSumo ? "Detection" : "DETECTION"))
    }
  }

  @Test("A field that was made can be read, and is made only once")
  func setTwice() throws {
    var record = try detections()[0]
    for path in ["Team", "TEAM_NAME", "DETECTION.Source"] {
      record.set(try self.path(path), to: "first")
      #expect(record.value(at: try self.path(path)) == "first")
      record.set(try self.path(path), to: "second")
      #expect(record.value(at: try self.path(path)) == "second")
    }
    let log = try log(record)
    #expect(log["Team"]?.string == "second" && log["TEAM_NAME"]?.string == "second")
    #expect(log["Detection"]?["Source"]?.string == "second")
  }

  @Test(
    "Through an element that is not there, or into a text, nothing is set",
    arguments: [
      "MISSING.FIELD", "DETECTION.MISSING.FIELD", "IP.PART", "DETECTION.QID.X", "NEW.@other",
    ]
  )
  func setNowhere(path: String) throws {
    var record = try detections()[0]
    let before = try log(record)
    record.set(try self.path(path), to: "v")
    #expect(try log(record) == before)
  }

  @Test("A text takes the place of what was in an element")
  func setContainer() throws {
    var record = try detections()[0]
    record.set(try path("DNS_DATA"), to: "gone")
    #expect(try log(record)["DnsData"]?.string == "gone")
    #expect(record.value(at: try path("DNS_DATA")) == "gone")
  }

  @Test("A field that repeats is set everywhere, and stays an array")
  func setRepeated() throws {
    var record = try detections()[0]
    record.set(try path("DETECTION.ODD"), to: "z")
    #expect(try log(record)["Detection"]?["Odd"] == .array([.string("z"), .string("z")]))
  }

  @Test("In a host, each detection is set")
  func setInHost() throws {
    for list in ["DETECTION_LIST.DETECTION", "DETECTION"] {
      var host = try host()
      host.set(try path("\(list).Source"), to: "vmdr")
      host.set(try path("\(list).SEVERITY"), to: "1")
      #expect(host.detectionCount == 2)
      let log = try log(host)
      #expect((0..<2).map { log["DetectionList"]?[$0]?["Source"]?.string } == ["vmdr", "vmdr"])
      #expect(log["DetectionList"]?[1]?["Severity"]?.string == "1")
    }
  }

  // MARK: Removing, renaming, keeping

  @Test(
    "A removed field is gone, with everything in it, and every time it comes",
    arguments: [
      ("IP", ["IP"]), ("DNS_DATA", ["DnsData"]), ("TAGS", ["Tags"]), ("NEW", ["New", "NewKind"]),
      ("NEW.@kind", ["NewKind"]), ("MISSING", []), ("DETECTION", ["Detection"]),
    ]
  )
  func remove(path: String, gone: [String]) throws {
    var record = try detections()[0]
    let before = try log(record)
    record.remove(try self.path(path))
    let after = try log(record)
    #expect(after.names == before.names.filter { !gone.contains($0) })
    // Without its names a host is called by its address.
    for name in after.names where name != "Hostname" { #expect(after[name] == before[name]) }
  }

  @Test("Of what repeats all are removed, also within")
  func removeRepeated() throws {
    var record = try detections()[0]
    record.remove(try path("DETECTION.ODD"))
    record.remove(try path("TAGS.TAG.NAME"))
    #expect(try log(record)["Detection"]?.names == ["Qid", "Qds", "QdsSeverity"])
    #expect(try log(record)["Tags"] == .array([.string(""), .string("")]))
    var host = try host()
    host.remove(try path("DETECTION_LIST.DETECTION.QID"))
    #expect(try log(host)["DetectionList"]?[0]?.names == ["Qds", "QdsSeverity", "Odd"])
    #expect(try log(host)["DetectionList"]?[1]?.names == ["Severity"])
  }

  @Test(
    "A renamed field keeps its place and its text, and is known by its new name",
    arguments: LogFormat.Naming.allCases
  )
  func rename(naming: LogFormat.Naming) throws {
    var record = try detections()[0]
    record.apply([
      .rename(try path("IP"), "address"), .rename(try path("DETECTION.ODD"), "EVEN"),
      .rename(try path("TAGS"), "labels"),
      .rename(try path("NEW.@kind"), "sort"),
    ])
    let before = try log(try detections()[0], naming: naming)
    let after = try log(record, naming: naming)
    #expect(after.names.firstIndex(of: "address") == before.names.firstIndex(of: "IP"))
    let isSumo = naming == .sumo
    let detection = after[isSumo ? "Detection" : "DETECTION"]
    #expect(detection?["EVEN"] == .array([.string("x"), .string("y")]))
    #expect(after["labels"] == before[isSumo ? "Tags" : "TAGS"], "a list is a list under any name")
    #expect(record.value(at: try path("address")) == "10.0.0.1")
    #expect(record.value(at: try path("DETECTION.EVEN")) == "x")
    #expect(record.value(at: try path("labels.TAG.NAME")) == "a")
    #expect(record.value(at: try path("IP")) == nil)
  }

  @Test("A field can be set and renamed at once")
  func setAndRename() throws {
    var record = try detections()[0]
    record.apply([.set(try path("IP"), "v"), .rename(try path("IP"), "address")])
    #expect(try log(record)["address"]?.string == "v")
  }

  @Test("Only what is kept stays, with what it stands in")
  func keep() throws {
    var record = try detections()[0]
    record.apply([.keep([try path("ID"), try path("DNS_DATA.FQDN"), try path("DETECTION.QDS"), try path("MISSING")])])
    #expect(
      try log(record)
        == StrictJSON(#"{"Id":"1","DnsData":{"Fqdn":"h.example.com"},"Detection":{"Qds":"64","QdsSeverity":"HIGH"}}"#)
    )
  }

  @Test("A detection stays a detection when only its host's fields are kept, also before it is split")
  func keepHostFields() throws {
    var record = try detections()[0]
    record.apply([.keep([try path("ID")])])
    #expect(try log(record) == StrictJSON(#"{"Id":"1","Detection":""}"#))
    var host = try host()
    host.apply([.keep([try path("ID")])])
    #expect(host.detectionCount == 2)
  }

  @Test("Some detections' field is kept in a host")
  func keepInHost() throws {
    var host = try host()
    host.apply([.keep([try path("DETECTION_LIST.DETECTION.QID")])])
    #expect(try log(host) == StrictJSON(#"{"DetectionList":[{"Qid":"11"},{"Qid":"12"}]}"#))
  }

  // MARK: What is not touched

  @Test("Records that share a change's memory are as they were", arguments: LogFormat.Naming.allCases)
  func othersAreUntouched(naming: LogFormat.Naming) throws {
    let host = try host()
    let detections = try detections()
    let before = (host.line(naming: naming).text, detections.map { $0.line(naming: naming).text })
    var changed = detections[0]
    changed.set(try path("IP"), to: "x")
    changed.remove(try path("DETECTION.QID"))
    #expect(host.line(naming: naming).text == before.0)
    #expect(detections.map { $0.line(naming: naming).text } == before.1)
  }

  @Test("A change that meets nothing, and none at all, leave a record as it was", arguments: LogFormat.Naming.allCases)
  func nothingToChange(naming: LogFormat.Naming) throws {
    let decoding = try Decoding(SmallPage([.everything(id: 1)]))
    let changes: [[FieldChange]] = [
      [], [.remove(try path("MISSING"))], [.rename(try path("MISSING.X"), "y")], [.set(try path("MISSING.X"), "y")],
    ]
    for change in changes {
      for detection in try decoding.detections() {
        var record = detection
        record.apply(change)
        #expect(record.line(naming: naming).text == detection.line(naming: naming).text)
        #expect(record.fields.mark == detection.fields.mark)
      }
      var host = decoding.hosts[0]
      host.apply(change)
      #expect(host.line(naming: naming).text == decoding.hosts[0].line(naming: naming).text)
    }
  }

  @Test("A long text in a file survives changes around it, and can be changed itself")
  func longText() throws {
    let text = String(repeating: "long ", count: 300_000) + "."
    let page = SmallPage(host: "<NOTE>\(text)</NOTE>", detection: "<QID>1</QID><RESULTS>\(text)</RESULTS>")
    var record = try #require(try Decoding(page).detections().first)
    let results = try path("DETECTION.RESULTS")
    record.set(try path("DETECTION.QID"), to: "2")
    record.remove(try path("NOTE"))
    #expect(record.value(at: results)?.utf8.count == text.utf8.count)
    #expect(record.line().byteCount > text.utf8.count)
    record.set(results, to: "short")
    #expect(try log(record)["Detection"] == StrictJSON(#"{"Qid":"2","Results":"short"}"#))
  }
}
