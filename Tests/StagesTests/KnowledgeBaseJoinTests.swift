import Records
import Simulator
import Stages
import Streaming
import TestSupport
import Testing

/// Entries beside detections.
@Suite("Joining the KnowledgeBase")
struct KnowledgeBaseJoinTests {
  private static let everything = SmallKnowledgeBase(
    SmallKnowledgeBase.everything.replacing("<QID>316760<", with: "<QID>216273<")
  )

  private func entry(_ fields: String...) throws -> JoinedEntry {
    let entry = try EntryDecoding(Self.everything).entries[0]
    return JoinedEntry(entry, fields: fields.isEmpty ? nil : try fields.map { try #require(FieldPath($0)) })
  }

  private func detections() throws -> [Detection] { try Decoding(SmallPage([.everything(id: 1)])).detections() }

  private func joined(_ detections: [Detection], _ entries: [String: JoinedEntry]) -> [Detection] {
    Array(
      KnowledgeBaseJoin.attach(to: ContiguousArray(detections)) { qid, tape in
        tape.append(qid.flatMap { entries[String($0)] } ?? .missing)
      }
    )
  }

  private func log(_ record: Detection, _ naming: LogFormat.Naming = .sumo) throws -> StrictJSON {
    try StrictJSON(record.line(naming: naming).text)
  }

  @Test("An entry is the last member of a log, as it is in a log of its own", arguments: LogFormat.Naming.allCases)
  func wholeEntry(naming: LogFormat.Naming) throws {
    let before = try detections()
    let after = try joined(before, ["216273": entry()])
    let name = naming == .sumo ? "KnowledgeBase" : "KNOWLEDGE_BASE"
    let own = try StrictJSON(EntryDecoding(Self.everything).texts(naming: naming)[0]).without("LogType", "Timestamp")
    let log = try log(after[0], naming)
    #expect(log[name] == own && log.names.last == name)
    #expect(try log.without(name) == self.log(before[0], naming))
    // The other one's QID has no entry.
    let missing = try self.log(after[1], naming)
    #expect(try missing[name] == StrictJSON(naming == .sumo ? #"{"Missing":"1"}"# : #"{"MISSING":"1"}"#))
    #expect(try missing.without(name) == self.log(before[1], naming))
  }

  @Test("Only the chosen fields of an entry are joined")
  func chosenFields() throws {
    let record = try joined(detections(), ["216273": entry("TITLE", "SEVERITY_LEVEL", "CVE_LIST.CVE.ID", "CVSS.BASE")])[
      0
    ]
    #expect(
      try log(record)["KnowledgeBase"]
        == StrictJSON(
          """
          {"SeverityLevel":"3","Title":"Küche <XE> & \\"more\\"","CveList":[{"Id":"CVE-2020-3403"},{"Id":"CVE-2020-3404"}],
           "Cvss":{"Base":"7.5","BaseSource":"service"}}
          """
        )
    )
    #expect(try log(joined(detections(), ["216273": entry("MISSING.FIELD")])[0])["KnowledgeBase"] == StrictJSON("{}"))
    let less = try entry().keeping([#require(FieldPath("QID"))]).keeping([#require(FieldPath("QID"))])
    #expect(try log(joined(detections(), ["216273": less])[0])["KnowledgeBase"] == StrictJSON(#"{"Qid":"216273"}"#))
  }

  @Test("An entry's fields are read under KNOWLEDGE_BASE")
  func paths() throws {
    let records = try joined(detections(), ["216273": entry()])
    func value(_ path: String, of record: Detection = records[0]) throws -> String? {
      record.value(at: try #require(FieldPath(path)))
    }
    #expect(try value("KNOWLEDGE_BASE.TITLE") == #"Küche <XE> & "more""#)
    #expect(try value("KNOWLEDGE_BASE.CVE_LIST.CVE.ID") == "CVE-2020-3403")
    #expect(try value("KNOWLEDGE_BASE.CVSS.BASE.@source") == "service")
    #expect(try value("KNOWLEDGE_BASE.MISSING") == nil)
    #expect(try value("KNOWLEDGE_BASE.MISSING", of: records[1]) == "1")
    #expect(try value("TITLE") == nil && value("DETECTION.QID") == "216273" && value("IP") == "10.0.0.1")
    #expect(try value("KNOWLEDGE_BASE.TITLE", of: detections()[0]) == nil)
    let conditions: KeyValuePairs<String, OptionValue> = [
      "field": .text("KNOWLEDGE_BASE.SEVERITY_LEVEL"), "at-least": .text("3"),
    ]
    #expect(
      try StageRun(Filter<Detection>(.of(Filter<Detection>.component, conditions)), on: records).records.count == 1
    )
  }

  // MARK: Arenas

  @Test("Detections of one arena share its copy and each entry in it; others have their own")
  func arenas() throws {
    let detections = try Decoding(DetectionsSimulation(hosts: 3, seed: 3, detectionsPerHost: 20).page()).detections()
    let title = try entry("TITLE")
    let shared = Array(KnowledgeBaseJoin.attach(to: ContiguousArray(detections)) { _, tape in tape.append(title) })
    func arenas(_ records: [Detection]) -> [ObjectIdentifier] { records.map { ObjectIdentifier($0.fields.arena) } }
    #expect(Set(arenas(shared)).count == Set(arenas(detections)).count)
    #expect(Set(detections.map(KnowledgeBaseJoin.qid)).count < detections.count, "some QID comes twice")
    for arena in Set(arenas(shared)) {
      let records = shared.filter { ObjectIdentifier($0.fields.arena) == arena }
      let qids = Set(records.map(KnowledgeBaseJoin.qid))
      #expect(Set(records.map(\.fields.joined)).count == qids.count)
    }

    // Each in an arena of its own, and all of them among those that share one.
    let path = try #require(FieldPath("IP"))
    let changed = detections.map { detection in
      var detection = detection
      detection.set(path, to: "10.0.0.1")
      return detection
    }
    let mixed = zip(detections, changed).flatMap { [$0, $1] }
    #expect(Set(arenas(joined(mixed, [:]))).count == Set(arenas(mixed)).count, "each arena is copied once")
    let texts = joined(mixed, [:]).map { $0.line().text }
    #expect(texts == mixed.map { $0.line().text.dropLast() + #","KnowledgeBase":{"Missing":"1"}}"# })
  }

  @Test("No detections, nothing joined")
  func empty() { #expect(joined([], [:]).isEmpty) }

  @Test("What is joined twice is what was joined last")
  func twice() throws {
    let records = try joined(joined(detections(), [:]), ["216273": entry("QID")])
    #expect(try log(records[0])["KnowledgeBase"] == StrictJSON(#"{"Qid":"216273"}"#))
  }

  @Test(
    "A QID is a number in plain digits",
    arguments: [
      ("11", 11), ("0", 0), ("18446744073709551615", .max), ("18446744073709551616", nil),
      ("99999999999999999999", nil),
      ("", nil), ("011", nil), ("+11", nil), ("1 1", nil), ("1a", nil), ("-1", nil), ("1.0", nil),
    ] as [(String, UInt64?)]
  )
  func qid(text: String, qid: UInt64?) throws {
    let detection = try Decoding(SmallPage(detection: "<QID>\(text)</QID>")).detections()[0]
    #expect(KnowledgeBaseJoin.qid(of: detection) == qid)
  }

  @Test("A detection without a QID leaves as it came, marked missing")
  func noQID() throws {
    let records = try joined(Decoding(SmallPage(detection: "<SEVERITY>1</SEVERITY>")).detections(), ["1": entry()])
    #expect(try log(records[0])["KnowledgeBase"] == StrictJSON(#"{"Missing":"1"}"#))
  }

  @Test("Lines of a batch are what each would be alone", arguments: LogFormat.Naming.allCases)
  func repeatedEntries(naming: LogFormat.Naming) throws {
    let decoding = try EntryDecoding(SimulatedEntries.answers[0])
    let qid = try #require(FieldPath("QID"))
    var entries: [String: JoinedEntry] = [:]
    for entry in decoding.entries { entries[entry.value(at: qid) ?? ""] = JoinedEntry(entry) }
    let detections = try Decoding(DetectionsSimulation(hosts: 3, seed: 3, detectionsPerHost: 20).page()).detections()
    // Twice, so that each entry comes again.
    let records = joined(detections + detections, entries)
    let title = try #require(FieldPath("KNOWLEDGE_BASE.TITLE"))
    #expect(records.contains { $0.value(at: title) != nil })
    let lines = try StageRun(EncodeJSON<Detection>(naming: naming), on: records).records
    for (line, record) in zip(lines, records) {
      // Too long to be shown where it differs.
      let isEqual = line.text == record.line(naming: naming).text
      #expect(isEqual)
      _ = try StrictJSON(line.text)
    }
  }

  @Test("Long texts in files, before and within what is joined")
  func longTexts() throws {
    let long = String(repeating: "long ", count: 300_000) + "."
    let page = SmallPage([
      SmallPage.Host(id: 1, detections: ["<QID>1</QID><RESULTS>\(long)</RESULTS>", "<QID>1</QID>", "<QID>2</QID>"])
    ])
    let answer = SmallKnowledgeBase("<QID>1</QID><TITLE>t</TITLE>", "<QID>2</QID><DIAGNOSIS>\(long)</DIAGNOSIS>")
    let entries = try EntryDecoding(answer).entries.map { JoinedEntry($0) }
    let records = joined(try Decoding(page).detections(), ["1": entries[0], "2": entries[1]])
    #expect(records.map(\.fields.hasSpilledText) == [true, false, true])
    let lines = try StageRun(EncodeJSON<Detection>(), on: records + records).records
    let logs = try lines.map { try StrictJSON($0.bytes) }
    for (number, log) in logs.enumerated() {
      #expect(log["KnowledgeBase"]?["Qid"]?.string == (number % 3 == 2 ? "2" : "1"))
      #expect(log["Detection"]?["Results"]?.string?.utf8.count == (number % 3 == 0 ? long.utf8.count : nil))
      #expect(log["KnowledgeBase"]?["Diagnosis"]?.string?.utf8.count == (number % 3 == 2 ? long.utf8.count : nil))
    }
  }

  // MARK: Changes

  @Test("Fields under KNOWLEDGE_BASE can be set, removed, renamed and kept, in one record and no other")
  func changes() throws {
    func path(_ text: String) throws -> FieldPath { try #require(FieldPath(text)) }
    let shared = try joined(detections() + detections(), ["216273": entry("TITLE", "QID", "CVE_LIST.CVE.ID")])
    let untouched = shared[2].line().text
    var record = shared[0]
    record.set(try path("KNOWLEDGE_BASE.TITLE"), to: "other")
    record.set(try path("KNOWLEDGE_BASE.Source"), to: "kb")
    record.apply([
      .remove(try path("KNOWLEDGE_BASE.CVE_LIST.CVE")), .rename(try path("KNOWLEDGE_BASE.QID"), "Number"),
    ])
    #expect(
      try log(record)["KnowledgeBase"]
        == StrictJSON(#"{"Number":"216273","Title":"other","CveList":[],"Source":"kb"}"#)
    )
    #expect(record.value(at: try path("KNOWLEDGE_BASE.Number")) == "216273")
    #expect(shared[2].line().text == untouched)

    record = shared[0]
    record.apply([.keep([try path("ID"), try path("KNOWLEDGE_BASE.TITLE")])])
    #expect(try log(record).without("LogType", "Timestamp").names == ["Id", "Detection", "KnowledgeBase"])
    #expect(try log(record)["KnowledgeBase"]?.names == ["Title"])
    record.apply([.rename(try path("KNOWLEDGE_BASE"), "Details")])
    #expect(try log(record)["Details"]?.names == ["Title"])
    record.remove(try path("Details"))
    #expect(try log(record)["Details"] == nil)
    record = shared[0]
    record.apply([.keep([try path("ID")])])
    #expect(try log(record)["KnowledgeBase"] == nil && record.fields.joined.isEmpty)
  }

  @Test("A log can be dated by its entry, and a dead letter has all of it")
  func timestamp() throws {
    let records = try joined(detections(), ["216273": entry()])
    let path = try #require(FieldPath("KNOWLEDGE_BASE.PUBLISHED_DATETIME"))
    let lines = try StageRun(EncodeJSON<Detection>(timestamp: path), on: records).records
    #expect(try StrictJSON(lines[0].text)["Timestamp"]?.string == "2020-10-07T12:11:44Z")
    #expect(try StrictJSON(lines[1].text)["Timestamp"]?.string == SmallPage.serverTime)
  }
}
