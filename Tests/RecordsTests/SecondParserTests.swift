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
