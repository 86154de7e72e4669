import Records
import Stages
import Streaming
import TestSupport
import Testing

/// The two members that Qualys does not send: `Hostname` and `Timestamp`.
@Suite("Hostname and Timestamp")
struct HostnameAndTimestampTests {
  @Test(
    "Hostname is the DNS data's host name, else NETBIOS, else the first label of DNS, else IP",
    arguments: [
      ("<DNS_DATA><HOSTNAME>a</HOSTNAME></DNS_DATA><NETBIOS>B</NETBIOS><DNS>c.example.com</DNS>", "a"),
      ("<NETBIOS>B</NETBIOS><DNS>c.example.com</DNS>", "B"),
      ("<DNS>c.example.com</DNS>", "c"),
      ("<DNS>c</DNS>", "c"),
      ("<DNS_DATA><HOSTNAME></HOSTNAME></DNS_DATA><NETBIOS></NETBIOS><DNS>c.example.com</DNS>", "c"),
      ("<DNS_DATA><FQDN>x.y</FQDN></DNS_DATA><NETBIOS kind='n'>B</NETBIOS>", "B"),
      ("<DNS>.example.com</DNS>", nil), ("<IP>10.0.0.1</IP>", "10.0.0.1"), ("<DNS/>", nil), ("<IP/>", nil),
      ("<IP>10.0.0.1</IP><DNS>.example.com</DNS>", "10.0.0.1"), ("<NETBIOS>B</NETBIOS><IP>10.0.0.1</IP>", "B"),
      ("<NETBIOS>q\"uote</NETBIOS>", "q\"uote"),
    ] as [(String, String?)]
  )
  func hostname(host: String, expected: String?) throws {
    let page = SmallPage(host: host, detection: "<QID>1</QID>")
    #expect(try page.log()["Hostname"]?.string == expected)
    #expect(try page.log(naming: .qualys)["Hostname"] == nil, "not with Qualys' own names")
  }

  @Test(
    "A host that has a Hostname of its own keeps it, once",
    arguments: [
      "<HOSTNAME>own</HOSTNAME><NETBIOS>B</NETBIOS>", "<NETBIOS>B</NETBIOS><HOSTNAME>own</HOSTNAME>",
    ]
  )
  func ownHostname(host: String) throws {
    #expect(try SmallPage(host: host, detection: "").log()["Hostname"]?.string == "own")
  }

  @Test(
    "Timestamp is when the detection was processed, else the server's time",
    arguments: [
      ("<LAST_PROCESSED_DATETIME>2026-01-02T03:04:05Z</LAST_PROCESSED_DATETIME>", "2026-01-02T03:04:05Z"),
      ("<LAST_PROCESSED_DATETIME/>", SmallPage.serverTime), ("<QID>1</QID>", SmallPage.serverTime),
      ("<LAST_FOUND_DATETIME>2020-01-01T00:00:00Z</LAST_FOUND_DATETIME>", SmallPage.serverTime),
      ("<X><LAST_PROCESSED_DATETIME>1</LAST_PROCESSED_DATETIME></X>", SmallPage.serverTime),
      ("<LAST_PROCESSED_DATETIME kind='k'>2026-01-02T03:04:05Z</LAST_PROCESSED_DATETIME>", "2026-01-02T03:04:05Z"),
    ]
  )
  func timestamp(detection: String, expected: String) throws {
    for naming in LogFormat.Naming.allCases {
      let log = try SmallPage(detection: detection).log(naming: naming)
      #expect(log["Timestamp"]?.string == expected)
      #expect(log.names.prefix(2) == ["LogType", "Timestamp"])
    }
  }

  @Test("Without any time there is no Timestamp")
  func noTime() throws {
    let text = SmallPage(detection: "<QID>1</QID>").text.replacing(
      "<DATETIME>\(SmallPage.serverTime)</DATETIME>",
      with: ""
    )
    let log = try StrictJSON(Decoding(Array(text.utf8)).texts()[0])
    #expect(log.names == ["LogType", "Id", "Detection"])
  }

  @Test("Another field can be the Timestamp")
  func otherField() throws {
    let detections = try Decoding(
      SmallPage([
        SmallPage.Host(
          id: 1,
          "<LAST_SCAN_DATETIME>s</LAST_SCAN_DATETIME>",
          detections: ["<LAST_FOUND_DATETIME>f</LAST_FOUND_DATETIME>", "<QID>1</QID>"]
        )
      ])
    ).detections()
    func timestamps(_ path: String) throws -> [String?] {
      var encode = EncodeJSON<Detection>(timestamp: FieldPath(path))
      var lines = Outlet<Line>()
      let page = Page(number: 0, origin: "test")
      try encode.process(Batch(ContiguousArray(detections), of: page, at: Position(marks: 1)), into: &lines)
      return try lines.records.map { try StrictJSON($0.text)["Timestamp"]?.string }
    }
    #expect(try timestamps("LAST_SCAN_DATETIME") == ["s", "s"])
    #expect(try timestamps("DETECTION.LAST_FOUND_DATETIME") == ["f", SmallPage.serverTime])
  }
}
