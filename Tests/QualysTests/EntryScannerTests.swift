import Testing

@testable import Qualys

@Suite struct EntryScannerTests {
  private static let text = """
    <?xml version="1.0"?><!-- <VULN><QID>9</QID></VULN> --><R><VULN_LIST><VULN><QID>12</QID><TITLE><![CDATA[a ]] </VULN> ] \
    <VULN>]]]></TITLE></VULN><VULN>
      <QID> 345 </QID><X>]]</X></VULN><VULN><TITLE>no QID</TITLE></VULN></VULN_LIST></R>
    """

  @Test("entries are found whole, however the bytes are cut", arguments: [1, 2, 3, 7, 64, 10_000])
  func entries(size: Int) {
    let bytes = Array(Self.text.utf8)
    var scanner = EntryScanner(offset: 100)
    for start in stride(from: 0, to: bytes.count, by: size) {
      scanner.scan(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    #expect(scanner.entries.map(\.qid) == [12, 345])
    for (_, range) in scanner.entries {
      let entry = String(decoding: bytes[range.lowerBound - 100..<range.upperBound - 100], as: UTF8.self)
      #expect(entry.hasPrefix("<VULN>") && entry.hasSuffix("</VULN>"))
    }
  }

  @Test("bytes that nearly are a mark are none", arguments: [1, 2, 5, 1000])
  func nearly(size: Int) {
    let text = "<VULN ><<VULN><<QID>7<<!-- --></VULN>--></VULNS><![CDATA[]]]></VULN>]]></VULN></VULN><!--></VULN>"
    let bytes = Array(text.utf8)
    var scanner = EntryScanner(offset: 0)
    for start in stride(from: 0, to: bytes.count, by: size) {
      scanner.scan(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    #expect(scanner.entries.map(\.qid) == [7])
    let found = scanner.entries.map { String(decoding: bytes[$0.range], as: UTF8.self) }
    #expect(found == ["<VULN><<QID>7<<!-- --></VULN>"])
  }
}
