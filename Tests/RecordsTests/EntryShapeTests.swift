import Records
import Stages
import Streaming
import TestSupport
import Testing

/// What the log of a KnowledgeBase entry looks like.
@Suite("Shape of a KnowledgeBase entry's log")
struct EntryShapeTests {
  @Test("Every element, byte for byte")
  func everything() throws {
    let decoding = try EntryDecoding(SmallKnowledgeBase(SmallKnowledgeBase.everything))
    #expect(
      try decoding.texts() == [
        """
        {"LogType":"knowledgeBaseLogs","Timestamp":"2026-10-07T13:02:59Z","Qid":"316760",\
        "VulnType":"Vulnerability or Potential Vulnerability","SeverityLevel":"3","Title":"Küche <XE> & \\"more\\"",\
        "Category":"Cisco","DetectionInfo":"d",\
        "LastCustomization":{"DateTime":"2026-01-01T00:00:00Z","UserLogin":"u"},\
        "LastServiceModificationDateTime":"2026-10-07T13:02:59Z","PublishedDateTime":"2020-10-07T12:11:44Z",\
        "CodeModifiedDateTime":"2026-10-07T13:02:59Z","BugtraqList":[{"Id":"1881","Url":"http://b/1881"}],\
        "Patchable":"1","PatchPublishedDate":"2020-10-06T00:00:00Z",\
        "SoftwareList":[{"Product":"ios_xe","Vendor":"cisco"}],\
        "VendorReferenceList":[{"Id":"sa-1","Url":"https://v/?a=1&b=2"}],\
        "CveList":[{"Id":"CVE-2020-3403","Url":"http://c/1"},{"Id":"CVE-2020-3404"}],\
        "Diagnosis":"One.<P>\\n\\n<P>&quot;Two&quot;","DiagnosisComment":"dc","Consequence":"Bad.<P>",\
        "ConsequenceComment":"cc","Solution":"<A HREF=\\"https://s\\">Patch</A>","SolutionComment":"",\
        "ComplianceList":[{"Type":"HIPAA","Section":"164.306","Description":"x"}],\
        "Correlation":{"Exploits":[{"SrcName":"The Exploit-DB",\
        "ExpltList":[{"Ref":"CVE-2020-3403","Desc":"poc","Link":"http://e/1"},""]},{"SrcName":"seebug"}],\
        "Malware":[{"SrcName":"TM","MwList":[{"MwId":"TROJ_1","MwType":"Trojan","MwPlatform":"Win","MwAlias":"a",\
        "MwRating":"Low","MwLink":"http://m"}]}]},\
        "Cvss":{"Base":"7.5","BaseSource":"service","Temporal":"5.5","VectorString":"CVSS:2.0/AV:N",\
        "Access":{"Vector":"3","Complexity":"1"},"Impact":{"Confidentiality":"2","Integrity":"2","Availability":"2"},\
        "Authentication":"1","Exploitability":"1","RemediationLevel":"1","ReportConfidence":"3"},\
        "CvssV3":{"Base":"9.8","Cvss3Version":"3.1","Attack":{"Vector":"1"},"Scope":"1"},"CvssV4":{"Base":"9.3"},\
        "PciFlag":"1","AutomaticPciFail":"0","PciReasons":["r"],\
        "ThreatIntelligence":[{"Id":"2","Value":"Exploit_Public"}],"SupportedModules":"VM,CA-Linux Agent",\
        "Discovery":{"Remote":"1","AuthTypeList":["Unix"],"AdditionalInfo":"Patch Available"},"IsDisabled":"0",\
        "ChangeLogList":[{"ChangeDate":"2026-01-01T00:00:00Z","Comments":"c"}],"Technology":"t",\
        "NewIn2031":"n","NewIn2031Kind":"a&b"}
        """
      ]
    )
    #expect(try decoding.report.drift == 0)
  }

  @Test("Qualys' own names, with @ and #text")
  func qualysNames() throws {
    let answer = SmallKnowledgeBase(
      """
      <QID>1</QID><CVSS><BASE source="service">7.5</BASE></CVSS><CVE_LIST><CVE><ID>i</ID></CVE></CVE_LIST>
      <THREAT_INTELLIGENCE><THREAT_INTEL id="2">x</THREAT_INTEL></THREAT_INTELLIGENCE>
      """
    )
    #expect(
      try EntryDecoding(answer).texts(naming: .qualys) == [
        """
        {"LogType":"knowledgeBaseLogs","Timestamp":"\(SmallKnowledgeBase.serverTime)","QID":"1",\
        "CVSS":{"BASE":{"@source":"service","#text":"7.5"}},"CVE_LIST":{"CVE":[{"ID":"i"}]},\
        "THREAT_INTELLIGENCE":{"THREAT_INTEL":[{"@id":"2","#text":"x"}]}}
        """
      ]
    )
  }

  @Test(
    "Timestamp is when Qualys changed the entry last, else the server's time, or a field of one's choice",
    arguments: [
      (
        "<LAST_SERVICE_MODIFICATION_DATETIME>2026-01-02T03:04:05Z</LAST_SERVICE_MODIFICATION_DATETIME>",
        "2026-01-02T03:04:05Z"
      ),
      ("<LAST_SERVICE_MODIFICATION_DATETIME/>", SmallKnowledgeBase.serverTime),
      ("<PUBLISHED_DATETIME>2020-01-01T00:00:00Z</PUBLISHED_DATETIME>", SmallKnowledgeBase.serverTime),
      (
        "<A><LAST_SERVICE_MODIFICATION_DATETIME>1</LAST_SERVICE_MODIFICATION_DATETIME></A>",
        SmallKnowledgeBase.serverTime
      ),
    ]
  )
  func timestamp(fields: String, expected: String) throws {
    let decoding = try EntryDecoding(SmallKnowledgeBase("<QID>1</QID>" + fields))
    for naming in LogFormat.Naming.allCases {
      let log = try StrictJSON(decoding.texts(naming: naming)[0])
      #expect(log["Timestamp"]?.string == expected)
      #expect(log.names.prefix(2) == ["LogType", "Timestamp"])
    }
    let published = try StrictJSON(decoding.texts(timestamp: FieldPath("PUBLISHED_DATETIME"))[0])
    #expect(
      published["Timestamp"]?.string
        == (fields.contains("2020") ? "2020-01-01T00:00:00Z" : SmallKnowledgeBase.serverTime)
    )
  }

  @Test("An entry gets no Hostname, whatever it is made of")
  func noHostname() throws {
    let log = try StrictJSON(
      EntryDecoding(SmallKnowledgeBase("<QID>1</QID><DNS>a.b</DNS><NETBIOS>N</NETBIOS>")).texts()[0]
    )
    #expect(log.names == ["LogType", "Timestamp", "Qid", "DNS", "Netbios"])
  }

  @Test(
    "Lists are arrays with many members, one, and none",
    arguments: [
      ("<CVE_LIST/>", #""CveList":[]"#), ("<PCI_REASONS/>", #""PciReasons":[]"#),
      ("<PCI_REASONS><PCI_REASON>a</PCI_REASON><PCI_REASON>b</PCI_REASON></PCI_REASONS>", #""PciReasons":["a","b"]"#),
      ("<CORRELATION><EXPLOITS/><MALWARE/></CORRELATION>", #""Correlation":{"Exploits":[],"Malware":[]}"#),
      (
        "<CORRELATION><MALWARE><MW_SRC><MW_LIST/></MW_SRC></MALWARE></CORRELATION>",
        #""Correlation":{"Malware":[{"MwList":[]}]}"#
      ),
      (
        "<THREAT_INTELLIGENCE><THREAT_INTEL id='2'/><THREAT_INTEL>y</THREAT_INTEL></THREAT_INTELLIGENCE>",
        #""ThreatIntelligence":[{"Id":"2","Value":""},"y"]"#
      ),
      ("<DISCOVERY><AUTH_TYPE_LIST/></DISCOVERY>", #""Discovery":{"AuthTypeList":[]}"#),
    ]
  )
  func lists(xml: String, json: String) throws {
    let decoding = try EntryDecoding(SmallKnowledgeBase(xml), chunk: 3)
    #expect(try StrictJSON(decoding.texts()[0]).without("LogType", "Timestamp") == StrictJSON("{\(json)}"))
    #expect(try decoding.report.drift == 0)
  }

  @Test("Fields of an entry are read, set, renamed and removed by their paths")
  func changes() throws {
    var entry = try #require(EntryDecoding(SmallKnowledgeBase(SmallKnowledgeBase.everything)).entries.first)
    let paths = try [
      "CVE_LIST.CVE.ID", "CVSS.BASE.@source", "SOLUTION", "CVSS_V3.BASE", "TITLE", "Team",
    ].map { try #require(FieldPath($0)) }
    #expect(
      paths.map { entry.value(at: $0) } == [
        "CVE-2020-3403", "service", "<A HREF=\"https://s\">Patch</A>", "9.8", "Küche <XE> & \"more\"", nil,
      ]
    )
    entry.apply([.keep([paths[0], paths[1], paths[4]]), .rename(paths[4], "Name"), .set(paths[5], "secops")])
    let log = try StrictJSON(entry.line().text)
    #expect(
      try log.without("LogType", "Timestamp")
        == StrictJSON(
          #"{"Name":"Küche <XE> & \"more\"","CveList":[{"Id":"CVE-2020-3403"},{"Id":"CVE-2020-3404"}],"#
            + #""Cvss":{"Base":"","BaseSource":"service"},"Team":"secops"}"#
        )
    )
  }
}
