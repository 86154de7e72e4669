import Foundation
import NIOHTTP1
import Simulator
import TestSupport
import Testing

/// Answers that no parser should take as they are.
@Suite struct HostileAnswerTests {
  private func answers(_ script: String) async throws -> (faulty: ServerClient.Answer, right: ServerClient.Answer) {
    var answers: [ServerClient.Answer] = []
    try await withServer {
      $0.faults = try FaultScript("\(script)")
    } _: { _, client in
      for _ in 1...2 { answers.append(await client.detections()) }
    }
    return (answers[0], answers[1])
  }

  @Test(
    "Text that is none comes into the first text",
    arguments: [
      ("bad-utf8", [0xC3, 0x28, 0xFF]), ("insert bad-utf8", [0xC3, 0x28, 0xFF]), ("insert nul", [0]),
      ("insert c0", [1, 2, 3, 4, 5, 6, 7, 8, 0x0B, 0x0C, 0x0E]), ("insert surrogate", Array("&#xD800;".utf8)),
      ("insert noncharacter", [0xEF, 0xBF, 0xBE]),
    ] as [(String, [UInt8])]
  )
  func text(fault: String, bytes: [UInt8]) async throws {
    let (faulty, right) = try await answers("detections 1: \(fault)")
    let place = try #require(faulty.body.firstRange(of: bytes)).lowerBound
    let mark = fault == "insert surrogate" ? "<TRACKING_METHOD>" : "<RESULTS><![CDATA["
    #expect(faulty.body[..<place].suffix(mark.utf8.count).elementsEqual(mark.utf8))
    #expect(faulty.body[..<place] == right.body[..<place])
    #expect(faulty.body.count > right.body.count && faulty.failure == nil)
  }

  @Test("Text that is none comes after any byte", arguments: [0, 1, 777, 65_536, 100_000])
  func place(place: Int) async throws {
    let (faulty, right) = try await answers("detections 1: insert nul \(place)")
    let isRight = faulty.body == right.body[..<place] + [0] + right.body[place...]
    #expect(isRight)
  }

  @Test(
    "Entities are declared and referred to",
    arguments: [
      ("internal", #"<!ENTITY x "expanded">"#, "<TRACKING_METHOD>&x;"),
      ("laughs", "<!ENTITY x9 \"&x8;&x8;", "<TRACKING_METHOD>&x9;"),
      ("quadratic", "<!ENTITY x \"xxxxxxxx", "<TRACKING_METHOD>&x;&x;"),
      ("file", #"SYSTEM "file:///etc/passwd""#, "<TRACKING_METHOD>&x;"),
      ("http", #"SYSTEM "http://127.0.0.1:9/"#, "<TRACKING_METHOD>&x;"),
      ("parameter", #"<!ENTITY % p SYSTEM "http://127.0.0.1:9/"#, "%p;\n]>"),
    ]
  )
  func entities(kind: String, declaration: String, reference: String) async throws {
    let (faulty, right) = try await answers("detections 1: xxe \(kind)")
    let document = try #require(faulty.text.firstRange(of: "dtd/output.dtd\" [\n<!ENTITY "))
    #expect(faulty.text[document.lowerBound...].contains(declaration) && faulty.text.contains(reference))
    #expect(!right.text.contains("<!ENTITY"))
  }

  @Test("Elements, attributes and names are more than anyone needs")
  func markup() async throws {
    let (deep, _) = try await answers("detections 1: deep 1000000")
    #expect(deep.text.contains("<RESPONSE>" + String(repeating: "<N>", count: 100)))
    #expect(deep.body.count > 7_000_000 && TagBalance(of: deep.text).complaint == nil)
    let (wide, _) = try await answers("detections 1: attributes 100000")
    #expect(wide.text.contains("<RESPONSE><N a0=\"\" a1=\"\"") && wide.text.contains(" a99999=\"\"/>"))
    let (long, right) = try await answers("detections 1: long-name")
    #expect(long.body.count == right.body.count + 60_003)
  }

  @Test("The other lists have them, too")
  func otherLists() async throws {
    try await withServer {
      $0.faults = try FaultScript(
        """
        knowledge-base 1: xxe file; knowledge-base 2: insert nul; hosts 1: insert surrogate
        assets 1: insert surrogate; assets 2: deep 300; assets 3: long-name 500
        """
      )
    } _: { _, client in
      let entry = [("ids", "10000-13000")]
      #expect(await client.knowledgeBase(entry).text.contains("<CATEGORY>&x;"))
      #expect(await client.knowledgeBase(entry).text.contains("<DIAGNOSIS><![CDATA[\0"))
      let hosts = await client.call("/api/5.0/fo/asset/host/", [("action", "list"), ("details", "None")])
      #expect(hosts.text.contains("<DATETIME>&#xD800;"))
      let token = await client.signIn().text
      #expect(await client.assets(token: token).text.contains(#""assetName":"\ud800"#))
      let deep = await client.assets(token: token)
      #expect(deep.text.hasPrefix("{\"N\":[[[[") && deep.json?["count"] as? Int == 8)
      let long = await client.assets(token: token)
      #expect(long.text.hasPrefix("{\"NNNNN") && long.json?["count"] as? Int == 8)
    }
  }
}
