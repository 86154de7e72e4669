import Records
import Simulator
import Stages
import State
import Streaming
import TestSupport
import Testing

/// `add-event-id`: what its ids are hashed from, and what makes them differ.
@Suite("add-event-id")
struct EventIDTests {
  /// The ids of records.
  private func ids<R: LogRecord>(_ records: [R], platform: String = "US2") throws -> [[String]] {
    try StageRun(AddEventID<R>(platform: platform), on: records).records.map { record in
      try ["entity_id", "event_id"].map { name in
        let path = try #require(FieldPath(name))
        return try #require(record.value(at: path))
      }
    }
  }

  private func ids(_ page: SmallPage, platform: String = "US2", chunk: Int = 64 * 1024) throws -> [[String]] {
    try ids(Decoding(page, chunk: chunk).detections(), platform: platform)
  }

  // MARK: Vectors

  /// Computed by hand with another program, after the words of ``CanonicalForm`` and ``EventIDs``: `(n)` is a
  /// length, a letter and a digit are the bytes of a node's kind and depth.
  @Test("Ids of detections never change")
  func detectionVectors() throws {
    // host = e1(2)ID(1)7 e1(2)IP(8)10.0.0.1 e1(4)TAGS(0) e2(3)TAG(0) e3(4)NAME(7)Größe
    let host = "<ID>7</ID> <IP>10.0.0.1</IP>\n<TAGS><TAG><NAME><![CDATA[Größe]]></NAME></TAG></TAGS>"
    // content = (32)SHA-256(host) e2(9)DETECTION(0) e3(14)UNIQUE_VULN_ID(10)9137434378 … e3(3)QDS(0)
    //           a4(8)severity(4)HIGH t4(0)(2)64 e3(7)RESULTS(5) a⇥b … and the two times
    // event = SHA-256 of (16)US2-7-9137434378 content
    let own = """
      <UNIQUE_VULN_ID>9137434378</UNIQUE_VULN_ID><QID> 216273 </QID><QDS severity="HIGH">64</QDS>
      <RESULTS><![CDATA[ a\tb ]]></RESULTS><LAST_UPDATE_DATETIME>2026-11-20T10:51:00Z</LAST_UPDATE_DATETIME>
      <LAST_PROCESSED_DATETIME>2026-11-20T10:52:00Z</LAST_PROCESSED_DATETIME>
      """
    // content = (32)SHA-256(host) e2(9)DETECTION(0) e3(3)QID(5)38170 e3(4)PORT(3)443 e3(8)PROTOCOL(3)tcp
    let without = "<QID>38170</QID><PORT>443</PORT><PROTOCOL>tcp</PROTOCOL>"
    #expect(
      try ids(SmallPage([SmallPage.Host(host, detections: [own, without])])) == [
        ["US2-7-9137434378", "CHR9FMqqGTmePyExPrQVNw"],
        // (9)detection (3)US2 (1)7 (5)38170 (3)443 (3)tcp (0) (0) (0) (0)
        // (22)8DkGV1… content
        ["8DkGV1XKTngRUGVb-65i9g", "M6e9ejO6B-Rg-qkg1L3apw"],
      ]
    )
  }

  @Test("Ids of KnowledgeBase entries never change")
  func entryVector() throws {
    // content = e1(3)QID(6)316760 e1(5)TITLE(1)T e1(4)CVSS(0) e2(4)BASE(0) a3(6)source(7)service t3(0)(3)7.5
    let entry = "<QID>316760</QID><TITLE>T</TITLE><CVSS><BASE source=\"service\">7.5</BASE></CVSS>"
    // event = SHA-256 of (10)QID-316760 content
    #expect(
      try ids(EntryDecoding(SmallKnowledgeBase(entry)).entries)
        == [["QID-316760", "uhcDgablv8RoOrSZtQvXNg"]]
    )
  }

  @Test("Ids of assets never change")
  func assetVector() throws {
    // content = b1(7)assetId(8)67538043 s1(7)dnsName(7)a\u00e9 o1(15)operatingSystem(0) b2(6)osName(4)null
    //           l1(8)easmTags(0) s2(0)(1)x o2(0)(0) b3(1)n(4)1.50
    let asset = """
      { "assetId" : 67538043, "dnsName":"first","dnsName":"a\\u00e9","operatingSystem":{"osName":null},
        "easmTags":["x",{"n":1.50}]}
      """
    // event = SHA-256 of (18)US2-asset-67538043 content
    #expect(
      try ids(AssetDecoding(asset: asset).assets)
        == [["US2-asset-67538043", "PjV0k48gORuFfLlaSFOm_g"]]
    )
  }

  @Test("What is no number, and a platform that is no short word, are hashed")
  func oddNumbers() throws {
    func entity(id: String = "7", unique: String, platform: String = "US2") throws -> String {
      let detection = "<UNIQUE_VULN_ID>\(unique)</UNIQUE_VULN_ID>"
      return try ids(SmallPage([SmallPage.Host("<ID>\(id)</ID>", detections: [detection])]), platform: platform)[0][0]
    }
    // (9)detection (3)US2 (1)7 (3)91a
    #expect(try entity(unique: "91a") == "i3O3UbmVtzjJT5BYuOVFXA")
    #expect(try entity(unique: "91", platform: "") == "7-91")
    #expect(try entity(unique: String(repeating: "9", count: 20)) == "US2-7-99999999999999999999")
    let odd = [
      try entity(unique: "9 1"), try entity(unique: "-91"), try entity(unique: "٩"), try entity(id: "7x", unique: "91"),
      try entity(id: "", unique: "91"), try entity(unique: String(repeating: "9", count: 21)),
      try entity(unique: "91", platform: "US-2"), try entity(unique: "91", platform: "ÜS2"),
      try entity(unique: "91", platform: String(repeating: "P", count: 17)),
    ]
    #expect(odd.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9_-]{22}/) != nil } && Set(odd).count == odd.count)
    // (14)knowledge-base (1)x, and (5)asset (3)a b (8)67538043
    let entry = try ids(EntryDecoding(SmallKnowledgeBase("<QID>x</QID>")).entries)
    #expect(entry[0][0] == "zRIrlckFKU_06U696psi4Q")
    let asset = try ids(AssetDecoding(asset: #"{"assetId":67538043}"#).assets, platform: "a b")
    #expect(asset[0][0] == "JAgvLaZLWf3yox8Scz5r6A")
  }

  @Test("Detections of one host with and without numbers do not disturb each other")
  func mixed() throws {
    let detections = ["1", "a", "2", "", "1"].map { "<UNIQUE_VULN_ID>\($0)</UNIQUE_VULN_ID><QID>11</QID>" }
    let all = try ids(SmallPage([SmallPage.Host("<ID>7</ID>", detections: detections)]))
    #expect([0, 2, 4].map { all[$0][0] } == ["US2-7-1", "US2-7-2", "US2-7-1"])
    for (number, detection) in detections.enumerated() {
      #expect(try ids(SmallPage([SmallPage.Host("<ID>7</ID>", detections: [detection])]))[0] == all[number])
    }
  }

  // MARK: What makes them differ

  private static let detection = """
    <UNIQUE_VULN_ID>1</UNIQUE_VULN_ID><QID>11</QID><QDS severity="HIGH">64</QDS><RESULTS>r</RESULTS>
    <LAST_UPDATE_DATETIME>2026-11-20T10:51:00Z</LAST_UPDATE_DATETIME>
    <LAST_PROCESSED_DATETIME>2026-11-20T10:52:00Z</LAST_PROCESSED_DATETIME>
    """
  private static let host = "<ID>7</ID><IP>10.0.0.1</IP><TAGS><TAG><NAME>a</NAME></TAG></TAGS>"

  private func ids(host: String = host, detection: String = detection, platform: String = "US2") throws -> [String] {
    try ids(SmallPage([SmallPage.Host(host, detections: [detection])]), platform: platform)[0]
  }

  @Test(
    "Another content at the same times is another event of the same entity",
    arguments: [
      (host, detection.replacing(">64<", with: ">65<")), (host, detection.replacing("HIGH", with: "LOW")),
      (host, detection.replacing("severity", with: "Severity")), (host, detection.replacing(">r<", with: ">r <")),
      (host, detection + "<NEW/>"), (host, detection.replacing("T10:52", with: "T10:53")),
      (host.replacing(">a<", with: ">b<"), detection), (host.replacing("</TAGS>", with: "<TAG/></TAGS>"), detection),
      (host + "<OS/>", detection), (host.replacing("TAGS>", with: "TAGZ>"), detection),
      // The same texts and names at another depth.
      (host.replacing("<NAME>a</NAME></TAG>", with: "</TAG><NAME>a</NAME>"), detection),
      // A text that moves over a border between host and detection, or between names and texts.
      (host, detection.replacing("<QID>", with: "<OS/><QID>")),
    ]
  )
  func otherContent(host: String, detection: String) throws {
    let (before, after) = (try ids(), try ids(host: host, detection: detection))
    #expect(before[0] == after[0] && before[1] != after[1])
  }

  @Test("What a detection is about makes its entity")
  func otherEntity() throws {
    let without = Self.detection.replacing("<UNIQUE_VULN_ID>1</UNIQUE_VULN_ID>", with: "")
    var all = [
      try ids(), try ids(platform: "US3"), try ids(platform: ""),
      try ids(host: Self.host.replacing(">7<", with: ">8<")),
      try ids(detection: Self.detection.replacing("ID>1<", with: "ID>2<")), try ids(detection: without),
    ]
    for name in ["PORT", "PROTOCOL", "SERVICE", "FQDN", "SSL", "INSTANCE"] {
      all.append(try ids(detection: without + "<\(name)>1</\(name)>"))
    }
    #expect(Set(all.map { $0[0] }).count == all.count && Set(all.map { $0[1] }).count == all.count)
    // An empty UNIQUE_VULN_ID is none.
    #expect(try ids(detection: "<UNIQUE_VULN_ID/>" + without)[0] == ids(detection: without)[0])
    // With an id of its own, what else tells detections apart is content.
    #expect(try ids(detection: Self.detection + "<PORT>1</PORT>")[0] == ids()[0])
  }

  @Test("White space between elements, CDATA and replaced characters' count are no content")
  func sameContent() throws {
    let spaced = Self.host.replacing("><", with: ">\n  <")
    #expect(try ids(host: spaced, detection: Self.detection.replacing(">r<", with: "><![CDATA[r]]><")) == ids())
    let broken = Self.detection.replacing(">r<", with: ">\u{1}<")
    #expect(try ids(detection: broken) == ids(detection: broken.replacing("\u{1}", with: "\u{FFFD}")))
  }

  // MARK: Cuts and orders

  @Test(
    "Ids do not depend on chunks and batches, nor on whether a long text lies in a file",
    arguments: [1, 100, 4096]
  )
  func anyCut(chunk: Int) throws {
    let answer = DetectionsSimulation(hosts: 4, seed: 3).page()
    let whole = try ids(Decoding(answer).detections())
    #expect(!whole.isEmpty && Set(whole.map { $0[1] }).count == whole.count)
    #expect(try ids(Decoding(answer, chunk: chunk).detections()) == whole)
    #expect(try Decoding(answer).detections().map { try ids([$0])[0] } == whole)
  }

  @Test("A text in a file is content like any other")
  func longText() throws {
    let long = String(repeating: "long ", count: 300_000)
    func detection(_ end: String) -> String { Self.detection.replacing(">r<", with: ">\(long)\(end)<") }
    let first = try ids(detection: detection("a"))
    #expect(first[0] == (try ids())[0])
    #expect(try ids(detection: detection("a")) == first)
    #expect(try ids(detection: detection("b"))[1] != first[1])
    let records = try Decoding(SmallPage([SmallPage.Host(Self.host, detections: [detection("a")])])).detections()
    #expect(records[0].fields.hasSpilledText)
    let record = try StageRun(AddEventID<Detection>(), on: records).records[0]
    #expect(record.fields.hasSpilledText && record.line().byteCount > long.utf8.count)
  }

  @Test("A host in parts gives the same ids as the same detections in a small one")
  func parts() throws {
    let results = String(repeating: "x", count: 3000)
    let detections = (0..<300).map { "<QID>\($0)</QID><RESULTS>\(results)</RESULTS>" }
    let decoding = try Decoding(SmallPage([SmallPage.Host(Self.host, detections: detections)]))
    #expect(decoding.hosts.count > 1)
    let parts = try ids(decoding.detections())
    for number in [0, 150, 299] {
      #expect(try ids(host: Self.host, detection: detections[number]) == parts[number])
    }
  }

  @Test("Joining before or after, and filtering, change no id; ids that are there are found anew")
  func orders() throws {
    let detections = try Decoding(DetectionsSimulation(hosts: 4, seed: 3).page()).detections()
    let first = try ids(detections)
    let joined = KnowledgeBaseJoin.attach(to: ContiguousArray(detections)) { _, tape in tape.append(.missing) }
    #expect(try ids(Array(joined)) == first)
    #expect(try ids(Array(detections.dropFirst(3))) == Array(first.dropFirst(3)))
    let twice = try StageRun(AddEventID<Detection>(platform: "US2"), on: detections).records
    #expect(try ids(twice) == first)
    let thrice = try StageRun(AddEventID<Detection>(platform: "US2"), on: twice).records
    #expect(twice.map { $0.line().text } == thrice.map { $0.line().text })
  }

  // MARK: Where they stand

  @Test("Ids stand behind Timestamp, and nothing else changes", arguments: LogFormat.Naming.allCases)
  func place(naming: LogFormat.Naming) throws {
    func check<R: LogRecord>(_ records: [R]) throws {
      let after = try StageRun(AddEventID<R>(), on: records).records
      #expect(!records.isEmpty)
      for (record, after) in zip(records, after) {
        let log = try StrictJSON(after.line(naming: naming).text)
        let names = log.names.prefix { $0 != "entity_id" }
        #expect(
          names.last == "event_id" && Array(names.dropLast()) == ["LogType", "Timestamp"].filter(log.names.contains)
        )
        #expect(log["event_id"]?.string?.wholeMatch(of: /[A-Za-z0-9_-]{22}/) != nil)
        let entity = /QID-[0-9]+|asset-[0-9]+|[0-9]+-[0-9]+|[A-Za-z0-9_-]{22}/
        #expect(log["entity_id"]?.string?.wholeMatch(of: entity) != nil)
        #expect(try log.without("event_id", "entity_id") == StrictJSON(record.line(naming: naming).text))
        #expect(after.fields.mark == record.fields.mark)
      }
    }
    try check(SimulatedRecords.detections[0].records)
    try check(SimulatedEntries.entries[0].records)
    try check(AssetDecoding(AssetsSimulation(assets: 12, seed: 9).page()).assets)
  }

  @Test("No records, no ids")
  func empty() throws {
    #expect(try StageRun(AddEventID<Detection>(), on: []).records.isEmpty)
  }

  // MARK: Records that are not what was decoded

  @Test("A changed record is refused, and so is one that was not decoded in full")
  func changed() throws {
    let path = try #require(FieldPath("IP"))
    var changed = try Decoding(SmallPage([.everything(id: 1)])).detections()
    changed[1].remove(path)
    #expect(throws: AddEventID<Detection>.ChangedRecord.self) { try ids(changed) }
    // What is split off a changed host, and what is joined to a changed record, is changed.
    var host = try Decoding(SmallPage([.everything(id: 1)])).hosts[0]
    host.set(path, to: "x")
    let split = try StageRun(SplitDetections(), on: [host]).records
    #expect(throws: AddEventID<Detection>.ChangedRecord.self) { try ids(split) }
    let joined = KnowledgeBaseJoin.attach(to: ContiguousArray(split)) { _, tape in tape.append(.missing) }
    #expect(throws: AddEventID<Detection>.ChangedRecord.self) { try ids(Array(joined)) }
    let asset = #"{"assetId":1,"softwareListData":{"software":[{"fullName":"a"}]}}"#
    let flat = try StageRun(FlattenSoftware(), on: AssetDecoding(asset: asset).assets).records
    #expect(throws: AddEventID<Asset>.ChangedRecord.self) { try ids(flat) }
    let excluded = try #require(FieldPath("softwareListData"))
    let chosen = try AssetDecoding(asset: asset, choice: FieldChoice(exclude: [excluded]))
    #expect(throws: AddEventID<Asset>.ChangedRecord.self) { try ids(chosen.assets) }
  }

  @Test("Ids stay with a record that is changed, flattened or split into parts behind them")
  func changedLater() throws {
    var record = try StageRun(AddEventID<Detection>(), on: SimulatedRecords.detections[0].records).records[0]
    let (event, entity) = (try #require(FieldPath("event_id")), try #require(FieldPath("entity_id")))
    let before = (record.value(at: event), record.value(at: entity))
    record.apply([.rename(try #require(FieldPath("IP")), "Address"), .set(try #require(FieldPath("Team")), "secops")])
    #expect(record.value(at: event) == before.0 && record.value(at: entity) == before.1)
    #expect(try StrictJSON(record.line().text).names.prefix(4) == ["LogType", "Timestamp", "event_id", "entity_id"])
    record.apply([.keep([entity])])
    #expect(try StrictJSON(record.line().text).names == ["LogType", "Timestamp", "entity_id", "Detection"])

    let asset = #"{"assetId":1,"softwareListData":{"software":[{"fullName":"a"}]}}"#
    let assets = try StageRun(AddEventID<Asset>(), on: AssetDecoding(asset: asset).assets).records
    let flat = try StageRun(FlattenSoftware(), on: assets).records
    #expect(flat[0].value(at: event) == assets[0].value(at: event))
    #expect(flat[0].line().text.hasSuffix(#""assetId":1,"softwareListData":["a"]}"#))
  }

  @Test("Ids stay with an asset of which diff-ports leaves less, and none are made behind it")
  func portsLater() throws {
    let event = try #require(FieldPath("event_id"))
    let state = MemoryState()
    func diffed(_ day: String, _ lastUpdated: String, hasIDs: Bool) throws -> (before: Asset, after: Asset) {
      let ports = #"{"openPort":[{"port":1,"lastUpdated":"\#(lastUpdated)"}]}"#
      let asset = #"{"assetId":1,"lastModifiedDate":"\#(day)","openPortListData":\#(ports)}"#
      var assets = try AssetDecoding(asset: asset).assets
      if hasIDs { assets = try StageRun(AddEventID<Asset>(), on: assets).records }
      let page = RecordedPage(assets)
      var stage = try DiffPorts(.of(DiffPorts.component))
      var outlet = Outlet<Asset>()
      try stage.process(page.batches(of: 1)[0], into: &outlet, memory: state.memory("diff-ports", of: "s"))
      try state.commit(page.page, marks: 1, of: "s", progress: .init(cursor: []))
      return (assets[0], outlet.take()[0])
    }
    _ = try diffed("2026-11-10T00:00:00Z", "2026-11-01T00:00:00Z", hasIDs: true)
    let (before, after) = try diffed("2026-11-11T00:00:00Z", "2026-11-01T00:00:00Z", hasIDs: true)
    #expect(after.line().text.hasSuffix(#""openPortListData":{"openPort":[]}}"#))
    #expect(after.value(at: event) == before.value(at: event) && after.value(at: event) != nil)
    let plain = try diffed("2026-11-12T00:00:00Z", "2026-11-01T00:00:00Z", hasIDs: false).after
    #expect(throws: AddEventID<Asset>.ChangedRecord.self) { try ids([plain]) }
  }
}
