import Foundation
import Records
import Streaming
import TestSupport
import Testing

/// Answers that were written to do harm are refused at once, and nothing is ever expanded or fetched.
@Suite("Hostile answers")
struct HostileAnswerTests {
  private static func page(subset: String, host: String = "", detection: String = "<QID>1</QID>") -> SmallPage {
    var page = SmallPage(host: host, detection: detection)
    page.beginning = "<!DOCTYPE HOST_LIST_VM_DETECTION_OUTPUT [\(subset)]>\n"
    return page
  }

  @Test(
    "A document that declares an entity is refused",
    arguments: [
      #"<!ENTITY a "b">"#, #"<!ENTITY a SYSTEM "file:///etc/hostname">"#, #"<!ENTITY % p "<!ELEMENT X ANY>">"#,
      #"<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;"#, #"<!ENTITY a PUBLIC "-//x" "y">"#,
      #"<!NOTATION n SYSTEM "n"><!ENTITY a SYSTEM "b" NDATA n>"#, #"<!ELEMENT X ANY><!-- > --><!ENTITY a "b">"#,
    ],
    [3, 1 << 20]
  )
  func entities(subset: String, chunk: Int) throws {
    let decoding = try Decoding(Self.page(subset: subset, detection: "<RESULTS>&a;</RESULTS>"), chunk: chunk)
    #expect(decoding.failure?.description.contains("declares an entity") == true, "\(decoding.failure as Any)")
    #expect(decoding.hosts.isEmpty)
  }

  @Test("A billion laughs are refused before the first")
  func billionLaughs() throws {
    var subset = "<!ENTITY lol0 \"lol\">"
    for level in 1...9 { subset += "<!ENTITY lol\(level) \"\(String(repeating: "&lol\(level - 1);", count: 10))\">" }
    let start = ProcessorTime.now
    let decoding = try Decoding(Self.page(subset: subset, detection: "<RESULTS>&lol9;</RESULTS>"))
    #expect(decoding.failure?.description.contains("declares an entity") == true)
    #expect(ProcessorTime.now - start < .seconds(5))
  }

  @Test("An external DTD is never opened")
  func externalDTD() throws {
    let folder = try TemporaryFolder()
    // Whoever opens this to read waits for ever: nobody writes.
    #expect(unsafe mkfifo(folder.path("trap.dtd"), 0o600) == 0)
    var page = SmallPage(host: "<NOTE a='&gone;'>&gone;</NOTE>", detection: "<RESULTS>&gone; &amp; done</RESULTS>")
    page.beginning = "<!DOCTYPE HOST_LIST_VM_DETECTION_OUTPUT SYSTEM \"file://\(folder.path("trap.dtd"))\">\n"
    #expect(try page.log()["Detection"]?["Results"]?.string == "&gone; & done")
    try FileManager.default.removeItem(atPath: folder.path("trap.dtd"))
    try Data(#"<!ENTITY gone "expanded">"#.utf8).write(to: folder.url.appending(path: "trap.dtd"))
    #expect(try page.log()["Detection"]?["Results"]?.string == "&gone; & done")
  }

  @Test("A reference to an entity that nobody declared is kept as text", arguments: [true, false], [1, 1 << 20])
  func undefinedEntities(hasDoctype: Bool, chunk: Int) throws {
    var page = SmallPage(
      host: "<NOTE kind=\"&alpha;-&amp;-&beta.1;\">a&nbsp;b &lt;&unknown-name;&gt; &#x263A;</NOTE>",
      detection: "<RESULTS><![CDATA[&nbsp;]]></RESULTS>"
    )
    if !hasDoctype { page.beginning = "" }
    let decoding = try Decoding(page, chunk: chunk)
    let log = try StrictJSON(try #require(try decoding.texts().first))
    #expect(log["Note"]?.string == "a&nbsp;b <&unknown-name;> \u{263A}")
    #expect(log["NoteKind"]?.string == "&alpha;-&-&beta.1;")
    #expect(log["Detection"]?["Results"]?.string == "&nbsp;")
    #expect(try decoding.report.keptReferences == 4)
  }

  struct Excess: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let host: String
    let says: String
  }

  static let excesses = [
    Excess(
      testDescription: "61 levels in a host",
      host: String(repeating: "<A>", count: 61) + String(repeating: "</A>", count: 61),
      says: "nested more than 60 deep"
    ),
    Excess(
      testDescription: "100,000 levels",
      host: String(repeating: "<A>", count: 100_000),
      says: "deep"
    ),
    Excess(
      testDescription: "100,000 attributes",
      host: "<A \((0..<100_000).map { "a\($0)='1'" }.joined(separator: " "))/>",
      says: "attributes"
    ),
    Excess(
      testDescription: "1,001 attributes",
      host: "<A \((0...1000).map { "a\($0)='1'" }.joined(separator: " "))/>",
      says: "more than"
    ),
    Excess(
      testDescription: "1,000 names",
      host: (0..<1000).map { "<HOSTILE_NAME\($0)/>" }.joined(),
      says: "more than 900 different names"
    ),
    Excess(
      testDescription: "a name of 60,000 bytes",
      host: "<\(String(repeating: "N", count: 60_000))/>",
      says: "element name"
    ),
    Excess(
      testDescription: "host fields of 17 MiB",
      host: String(repeating: "<A>\(String(repeating: "a", count: 1 << 19))</A>", count: 34),
      says: "exceed 16 MiB"
    ),
  ]

  @Test("What is beyond every real answer is refused, and fast", arguments: excesses)
  func limits(_ excess: Excess) throws {
    let page = SmallPage([SmallPage.Host(id: 1, detections: ["<QID>1</QID>"]), SmallPage.Host(id: 2, excess.host)])
    let start = ProcessorTime.now
    let decoding = try Decoding(page)
    #expect(ProcessorTime.now - start < .seconds(10))
    let words = try #require(decoding.failure).description
    #expect(words.contains(excess.says), "\(words)")
    #expect(try decoding.report.marks == 1, "the host before it stands")
  }

  @Test("60 levels are read")
  func deepest() throws {
    let host = String(repeating: "<A>", count: 55) + "x" + String(repeating: "</A>", count: 55)
    #expect(try Decoding(SmallPage(host: host, detection: "")).failure == nil)
  }

  @Test("Elements that are nested too deep before the list of hosts are refused, too")
  func deepHead() throws {
    var page = SmallPage()
    page.afterHosts = String(repeating: "<A>", count: 70) + String(repeating: "</A>", count: 70)
    #expect(try Decoding(page).failure?.description.contains("deep") == true)
  }

  @Test(
    "Junk after the root does not matter: everything before it was read",
    arguments: [
      "garbage", "<another/>", "<!-- comment", "\u{0}\u{1}", "</HOST_LIST_VM_DETECTION_OUTPUT>", "&nbsp;", "<![CDATA[",
      "{}",
    ],
    [1, 1 << 20]
  )
  func junkAfterRoot(junk: String, chunk: Int) throws {
    var page = SmallPage([.everything(id: 1)])
    page.afterRoot = junk
    let decoding = try Decoding(page, chunk: chunk)
    #expect(decoding.failure == nil)
    #expect(try decoding.texts().count == 2)
  }

  @Test("Comments and processing instructions may stand everywhere", arguments: [1, 1 << 20])
  func comments(chunk: Int) throws {
    let noise = "<!-- <HOST> ' \" -- > --><?php echo '<HOST>' ?>".replacing(" -- ", with: " - ")
    var page = SmallPage([.everything(id: 1)])
    let expected = try Decoding(page).texts()
    page.hosts[0].fields = page.hosts[0].fields.replacing("><", with: ">\(noise)<")
    page.hosts[0].detections = page.hosts[0].detections.map {
      $0.replacing("></", with: ">\(noise)</").replacing(">\n<", with: ">\n\(noise)\n<")
    }
    page.beginning =
      "<?xml version='1.0'?>\(noise)<!DOCTYPE HOST_LIST_VM_DETECTION_OUTPUT SYSTEM 'x' [\(noise)]>\(noise)"
    page.afterHosts = noise
    page.afterRoot = noise + "\n" + noise
    let decoding = try Decoding(page, chunk: chunk)
    #expect(decoding.failure == nil)
    #expect(try decoding.texts() == expected)
  }

  @Test("A comment inside a value does not divide it")
  func commentInValue() throws {
    let log = try SmallPage(
      detection: "<STATUS>Act<!-- - -->i<?x?>ve</STATUS><RESULTS>a<!---->b<![CDATA[ c]]></RESULTS>"
    ).log()
    #expect(log["Detection"]?["Status"]?.string == "Active")
    #expect(log["Detection"]?["Results"]?.string == "ab c")
  }
}
