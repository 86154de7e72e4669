import PlainXML
import Testing
import XMLEvents

/// Elements that are told without libxml2 must be told as libxml2 tells them: it gets all of them that come a byte at a
/// time, since none is ever there as a whole.
@Suite("PlainElement")
struct PlainElementTests {
  @Test(
    "An element is told as libxml2 tells it",
    arguments: [
      // Plain ones.
      "<a>1</a>", "<a></a>", "<QID>38173</QID>", "<_a-b.c9>x</_a-b.c9>", "<a>\n text \t\n</a>", "<a>Grüße – 漢字 😀</a>",
      "<a> > ' \" / = ; [ { </a>", "<a><![CDATA[1]]></a>", "<a><![CDATA[]]></a>", "<a><![CDATA[a]b]]c>d]]></a>",
      "<a><![CDATA[]]]]></a>", "<a><![CDATA[<b>&amp;</b>]]></a>", "<a><![CDATA[x\r\ny\rz]]></a>",
      "<a b=\"1\">2</a>", "<a b=\"\">2</a>", "<a b=\"x > y ' z\"></a>", "<a b.c-d=\"é\"><![CDATA[2]]></a>",
      "<name-of-sixteen->1</name-of-sixteen->", "<A_NAME_THAT_IS_LONGER_THAN_MOST>1</A_NAME_THAT_IS_LONGER_THAN_MOST>",
      "<LAST_FOUND_DATETIME>1</LAST_FOUND_DATETIME><LAST_FIXED_DATETIME>2</LAST_FIXED_DATETIME>",
      "<LAST_FOUND_DATETIME_ONE_OF_TWO>1</LAST_FOUND_DATETIME_ONE_OF_TWO><LAST_FOUND_TATEDIME_ONE_OF_TWO>2</LAST_FOUND_TATEDIME_ONE_OF_TWO>",
      // Nearly plain ones.
      "<a/>", "<a />", "<a >1</a>", "<a>1</a >", "<a\n>1</a>", "<a>1</a\n>", "<é>1</é>", "<x:a>1</x:a>", "<a>&lt;</a>",
      "<a>&#65;</a>", "<a>&nbsp;</a>", "<a>]</a>", "<a>x]]y</a>", "<a>\r\n</a>", "<a>x\ry</a>", "<a><!-- c --></a>",
      "<a><?p?></a>", "<a> <![CDATA[1]]></a>", "<a><![CDATA[1]]> </a>", "<a><![CDATA[1]]><![CDATA[2]]></a>",
      "<a>1<b>2</b>3</a>", "<a><b>2</b></a>", "<a b='1'>2</a>", "<a b=\"1\" c=\"2\">3</a>", "<a b = \"1\">2</a>",
      "<a b=\"&lt;\">2</a>", "<a b=\"x\ny\tz\">2</a>", "<a  b=\"1\">2</a>", "<a b=\"1\" >2</a>", "<a xmlns=\"u\">2</a>",
      "<a xmlns:p=\"u\">2</a>", "<a p:b=\"1\">2</a>", "<a é=\"1\">2</a>",
      "<!-- ><a>1</a> -->", "<![CDATA[><a>1</a>]]>", "<?p ><a>1</a> ?>", "<a>\u{1}</a>", "<a>\u{FFFE}</a>",
      // Those that are none.
      "<a>1</b>", "<a>1</ab>", "<ab>1</a>", "<a>1", "<a>1</a", "<a>1</", "<a>1<", "<a>]]></a>", "<a>&</a>",
      "<a>& b</a>",
      "<1>1</1>", "<->1</->", "<a!>1</a!>", "<a<b>1</a<b>", "<a b>1</a>", "<a b=>1</a>", "<a b=1>1</a>",
      "<a b=\"1>1</a>",
      "<a b=\"<\">1</a>", "<a b=\"1\"c=\"2\">1</a>", "<a b=\"1\" b=\"2\">1</a>", "<a 1=\"1\">1</a>",
      "<a><![CDATA[1]]</a>",
      "<a><![CDATA1]]></a>", "<a><![cdata[1]]></a>", "<>1</>", "< a>1</ a>",
      "<A_NAME_THAT_IS_LONGER_THAN_MOST>1</A_NAME_THAT_IS_LONGER_THEN_MOST>",
    ]
  )
  func oneElement(element: String) {
    for content in [
      element, "\n  <k>0</k>\n  \(element)\n  <k>2</k>\n", "t<k>0</k>t\(element)t<k>2</k>t",
      "<g>\(element)</g><g>\(element)<k>2</k></g>",
    ] {
      expectSameAsLibxml2("<root>\(content)</root>")
    }
  }

  @Test(
    "Documents in which names mean more, or bytes something else, are told as libxml2 tells them",
    arguments: [
      "<!DOCTYPE root [<!ATTLIST a b CDATA 'default'>]><root><a>1</a><a b=\"2\">1</a></root>",
      "<?xml version='1.0' encoding='ISO-8859-1'?><root><a>1</a><a>2</a></root>",
      "<?xml version='1.0' encoding='us-ascii'?><root><a>1</a><a>é</a></root>",
      "<!DOCTYPE root SYSTEM 'r.dtd'><root>\n<a>1</a>\n<a>2</a></root>", "<a>1</a>", "<a>1</a><a>2</a>",
      "<root/><a>1</a>",
      "<root><a>1</a></root><a>1</a>", "<root><a>1</a></s>", "<root><a>1</a>", "<root>\n\n<a>\n1</a>\n<b>2</c></root>",
    ]
  )
  func documents(document: String) {
    expectSameAsLibxml2(document)
  }

  @Test("An element is told whole, however long its text and its name are", arguments: 0...70)
  func lengths(length: Int) {
    let text = String(repeating: "x", count: length)
    let name = String(repeating: "n", count: length + 1)
    for element in [
      "<a>\(text)</a>", "<\(name)>1</\(name)>", "<a \(name)=\"1\">2</a>", "<a b=\"\(text)\">2</a>",
      "<a><![CDATA[\(text)]]></a>", String(repeating: " ", count: length) + "<a>1</a>",
      String(repeating: "\n ", count: length) + "<a>\(text)\n</a>",
    ] {
      expectSame("<root><k>0</k>\(element)<k>1</k></root>", cutAt: [length, length + 16, length + 24])
    }
  }

  @Test("Long texts are told", arguments: [64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 300_000])
  func longTexts(length: Int) {
    let text = String(repeating: "0123456789\n", count: length / 11 + 1).prefix(length)
    expectSame("<root><a>\(text)</a><a><![CDATA[\(text)]]></a><b>1</b></root>", cutAt: [100, 65_550, length + 20])
  }

  private func expectSameAsLibxml2(_ document: String) {
    expectSame(document, cutAt: 1..<document.utf8.count)
  }

  /// Compares a document in one piece and in two with what libxml2 says of it byte by byte.
  private func expectSame(_ document: String, cutAt cuts: some Sequence<Int>) {
    let bytes = Array(document.utf8)
    let expected = PushedXML(bytes.map { [$0] })
    for cut in Array(cuts) + [bytes.count] where cut <= bytes.count {
      let found = PushedXML([Array(bytes[..<cut]), Array(bytes[cut...])])
      #expect(found.content == expected.content, "\(document) cut at \(cut)")
      #expect(found.error == expected.error, "\(document) cut at \(cut)")
      #expect(found.repairedCharacters == expected.repairedCharacters, "\(document) cut at \(cut)")
      #expect(found.keptReferences == expected.keptReferences, "\(document) cut at \(cut)")
    }
  }
}
