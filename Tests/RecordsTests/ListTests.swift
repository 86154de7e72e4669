import Records
import Streaming
import TestSupport
import Testing

/// Elements that repeat, are known to repeat, or hold lists: arrays, and always the same.
@Suite("Lists")
struct ListTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let xml: String
    /// The members as they are written with Sumo Logic's names.
    let json: String
    let drift: Int
    var testDescription: String { xml }
    init(_ xml: String, _ json: String, drift: Int = 0) {
      self.xml = xml
      self.json = json
      self.drift = drift
    }
  }

  static let cases = [
    // Known lists: arrays with many members, with one, and with none.
    Case("<TAGS><TAG><NAME>a</NAME></TAG><TAG><NAME>b</NAME></TAG></TAGS>", #""Tags":[{"Name":"a"},{"Name":"b"}]"#),
    Case("<TAGS><TAG><NAME>a</NAME></TAG></TAGS>", #""Tags":[{"Name":"a"}]"#),
    Case("<TAGS/>", #""Tags":[]"#), Case("<TAGS>\n  </TAGS>", #""Tags":[]"#),
    Case("<ASSET_GROUP_LIST />", #""AssetGroupList":[]"#),
    Case("<SOME_NEW_LIST><X>1</X></SOME_NEW_LIST>", #""SomeNewList":["1"]"#),
    Case("<X_LIST><X>1</X><Y>2</Y><X>3</X></X_LIST>", #""XList":["1","2","3"]"#),
    Case("<X_LIST>text</X_LIST>", #""XList":["text"]"#),
    Case("<X_LIST kind='k'><X/></X_LIST>", #""XList":[""],"XListKind":"k""#),
    Case("<X_LIST kind='k'/>", #""XList":[],"XListKind":"k""#),
    Case(
      "<METADATA><EC2><ATTRIBUTE><NAME>n</NAME></ATTRIBUTE></EC2></METADATA>",
      #""Metadata":{"Ec2":[{"Name":"n"}]}"#
    ),
    Case("<METADATA><AZURE/><GOOGLE/></METADATA>", #""Metadata":{"Azure":[],"Google":[]}"#),
    Case("<TAGS><TAG/></TAGS>", #""Tags":[""]"#),
    Case("<A_LIST><B_LIST><C>1</C></B_LIST><B_LIST/></A_LIST>", #""AList":[{"C":"1"},""]"#),
    // Unknown elements: arrays when they repeat, counted each time.
    Case("<NEW>1</NEW>", #""New":"1""#),
    Case("<NEW>1</NEW><NEW>2</NEW>", #""New":["1","2"]"#, drift: 1),
    Case("<NEW>1</NEW><IP>i</IP><NEW>2</NEW>", #""New":["1","2"],"IP":"i""#, drift: 1),
    Case("<NEW>1</NEW><OLD/><NEW><A>2</A></NEW><NEW/>", #""New":["1",{"A":"2"},""],"Old":"""#, drift: 2),
    Case("<NEW a='1'>x</NEW><NEW a='2'>y</NEW>", #""New":[{"A":"1","Value":"x"},{"A":"2","Value":"y"}]"#, drift: 1),
    Case("<A><NEW>1</NEW><NEW>2</NEW></A><A><NEW>3</NEW></A>", #""A":[{"New":["1","2"]},{"New":"3"}]"#, drift: 2),
    Case("<A><NEW>1</NEW></A><B><NEW>2</NEW></B>", #""A":{"New":"1"},"B":{"New":"2"}"#),
    Case("<A><NEW>1</NEW></A><NEW>2</NEW>", #""A":{"New":"1"},"New":"2""#),
    // A list that comes twice.
    Case("<X_LIST><X>1</X></X_LIST><X_LIST/>", #""XList":[{"X":"1"},""]"#, drift: 1),
    // Attributes and mixed content.
    Case("<QDS severity='HIGH'>64</QDS>", #""Qds":"64","QdsSeverity":"HIGH""#),
    Case("<QDS severity='' other=\"a'b\"/>", #""Qds":"","QdsSeverity":"","QdsOther":"a'b""#),
    Case("<MIX>one<A>a</A>two<B>b</B>three</MIX>", #""Mix":{"Value":"onetwothree","A":"a","B":"b"}"#),
    Case("<MIX k='v'>\n<A>a</A>\n</MIX>", #""Mix":{"K":"v","A":"a"}"#),
    Case("<EMPTY/>", #""Empty":"""#), Case("<EMPTY>  \n </EMPTY>", #""Empty":"""#),
    Case("<DEEP><A><B><C>x</C></B></A></DEEP>", #""Deep":{"A":{"B":{"C":"x"}}}"#),
  ]

  @Test("In a host's fields", arguments: cases)
  func inHost(_ item: Case) throws {
    let page = SmallPage(host: item.xml, detection: "<QID>1</QID>")
    let expected = try StrictJSON("{\(item.json)}")
    #expect(try page.log().without("LogType", "Timestamp", "Id", "Hostname", "Detection") == expected)
    #expect(try Decoding(page, chunk: 5).report.drift == item.drift)
  }

  @Test("In a detection", arguments: cases)
  func inDetection(_ item: Case) throws {
    let page = SmallPage(detection: item.xml)
    #expect(try page.log()["Detection"] == StrictJSON("{\(item.json)}"))
    #expect(try Decoding(page, chunk: 3).report.drift == item.drift)
  }

  @Test("With Qualys' own names: valid, and no name comes twice", arguments: cases)
  func qualysNames(_ item: Case) throws {
    _ = try SmallPage(host: item.xml, detection: item.xml).log(naming: .qualys)
    _ = try Decoding(SmallPage(host: item.xml, detection: item.xml)).hostTexts(naming: .qualys).map {
      try StrictJSON($0)
    }
  }

  @Test("Siblings of one detection do not repeat those of another")
  func otherDetections() throws {
    let page = SmallPage([
      SmallPage.Host(id: 1, "<NEW>h</NEW>", detections: ["<NEW>1</NEW>", "<NEW>2</NEW>"]),
      SmallPage.Host(id: 2, "<NEW>h</NEW>", detections: ["<NEW>3</NEW>"]),
    ])
    let decoding = try Decoding(page)
    #expect(try decoding.report.drift == 0)
    #expect(try decoding.texts().map { try StrictJSON($0)["Detection"]?["New"]?.string } == ["1", "2", "3"])
  }

  @Test("Fields that come after the detections reach them", arguments: [1, 1 << 20])
  func lateFields(chunk: Int) throws {
    let page = SmallPage([
      SmallPage.Host(
        id: 1,
        "<IP>i</IP>",
        detections: ["<QID>1</QID>", "<QID>2</QID>"],
        late: "<LATE a='b'>x</LATE>\n<OS>o</OS>"
      ),
      SmallPage.Host(id: 2, detections: ["<QID>3</QID>"]),
      SmallPage.Host("<IP>j</IP>", detections: ["<QID>4</QID>"], late: "<ID>3</ID><IP>k</IP>"),
    ])
    let decoding = try Decoding(page, chunk: chunk)
    let logs = try decoding.texts().map { try StrictJSON($0) }
    #expect(logs.map { $0["Late"]?.string } == ["x", "x", nil, nil])
    #expect(logs.map { $0["LateA"]?.string } == ["b", "b", nil, nil])
    #expect(logs.map { $0["OS"]?.string } == ["o", "o", nil, nil])
    #expect(logs[3]["Id"]?.string == "3")
    #expect(logs[3]["IP"] == .array([.string("j"), .string("k")]))
    #expect(try decoding.report.drift > 0)
  }

  @Test("A list of detections may have attributes, and what is no detection in it is kept with the host")
  func strangeDetectionList() throws {
    let text = SmallPage([SmallPage.Host(id: 1, detections: ["<QID>1</QID>", "<QID>2</QID>"])]).text
      .replacing("<DETECTION_LIST>", with: "<DETECTION_LIST count=\"2\">")
    let decoding = try Decoding(Array(text.utf8))
    #expect(decoding.failure == nil)
    #expect(try decoding.detections().count == 2)
    let log = try StrictJSON(decoding.hostTexts()[0])
    #expect(log["DetectionList"]?.count == 2)
  }
}
