import Records
import Simulator
import Streaming
import TestSupport
import Testing

/// The lines do not tell how the bytes of an answer came.
@Suite("Answers in chunks of any size")
struct ChunkInvarianceTests {
  /// Answers worth cutting, with the lines and the report that they give in one piece.
  struct Subject: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let answer: [UInt8]

    static let ordinary = Subject(testDescription: "five hosts", answer: DetectionsSimulation(hosts: 5, seed: 3).page())
    static let everything = Subject(
      testDescription: "hosts with everything",
      answer: SmallPage((1...4).map { .everything(id: $0) }).bytes
    )
    static let largeHost = Subject(
      testDescription: "a host of more than a mebibyte, between small ones",
      answer: SmallPage([
        .everything(id: 1),
        SmallPage.Host(
          id: 2,
          "<IP>10.0.0.2</IP>",
          detections: (0..<720).map {
            "<QID>\($0)</QID><RESULTS>\(String(repeating: "x<y> ", count: 300).cdata)</RESULTS>"
          }
        ),
        .everything(id: 3),
      ]).bytes
    )
  }

  @Test("A tag may hold what looks like its end, wherever chunks end", arguments: 0..<16, [1, 64, 1 << 20])
  func endOfTagInAttribute(shift: Int, chunk: Int) throws {
    let detection = "<QID>1</QID><QDS severity=\"a > b\" and='/> c' to=\"1 &#62; 0 &amp; > 2\">1</QDS>"
    let padding = String(repeating: "x", count: shift)
    let host = SmallPage.Host(
      id: 1,
      "<OS>\(padding)</OS>",
      detections: Array(repeating: detection, count: 2400)
    )
    let decoding = try Decoding(SmallPage([host]).bytes, chunk: chunk)
    #expect(decoding.failure == nil)
    let path = try #require(FieldPath("DETECTION.QDS.@to"))
    let detections = try decoding.detections()
    #expect(detections.count == 2400)
    #expect(detections.allSatisfy { $0.value(at: path) == "1 > 0 & > 2" })
  }

  @Test("Small answers", arguments: [Subject.ordinary, .everything], [1, 2, 7, 64, 1000, 4096, 65536, 1 << 20])
  func smallAnswers(_ subject: Subject, size: Int) throws { try check(subject, size: size) }

  @Test("A large host", arguments: [1, 7, 64, 1000, 4096, 65536, 1 << 20])
  func largeHost(size: Int) throws { try check(.largeHost, size: size) }

  private func check(_ subject: Subject, size: Int) throws {
    let whole = try Decoding(subject.answer, chunk: subject.answer.count)
    let cut = try Decoding(subject.answer, chunk: size)
    #expect(cut.failure == nil)
    #expect(try cut.text() == whole.text())
    let (report, expected) = try (cut.report, whole.report)
    #expect(report.marks == expected.marks && report.lastID == expected.lastID && report.drift == expected.drift)
    #expect(cut.meter.current.missing == 0)
  }

  @Test("A large host comes in parts, each with all of its fields, and is one mark")
  func parts() throws {
    let decoding = try Decoding(Subject.largeHost.answer)
    let parts = decoding.hosts.filter { $0.value(at: .id) == "2" }
    #expect(parts.count > 3)
    #expect(parts.allSatisfy { $0.value(at: .ip) == "10.0.0.2" && $0.fields.mark == 1 })
    #expect(parts.reduce(0) { $0 + $1.detectionCount } == 720)
    #expect(try decoding.report.marks == 3)
    #expect(try decoding.detections().count == 724)
    // A mark is given when its host is whole, not with its first part.
    for batch in decoding.batches where batch.records.last?.value(at: .id) == "2" {
      let isWhole = batch.records.last?.value(at: .lastQID) == "719"
      #expect(batch.position.marks == (isWhole ? 2 : 1))
    }
  }
}

extension FieldPath {
  // Paths that are right by construction.
  fileprivate static let id = FieldPath("ID")!
  fileprivate static let ip = FieldPath("IP")!
  fileprivate static let lastQID = FieldPath("DETECTION_LIST.DETECTION.QID")!
}
