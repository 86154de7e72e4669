import Foundation
import Records
import Sinks
import Streaming
import SystemPackage
import TestSupport
import Testing

/// KnowledgeBase entries among the dead letters.
@Suite("Dead letters of KnowledgeBase entries")
struct EntryDeadLetterTests {
  @Test("A letter is the log as encode-json would have written it", arguments: LogFormat.Naming.allCases)
  func letter(naming: LogFormat.Naming) throws {
    let folder = try TemporaryFolder()
    let letters = DeadLetters(path: FilePath(folder.path("letters.jsonl")), stream: "knowledge-base", naming: naming)
    let decoding = try EntryDecoding(SmallKnowledgeBase(SmallKnowledgeBase.everything, "<QID>2</QID>"))
    for entry in decoding.entries { try letters.accept(entry, from: "stage", because: "why", on: decoding.page) }
    try letters.commit(decoding.page, marks: 2)
    let written = try folder.bytes(of: "letters.jsonl").split(separator: UInt8(ascii: "\n"))
    let originals = written.map { String(decoding: DeadLetters.original(of: $0), as: UTF8.self) }
    #expect(try originals == decoding.texts(naming: naming))
    #expect(originals.first?.hasPrefix(#"{"LogType":"knowledgeBaseLogs","Timestamp":"2026-10-07T13:02:59Z","#) == true)
  }

  @Test("A letter has what was put beside a detection", arguments: LogFormat.Naming.allCases)
  func joined(naming: LogFormat.Naming) throws {
    let folder = try TemporaryFolder()
    let letters = DeadLetters(path: FilePath(folder.path("letters.jsonl")), stream: "detections", naming: naming)
    let decoding = try Decoding(SmallPage([.everything(id: 1)]))
    var detections = ContiguousArray(try decoding.detections())
    detections.extendTapes(bytes: 64, nodes: 3) { fields, tape in
      fields.added = tape.nodeCount..<tape.nodeCount + 1
      tape.append(leaf: WellKnownName.eventID, Array("1f".utf8), depth: 1)
      fields.joined = tape.append(.missing)
    }
    for detection in detections { try letters.accept(detection, from: "stage", because: "why", on: decoding.page) }
    try letters.commit(decoding.page, marks: 1)
    let written = try folder.bytes(of: "letters.jsonl").split(separator: UInt8(ascii: "\n"))
    let originals = written.map { String(decoding: DeadLetters.original(of: $0), as: UTF8.self) }
    #expect(originals == detections.map { $0.line(naming: naming).text })
    #expect(originals.allSatisfy { $0.contains(#","event_id":"1f","#) && $0.hasSuffix(#"":"1"}}"#) })
  }
}
