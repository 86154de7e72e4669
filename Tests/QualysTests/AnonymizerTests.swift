import Foundation
import Gzip
import Records
import Stages
import Streaming
import TestSupport
import Testing

@testable import Qualys

@Suite struct AnonymizerTests {
  private static let fixtures = Python.testsFolder.appending(path: "../Fixtures").standardizedFileURL
  private static let key = Array("0123456789abcdef".utf8)

  /// Makes a capture of one answer, and gives what becomes of it, inflated.
  private static func anonymized(
    _ body: [UInt8],
    name: String = "detections-1.xml",
    parameters: [(String, String)] = [],
    key: [UInt8]? = key
  ) async throws -> (text: String, exchange: Capture.Exchange, bytes: [UInt8]) {
    let folder = try TemporaryFolder()
    let (source, target) = (folder.path("source"), folder.path("target"))
    try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
    try Data(body).write(to: URL(fileURLWithPath: "\(source)/\(name)"))
    let list = parameters.map { #"{"name":"\#($0.0)","value":"\#($0.1)"}"# }.joined(separator: ",")
    try """
    {"round":1,"api":"detections","request":{"path":"/p","parameters":[\(list)]},"body":"\(name)",
    "response":{"status":200,"headers":[{"name":"Content-Length","value":"7"},{"name":"X-Powered-By","value":"u"}]}}
    """.write(toFile: "\(source)/x.exchange.json", atomically: true, encoding: .utf8)
    _ = try await Anonymizer(key: key).copy(source, to: target)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(target)/\(name)")))
    let exchange = try JSONDecoder().decode(
      Capture.Exchange.self,
      from: Data(contentsOf: URL(fileURLWithPath: "\(target)/x.exchange.json"))
    )
    let inflated = GzipDecompressor.isGzip(bytes) ? try Self.inflated(bytes).bytes : bytes
    return (String(decoding: inflated, as: UTF8.self), exchange, bytes)
  }

  private static func inflated(_ bytes: [UInt8]) throws -> (bytes: [UInt8], error: GzipError?) {
    let decompressor = try GzipDecompressor()
    var output: [UInt8] = []
    do {
      try unsafe bytes.withUnsafeBytes { raw in
        try unsafe decompressor.decompress(raw) { unsafe output.append(contentsOf: $0) }
      }
      try decompressor.finish()
    } catch let error as GzipError {
      return (output, error)
    }
    return (output, nil)
  }

  private static func page(_ host: String, results: String = "") -> [UInt8] {
    SmallPage(host: host, detection: "<QID>7</QID><RESULTS><![CDATA[\(results)]]></RESULTS>").bytes
  }

  @Test("a host has one pseudonym in every field, in texts, and in capitals where it was written so")
  func consistency() async throws {
    let host = """
      <IP>192.0.2.7</IP><DNS><![CDATA[win-7.corp.acme.com]]></DNS><DNS_DATA><HOSTNAME>win-7</HOSTNAME>
      <DOMAIN>corp.acme.com</DOMAIN></DNS_DATA><NETBIOS>
      <![CDATA[WIN-7]]>
      </NETBIOS>
      """
    let results =
      "WIN-7 (192.0.2.7:443) sees files.acme.com, win-70, xwin-7x; \\\\WIN-7\\share http://win-7.corp.acme.com/"
    let text = try await Self.anonymized(Self.page(host, results: results)).text
    let name = try #require(text.firstMatch(of: /host-[0-9a-f]{10}/)).output
    let domain = try #require(text.firstMatch(of: /<DOMAIN>(.*)<\/DOMAIN>/)).output.1
    let address = try #require(text.firstMatch(of: /<IP>(10\.[0-9.]+)<\/IP>/)).output.1
    #expect(text.contains("<![CDATA[\(name).\(domain)]]></DNS>"))
    #expect(text.contains("<HOSTNAME>\(name)</HOSTNAME>") && text.contains("<![CDATA[\(name.uppercased())]]>\n"))
    #expect(text.contains("[\(name.uppercased()) (\(address):443) sees files.domain-"))
    #expect(text.contains("win-70, xwin-7x; \\\\\(name.uppercased())\\share http://\(name).\(domain)/]]>"))
    #expect(!text.lowercased().contains("acme") && text.contains("<QID>7</QID>") && text.contains("<ID>1</ID>"))
  }

  @Test(
    "addresses are known by their form and keep it; what is nobody's own stays",
    arguments: [
      ("192.0.2.7", #"10\.\d+\.\d+\.\d+"#), ("at 8.8.4.4.", #"at 10\.\d+\.\d+\.\d+\."#),
      ("192.0.2.7-192.0.2.9", #"10\.\d+\.\d+\.\d+-10\.\d+\.\d+\.\d+"#), ("192.0.2.0/24", #"10\.\d+\.\d+\.\d+/24"#),
      ("[2001:db9::7]:443", #"\[2001:db8(:[0-9a-f]{1,4}){6}\]:443"#),
      ("fe80::1%eth0", #"2001:db8(:[0-9a-f]{1,4}){6}%eth0"#),
      ("00:50:56:AB:cd:04", "02(:[0-9a-f]{2}){5}"), ("00-50-56-00-00-04", "02(-[0-9a-f]{2}){5}"),
      ("ip-192-0-2-7.ec2.internal", #"ip-10-\d+-\d+-\d+\.ec2\.internal"#),
      ("1.2.3.4.5", #"1\.2\.3\.4\.5"#), ("10.0.11883.1103", #"10\.0\.11883\.1103"#), ("07:14:59Z", "07:14:59Z"),
      ("127.0.0.1", #"127\.0\.0\.1"#), ("255.255.254.0", #"255\.255\.254\.0"#), ("::1", "::1"), ("std::a", "std::a"),
      ("2026-11-22T01:32:26Z", "2026-11-22T01:32:26Z"), ("a::", "2001:db8(:[0-9a-f]{1,4}){6}"), ("x::y", "x::y"),
      ("00:00:00:00:00:00", "00:00:00:00:00:00"),
    ]
  )
  func addresses(written: String, expected: String) async throws {
    let text = try await Self.anonymized(Self.page("", results: written)).text
    let results = try #require(text.firstMatch(of: /<RESULTS><!\[CDATA\[(.*)\]\]>/)).output.1
    #expect(try Regex("^\(expected)$").firstMatch(in: String(results)) != nil, "\(results)")
  }

  @Test("the same address written in two ways is the same")
  func spellings() async throws {
    let text = try await Self.anonymized(
      Self.page("", results: "2001:DB9::7 2001:db9:0:0:0:0:0:7 00:50:56:ab:cd:ef 00-50-56-AB-CD-EF")
    ).text
    let parts = try #require(text.firstMatch(of: /CDATA\[(.*)\]\]>/)).output.1.split(separator: " ")
    #expect(parts[0] == parts[1] && parts[2].filter(\.isHexDigit) == parts[3].filter(\.isHexDigit))
  }

  @Test("names with quotes, entities, escapes and letters of the world are replaced however they are written")
  func escapes() async throws {
    let folder = try TemporaryFolder()
    let (source, target) = (folder.path("s"), folder.path("t"))
    try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
    let json = #"""
      {"hasMore":0,"assetListData":{"asset":[{"assetId":7,"assetName":"Zoë's \"big\" Mac & co","lastLoggedOnUser":"ACME\\jdoe",
      "userAccountListData":{"userAccount":[{"name":"\u7530\u4e2d"},{"name":"mmuster@acme.example"},{"name":"root"}]},
      "biosSerialNumber":"S\/N-4711","biosDescription":"of jdoe","volumeListData":{"volume":[{"name":"\njdoe"}]}}]}}
      """#
    let xml = SmallPage(
      host: "<OS>Zoë's &quot;big&quot; Mac &amp; co</OS>",
      detection:
        #"<QID>7</QID><RESULTS>C:\Users\JDOE, 田中, &lt;mmuster&gt;, Zoë's "big" Mac &amp; co, root, S/N-4711</RESULTS>"#
    ).text
    for (name, body) in [("assets-1.json", json), ("detections-1.xml", xml)] {
      try body.write(toFile: "\(source)/\(name)", atomically: true, encoding: .utf8)
      let api = name.hasPrefix("a") ? "assets" : "detections"
      try
        #"{"round":1,"api":"\#(api)","request":{"path":"/p","parameters":[]},"response":{"status":200,"headers":[]},"body":"\#(name)"}"#
        .write(toFile: "\(source)/\(name).exchange.json", atomically: true, encoding: .utf8)
    }
    _ = try await Anonymizer(key: Self.key).copy(source, to: target)
    let made = try ["assets-1.json", "detections-1.xml"].map {
      try String(contentsOfFile: "\(target)/\($0)", encoding: .utf8)
    }
    for text in made {
      for name in ["zoë", "big", "acme", "jdoe", "田中", "\\u7530", "muster", "4711"] {
        #expect(!text.lowercased().contains(name), "\(name) in \(text)")
      }
      #expect(text.contains("root"))
    }
    let asset = try #require(try JSONSerialization.jsonObject(with: Data(made[0].utf8)) as? [String: Any])
    #expect(asset["hasMore"] as? Int == 0)
    let user = try #require(made[1].firstMatch(of: /Users\\(USER-[0-9A-F]{10}),/)).output.1.lowercased()
    #expect(made[0].contains(#""of \#(user)""#) && made[0].contains(#""\n\#(user)""#))
  }

  @Test("plain words and numbers are replaced in fields of names only; Qualys' own words never")
  func plainNames() async throws {
    let host = """
      <TRACKING_METHOD>AGENT</TRACKING_METHOD><NETBIOS>AGENT</NETBIOS><DNS>db</DNS><NETWORK_ID>4711</NETWORK_ID><METADATA><EC2>
      <ATTRIBUTE><NAME><![CDATA[accountId]]></NAME><VALUE><![CDATA[4711]]></VALUE></ATTRIBUTE>
      <ATTRIBUTE><NAME>region</NAME><VALUE>eu-1</VALUE></ATTRIBUTE></EC2></METADATA><EC2_INSTANCE_ID>i-0a1b</EC2_INSTANCE_ID>
      """
    let text = try await Self.anonymized(Self.page(host, results: "the db of my agent, 4711, i-0a1b")).text
    #expect(text.contains("<TRACKING_METHOD>AGENT<") && text.contains("<NETWORK_ID>4711<") && text.contains(">eu-1<"))
    #expect(text.contains("<NETBIOS>HOST-") && text.contains("<DNS>host-"))
    #expect(text.contains("the db of my host-") && text.contains(", 4711, i-") && !text.contains("0a1b"))
    #expect(text.firstMatch(of: /accountId\]\]><\/NAME><VALUE><!\[CDATA\[(\d{4})\]\]>/)?.output.1 != "4711")
  }

  @Test("cut anywhere, the bytes are the same", arguments: [1, 2, 7, 100])
  func chunks(piece: Int) throws {
    let page = Array(try Data(contentsOf: Self.fixtures.appending(path: "demo/detections-0001.xml")))
    func replaced(_ size: Int) -> [UInt8] {
      var names = AnonymNames(AnonymKey(Self.key))
      for name in ["win-10000038.lab.example.org", "O'Neil & Sons", "HKLM\\SOFTWARE"] {
        names.collect(Array(name.utf8), .host, isJSON: false)
      }
      var lexer = AnonymLexer()
      var replacer = AnonymReplacer(names, AnonymKey(Self.key), hasEscapes: false)
      var output: [UInt8] = []
      for start in stride(from: 0, to: page.count, by: size) {
        let bytes = Array(page[start..<min(page.count, start + size)])
        lexer.decide(bytes)
        lexer.lex(bytes) { replacer.add($0, $1, to: &output) }
      }
      replacer.finish(to: &output)
      return output
    }
    let isSame = replaced(piece) == replaced(page.count)
    #expect(isSame)
  }

  @Test("gzip stays gzip, cut off or damaged as it was", arguments: ["whole", "cut", "damaged"])
  func gzip(how: String) async throws {
    var wire: [UInt8] = []
    let compressor = try GzipCompressor(level: 9)
    let page = Self.page(
      "<DNS>win-7.acme.com</DNS>",
      results: (0..<2000).map { "line \($0 * 7919)" }.joined(separator: " ")
    )
    unsafe page.withUnsafeBytes { unsafe compressor.compress($0, into: &wire) }
    compressor.finishMember(into: &wire)
    if how == "cut" { wire.removeLast(200) }
    if how == "damaged" { wire[wire.count - 6] ^= 1 }
    let before = try Self.inflated(wire)
    let made = try await Self.anonymized(wire, name: "d.xml.gz")
    let after = try Self.inflated(made.bytes)
    #expect(!made.text.contains("acme") && made.text.contains("<DNS>host-"))
    #expect((before.error == nil) == (how == "whole") && before.error == after.error)
    #expect(abs(before.bytes.count - after.bytes.count) < 40)
    let length = made.exchange.response.headers.first { $0.name == "Content-Length" }?.value
    #expect(length == "\(made.bytes.count)" && made.exchange.response.headers.count == 1)
  }

  @Test("bytes that are no UTF-8, or that XML forbids, are still there, also in names")
  func rubbish() async throws {
    var page = Self.page("<DNS>bad#name</DNS>", results: "bad#name \u{1} x")
    page = page.map { $0 == UInt8(ascii: "#") ? 0xFE : $0 }
    let made = try await Self.anonymized(page)
    #expect(!made.bytes.starts(with: page) && !made.text.contains("bad"))
    #expect(made.bytes.count { $0 == 0xFF } == 2 && made.bytes.contains(1))
  }

  @Test("parameters are replaced, too; another key gives other pseudonyms, none a new one each time")
  func keys() async throws {
    let page = Self.page("<DNS>win-7</DNS>")
    let first = try await Self.anonymized(page, parameters: [("ips", "192.0.2.1-192.0.2.9"), ("id_min", "77")])
    #expect(first.exchange.value(of: "ips")?.hasPrefix("10.") == true && first.exchange.value(of: "id_min") == "77")
    #expect(try await Self.anonymized(page).text == first.text)
    #expect(try await Self.anonymized(page, key: Array("fedcba9876543210".utf8)).text != first.text)
    let own = try await Self.anonymized(page, key: nil).text
    #expect(try await Self.anonymized(page, key: nil).text != own)
  }

  @Test("nothing of the names and addresses in the demo is left in the folder")
  func nothingLeft() async throws {
    let folder = try TemporaryFolder()
    let source = Self.fixtures.appending(path: "demo")
    let summary = try await Anonymizer().copy(source.path, to: folder.path("t"))
    #expect(summary.answers == 7 && summary.names > 20)
    var names: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      let text = try String(contentsOf: source.appending(path: file), encoding: .utf8)
      let elements =
        #/<(DNS|FQDN|HOSTNAME|DOMAIN|NETBIOS|IP|IPV6|CLOUD_RESOURCE_ID|EC2_INSTANCE_ID)>\s*(?:<!\[CDATA\[)?([^<\]]+)/#
      names.formUnion(text.matches(of: elements).map { String($0.output.2) })
      let members =
        #/"(?:dnsName|assetName|netbiosName|hostname|address|addressIpV4|addressIpV6|macAddress|lastLoggedOnUser|hwUUID|accountId)":"([^"]+)"/#
      names.formUnion(text.matches(of: members).map { String($0.output.1) })
    }
    names.subtract(["root", "nobody"])
    #expect(names.count > 30)
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path("t")) {
      let text = try String(contentsOfFile: folder.path("t/\(file)"), encoding: .utf8).lowercased()
      for name in names { #expect(!text.contains(name.lowercased()), "\(name) in \(file)") }
    }
  }

  @Test("an error answer of the corpus is the same error", arguments: ErrorAnswerTests.names)
  func errors(name: String) async throws {
    let folder = try TemporaryFolder()
    _ = try await Anonymizer().copy(Self.fixtures.appending(path: "errors").path, to: folder.path("t"))
    var outcomes: [String] = []
    for place in [Self.fixtures.appending(path: "errors"), URL(fileURLWithPath: folder.path("t"))] {
      let exchange = try JSONDecoder().decode(
        Capture.Exchange.self,
        from: Data(contentsOf: place.appending(path: "\(name).exchange.json"))
      )
      let body = try exchange.body.map { Array(try Data(contentsOf: place.appending(path: $0))) } ?? []
      outcomes.append(await Self.outcome(exchange, body))
    }
    // Pseudonyms have other lengths, so that places are others.
    let same = Set(outcomes.map { $0.replacing(/(byte|column|line) \d+/) { _ in "n" } })
    #expect(same.count == 1, "\(outcomes)")
  }

  /// What is said of an answer: the first failure, or how many records there were.
  private static func outcome(_ exchange: Capture.Exchange, _ body: [UInt8]) async -> String {
    let transport = ScriptedTransport { _, _ in
      var answer = ScriptedTransport.Answer("", status: exchange.response.status)
      answer.body = body
      answer.headers = exchange.response.headers.map { ($0.name, $0.value) }
      answer.cut = exchange.failure == nil ? nil : body.count
      return answer
    }
    var context = CallContext.forTests(transport)
    context.attempts = 1
    var count = 0
    do {
      if exchange.api == .assets {
        let pages = PagedBatches(AssetsPager(parameters: [], since: nil), context)
        for try await batch in pages.through(DecodeAssets()) { count += batch.records.count }
      } else {
        let pages = PagedBatches(DetectionsPager(path: "/p", parameters: [], since: nil), context)
        for try await batch in pages.through(DecodeDetections()) { count += batch.records.count }
      }
    } catch {
      return "\(count) records, then: \(error)"
    }
    return "\(count) records"
  }
}
