import Records
import Streaming
import TestSupport
import Testing

/// What a log looks like: the shape that Sumo Logic's own Qualys app reads, and Qualys' own names.
@Suite("Shape of a log")
struct LogShapeTests {
  /// The XML of the app's own sample.
  private static let sample = SmallPage([
    SmallPage.Host(
      """
      <ID>9816652</ID><IP>10.50.4.15</IP><NETBIOS><![CDATA[vmauditdev]]></NETBIOS>
      """,
      detections: [
        """
        <QID>216273</QID><TYPE>Potential</TYPE><SEVERITY>3</SEVERITY><SSL>0</SSL>
        <RESULTS><![CDATA[VMWare Build Version is  19832280]]></RESULTS><STATUS>New</STATUS>
        <FIRST_FOUND_DATETIME>2022-12-07T10:50:00Z</FIRST_FOUND_DATETIME>
        <LAST_FOUND_DATETIME>2022-12-07T10:50:00Z</LAST_FOUND_DATETIME><TIMES_FOUND>1</TIMES_FOUND>
        <LAST_TEST_DATETIME>2022-12-07T10:50:00Z</LAST_TEST_DATETIME>
        <LAST_UPDATE_DATETIME>2022-12-07T12:08:22Z</LAST_UPDATE_DATETIME><IS_IGNORED>0</IS_IGNORED>
        <IS_DISABLED>0</IS_DISABLED><LAST_PROCESSED_DATETIME>2022-12-07T12:08:22Z</LAST_PROCESSED_DATETIME>
        """
      ]
    )
  ])

  private static let detection = """
    "Detection":{"Qid":"216273","Type":"Potential","Severity":"3","Ssl":"0",\
    "Results":"VMWare Build Version is  19832280","Status":"New",\
    "FirstFoundDateTime":"2022-12-07T10:50:00Z","LastFoundDateTime":"2022-12-07T10:50:00Z","TimesFound":"1",\
    "LastTestDateTime":"2022-12-07T10:50:00Z","LastUpdateDateTime":"2022-12-07T12:08:22Z",\
    "IsIgnored":"0","IsDisabled":"0","LastProcessedDateTime":"2022-12-07T12:08:22Z"}
    """

  @Test("The app's own sample, byte for byte")
  func sample() throws {
    #expect(
      try Decoding(Self.sample).texts() == [
        """
        {"LogType":"vulnerabilityLogs","Timestamp":"2022-12-07T12:08:22Z","Id":"9816652","IP":"10.50.4.15",\
        "Netbios":"vmauditdev","Hostname":"vmauditdev",\(Self.detection)}
        """
      ]
    )
  }

  @Test("Without what we add, the log is the sample")
  func sampleMembers() throws {
    let expected = try StrictJSON(
      "{\"Id\":\"9816652\",\"IP\":\"10.50.4.15\",\"Hostname\":\"vmauditdev\",\(Self.detection)}"
    )
    #expect(try Self.sample.log().without("LogType", "Timestamp", "Netbios") == expected)
  }

  @Test("Qualys' own names, with @ and #text")
  func qualysNames() throws {
    let page = SmallPage(
      host: "<IP>10.0.0.1</IP><TAGS><TAG><NAME>a</NAME></TAG></TAGS><X_LIST/><NEW kind='k'>text</NEW>",
      detection: "<QDS severity=\"HIGH\">64</QDS><QDS_FACTORS><QDS_FACTOR name=\"CVSS\">7.7</QDS_FACTOR></QDS_FACTORS>"
    )
    #expect(
      try Decoding(page).texts(naming: .qualys) == [
        """
        {"LogType":"vulnerabilityLogs","Timestamp":"\(SmallPage.serverTime)","ID":"1","IP":"10.0.0.1",\
        "TAGS":{"TAG":[{"NAME":"a"}]},"X_LIST":{},"NEW":{"@kind":"k","#text":"text"},\
        "DETECTION":{"QDS":{"@severity":"HIGH","#text":"64"},\
        "QDS_FACTORS":{"QDS_FACTOR":[{"@name":"CVSS","#text":"7.7"}]}}}
        """
      ]
    )
  }

  @Test(
    "Names in the manner of Sumo Logic's source",
    arguments: [
      ("LAST_FOUND_DATETIME", "LastFoundDateTime"), ("IS_IGNORED", "IsIgnored"), ("QID", "Qid"), ("SSL", "Ssl"),
      ("IP", "IP"), ("OS", "OS"), ("DNS", "DNS"), ("ID", "Id"), ("IPV6", "Ipv6"), ("OS_CPE", "OsCpe"),
      ("EC2_INSTANCE_ID", "Ec2InstanceId"), ("DATETIME", "DateTime"), ("NEW_IN_2031", "NewIn2031"), ("A__B", "AB"),
    ]
  )
  func names(wire: String, written: String) { #expect(NameSpelling.sumo(wire) == written) }

  @Test(
    "A host with everything is valid in both namings, as detections and whole",
    arguments: LogFormat.Naming.allCases
  )
  func everything(naming: LogFormat.Naming) throws {
    let decoding = try Decoding(SmallPage([.everything(id: 1)]))
    for text in try decoding.texts(naming: naming) + decoding.hostTexts(naming: naming) { _ = try StrictJSON(text) }
    #expect(try decoding.report.drift == 0)
    let log = try SmallPage([.everything(id: 1)]).everythingLog()
    #expect(log["OS"]?.string == "Windows Server 2022 <Köln> & 64 bit")
    #expect(log["AssetGroupList"] == .array([]))
    #expect(log["Tags"]?[1]?["Name"]?.string == "b")
    #expect(log["Metadata"]?["Ec2"]?[0]?["Value"]?.string?.isEmpty == true)
    #expect(log["CloudProviderTags"]?[0]?["Name"]?.string == "team")
    #expect(log["NewIn2031"]?.string == "some text" && log["NewIn2031Kind"]?.string == "a&b")
    #expect(log["DnsData"]?["Fqdn"]?.string == "srv-1.example.com")
    #expect(log["Detection"]?["Results"]?.string == "one\ttwo\n\nthree &quot;four&quot;")
    #expect(log["Detection"]?["QdsFactors"]?[0]?["Name"]?.string == "CVSS")
    #expect(log["Detection"]?["QdsSeverity"]?.string == "HIGH")
    #expect(log["Detection"]?["UniqueVulnId"]?.string == "9137434378")
  }

  @Test("A whole host's log has its detections in a list")
  func wholeHost() throws {
    let page = SmallPage([
      SmallPage.Host(id: 1, "<IP>i</IP>", detections: ["<QID>1</QID>", "<QID>2</QID>"]), SmallPage.Host(id: 2),
    ])
    #expect(
      try Decoding(page).hostTexts() == [
        #"{"LogType":"vulnerabilityLogs","Timestamp":"2026-11-21T10:00:00Z","Id":"1","IP":"i","#
          + #""Hostname":"i","DetectionList":[{"Qid":"1"},{"Qid":"2"}]}"#,
        #"{"LogType":"vulnerabilityLogs","Timestamp":"2026-11-21T10:00:00Z","Id":"2","DetectionList":[]}"#,
      ]
    )
    #expect(
      try Decoding(page).hostTexts(naming: .qualys).last
        == #"{"LogType":"vulnerabilityLogs","Timestamp":"2026-11-21T10:00:00Z","ID":"2","DETECTION_LIST":{"DETECTION":[]}}"#
    )
  }

  @Test("Detections of one host and of the next do not take each other's fields")
  func manyDetections() throws {
    let page = SmallPage(
      (1...3).map { (id: Int) in
        SmallPage.Host(id: id, "<IP>10.0.0.\(id)</IP>", detections: (0..<3).map { "<QID>\(id)\($0)</QID>" })
      }
    )
    let logs = try Decoding(page).texts().map { try StrictJSON($0) }
    #expect(logs.map { $0["Id"]?.string } == ["1", "1", "1", "2", "2", "2", "3", "3", "3"])
    let addresses = logs.compactMap { $0["IP"]?.string }
    #expect(zip(logs, addresses).allSatisfy { log, address in address == "10.0.0.\(log["Id"]?.string ?? "")" })
    let numbers = logs.compactMap { $0["Detection"]?["Qid"]?.string }
    #expect(numbers == ["10", "11", "12", "20", "21", "22", "30", "31", "32"])
  }
}

extension SmallPage {
  /// The log of the first detection.
  fileprivate func everythingLog() throws -> StrictJSON { try StrictJSON(Decoding(self).texts()[0]) }
}
