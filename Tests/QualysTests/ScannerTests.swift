import Qualys
import Testing

/// Where things stand in answers, however their bytes come.
@Suite struct ScannerTests {
  private static let answer = """
    <?xml version="1.0" ?>
    <!DOCTYPE A SYSTEM "a>b.dtd">
    <!-- <HOST><ID>7</ID></HOST> -->
    <LIST>
      <HOST><GROUP><ID>7</ID></GROUP><ID>5</ID><DETECTION><QID>1</QID></DETECTION></HOST>
      <HOST x='>'>
        <ID> 7
        </ID><EMPTY/>
        <NAME><![CDATA[</HOST><ID>9</ID>]]]></NAME>
        <DETECTION><QID>11</QID></DETECTION>
        <DETECTION><NOTE><QID>0</QID></NOTE><QID><![CDATA[12]]></QID></DETECTION>
      </HOST>
      <HOST><ID>8</ID></HOST>
    </LIST>
    """

  private func scan(_ pieces: [[UInt8]]) -> [AnswerPlace] {
    let host = ElementScanner.Kind("HOST", id: "ID")
    var scanner = ElementScanner(host, inner: ElementScanner.Kind("DETECTION", id: "QID"), wanted: "7")
    for piece in pieces { scanner.scan(piece) }
    return scanner.places
  }

  @Test("an element of an id, and what is in it; tags in CDATA, comments and quotes are text")
  func elements() throws {
    let bytes = Array(Self.answer.utf8)
    let places = scan([bytes])
    let place = try #require(places.first)
    #expect(places.count == 1 && place.number == 1 && place.lines == 6...12)
    let text = String(decoding: bytes[place.bytes], as: UTF8.self)
    #expect(text.hasPrefix("<HOST x='>'>") && text.hasSuffix("</DETECTION>\n  </HOST>"))
    #expect(place.inner.map(\.id) == ["11", "12"] && place.inner.map(\.number) == [0, 1])
    let second = String(decoding: bytes[place.inner[1].bytes], as: UTF8.self)
    #expect(second == "<DETECTION><NOTE><QID>0</QID></NOTE><QID><![CDATA[12]]></QID></DETECTION>")
    for cut in bytes.indices { #expect(scan([Array(bytes[..<cut]), Array(bytes[cut...])]) == places, "cut at \(cut)") }
  }

  @Test("an object with a member, not those within it; what stands in strings is text")
  func members() throws {
    let text = #"""
      {"list":{"asset":[{"assetId":1,"a":"\"assetId\":7}"},
      {"x":{"assetId":7},"note":"a}\\","assetId": 7,"y":[{"z":7}]},{"assetId":"77"}]}}
      """#
    let bytes = Array(text.utf8)
    func scan(_ pieces: [[UInt8]]) -> [AnswerPlace] {
      var scanner = MemberScanner(member: "assetId", wanted: "7")
      for piece in pieces { scanner.scan(piece) }
      return scanner.places
    }
    let places = scan([bytes])
    let place = try #require(places.first)
    #expect(places.count == 1 && place.lines == 2...2)
    let object = String(decoding: bytes[place.bytes], as: UTF8.self)
    #expect(object == #"{"x":{"assetId":7},"note":"a}\\","assetId": 7,"y":[{"z":7}]}"#)
    for cut in bytes.indices { #expect(scan([Array(bytes[..<cut]), Array(bytes[cut...])]) == places, "cut at \(cut)") }
  }
}
