import Foundation
import Records
import Stages
import Streaming
import TestSupport
import Testing

/// The decoder against Python's expat, value by value.
@Suite struct SecondParserTests {
  @Test("1,000 random documents decode as expat reads them", arguments: 0..<10)
  func randomDocuments(seed: Int) async throws {
    let (framed, status) = try await Python.run("random_documents.py", ["\(seed)", "100"])
    #expect(status == 0)
    let (output, _) = try await Python.run("reference.py", ["--framed"], input: framed)
    var lines = output.split(separator: UInt8(ascii: "\n"))[...]
    let documents = Self.documents(in: framed)
    #expect(documents.count == 100)
    for (index, document) in documents.enumerated() {
      let end = try #require(lines.firstIndex { $0.count == 1 })
      #expect(lines[end].elementsEqual("0".utf8))
      try Self.compare(document, with: lines[..<end], "document \(index)", chunk: [1 << 20, 4096, 777][index % 3])
      lines = lines[(end + 1)...]
    }
  }

  @Test(
    "the samples decode as expat reads them",
    arguments: [
      "demisto/host_list_detections_raw.xml", "elastic/hld_mock_body.xml", "guide/hld_v5_sample.xml",
      "recorded/detections_empty.body.xml",
    ]
  )
  func samples(path: String) async throws {
    guard let samples = Python.samples else {
      print("skipped: the samples are not at hand")
      return
    }
    let document = try Data(contentsOf: samples.appending(path: path))
    let (output, status) = try await Python.run("reference.py", ["-"], input: document)
    #expect(status == 0)
    try Self.compare(Array(document), with: output.split(separator: UInt8(ascii: "\n"))[...], path, chunk: 100)
  }

  @Test("random KnowledgeBase documents decode as expat reads them", arguments: 100..<103)
  func randomEntries(seed: Int) async throws {
    let (framed, _) = try await Python.run("random_documents.py", ["\(seed)", "100"])
    // Hosts with everything wild in them are as good as entries.
    let documents = Self.documents(in: framed).map { document in
      String(decoding: document, as: UTF8.self)
        .replacing("HOST_LIST_VM_DETECTION_OUTPUT", with: "KNOWLEDGE_BASE_VULN_LIST_OUTPUT")
        .replacing("HOST_LIST", with: "VULN_LIST").replacing("HOST", with: "VULN")
    }
    var input = Data()
    for document in documents {
      let length = String(document.utf8.count)
      input += Data((String(repeating: "0", count: 8 - length.count) + length + "\n" + document).utf8)
    }
    let (output, _) = try await Python.run("reference.py", ["--knowledge-base", "--framed"], input: input)
    var lines = output.split(separator: UInt8(ascii: "\n"))[...]
    for (index, document) in documents.enumerated() {
      let end = try #require(lines.firstIndex { $0.count == 1 })
      #expect(lines[end].elementsEqual("0".utf8))
      let chunk = [1 << 20, 4096, 777][index % 3]
      try Self.compareEntries(Array(document.utf8), with: lines[..<end], "document \(index)", chunk: chunk)
      lines = lines[(end + 1)...]
    }
  }

  @Test(
    "the KnowledgeBase samples decode as expat reads them",
    arguments: [
      ("recorded/kb_one_qid.body.xml", 1), ("recorded/kb_empty.body.xml", 0), ("demisto/vulnerabilities_raw.xml", 1),
    ],
    [1, 100, 1 << 20]
  )
  func entrySamples(_ sample: (path: String, count: Int), chunk: Int) async throws {
    guard let samples = Python.samples else {
      print("skipped: the samples are not at hand")
      return
    }
    let document = try Data(contentsOf: samples.appending(path: sample.path))
    let (output, status) = try await Python.run("reference.py", ["--knowledge-base", "-"], input: document)
    #expect(status == 0)
    let lines = output.split(separator: UInt8(ascii: "\n"))[...]
    #expect(lines.count == sample.count)
    try Self.compareEntries(Array(document), with: lines, sample.path, chunk: chunk)
  }

  @Test("simulated KnowledgeBase answers decode as expat reads them")
  func simulatedEntries() async throws {
    for answer in SimulatedEntries.answers {
      let (output, status) = try await Python.run("reference.py", ["--knowledge-base", "-"], input: Data(answer))
      #expect(status == 0)
      try Self.compareEntries(answer, with: output.split(separator: UInt8(ascii: "\n"))[...], "simulated", chunk: 4096)
    }
  }

  private static func compareEntries(
    _ document: [UInt8],
    with lines: ArraySlice<Data>,
    _ name: String,
    chunk: Int
  ) throws {
    let decoding = try EntryDecoding(document, chunk: chunk)
    #expect(decoding.failure == nil, "\(name)")
    #expect(lines.count == decoding.entries.count, "\(name)")
    for (entry, line) in zip(decoding.entries, lines) {
      let json = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
      let own = Tree("VULN", members: entry.fields.outer, of: entry.fields)
      let other = try #require(Tree(json["entry"] ?? ""))
      #expect(own.difference(from: other) == nil, "\(name)")
    }
  }

  private static func documents(in framed: Data) -> [[UInt8]] {
    var documents: [[UInt8]] = []
    var rest = Array(framed)[...]
    while rest.count > 9, let length = Int(String(decoding: rest.prefix(8), as: UTF8.self)) {
      documents.append(Array(rest.dropFirst(9).prefix(length)))
      rest = rest.dropFirst(9 + length)
    }
    return documents
  }

  private static func compare(_ document: [UInt8], with lines: ArraySlice<Data>, _ name: String, chunk: Int) throws {
    let decoding = try Decoding(document, chunk: chunk)
    #expect(decoding.failure == nil, "\(name)")
    let detections = try decoding.detections()
    #expect(lines.count == detections.count, "\(name)")
    for (detection, line) in zip(detections, lines) {
      let json = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
      let fields = detection.fields
      let host = Tree("HOST", members: fields.outer, of: fields)
      let otherHost = try #require(Tree(json["host"] ?? ""))
      let own = Tree(element: fields.inner.lowerBound, of: fields)
      let otherOwn = try #require(Tree(json["detection"] ?? ""))
      #expect(host.difference(from: otherHost) == nil, "\(name)")
      #expect(own.difference(from: otherOwn) == nil, "\(name)")
    }
  }
}
