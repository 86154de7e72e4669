import Records
import Simulator
import Stages
import Streaming
import TestSupport
import Testing

/// What is put beside records is written behind their arena once, and behind copies of it by all others.
@Suite("Extending tapes")
struct ExtendingTapesTests {
  private static func records() throws -> ContiguousArray<Detection> {
    ContiguousArray(try Decoding(DetectionsSimulation(hosts: 12, seed: 4).page()).detections())
  }

  private static func lines(_ records: some Sequence<Detection>) -> [String] { records.map { $0.line().text } }

  /// The records, each with a text of so many bytes beside it.
  private static func extended(
    _ records: ContiguousArray<Detection>,
    _ letter: Character,
    length: Int
  ) -> ContiguousArray<Detection> {
    var records = records
    let text = Array(String(repeating: letter, count: length).utf8)
    records.extendTapes(bytes: 16, nodes: 1) { fields, tape in
      let start = tape.nodeCount
      tape.append(leaf: WellKnownName.eventID, text, depth: 1)
      fields.added = start..<tape.nodeCount
    }
    return records
  }

  private static func expect(_ records: ContiguousArray<Detection>, _ letter: Character, length: Int) throws {
    let path = try #require(FieldPath("event_id"))
    let text = String(repeating: letter, count: length)
    #expect(records.allSatisfy { $0.value(at: path) == text })
  }

  @Test("Branches that extend the same records do not see each other", arguments: [0, 1, 40, 400, 40_000])
  func branches(length: Int) throws {
    let records = try Self.records()
    let before = Self.lines(records)
    let first = Self.extended(records, "a", length: length)
    let second = Self.extended(records, "b", length: length)
    let third = Self.extended(first, "c", length: length)
    let fourth = Self.extended(first, "d", length: length)
    for (records, letter) in zip([first, second, third, fourth], "abcd") {
      try Self.expect(records, letter, length: length)
    }
    #expect(Self.lines(records) == before)
    // One of them lies behind the records, unless there is no room; the other in memory of its own.
    let (liesBehind, other) = unsafe (
      records[0].fields.arena.bytes == first[0].fields.arena.bytes,
      records[0].fields.arena.bytes == second[0].fields.arena.bytes
    )
    #expect(liesBehind == (length < 40_000) && !other)
  }

  @Test("So do branches that run at once")
  func concurrency() async throws {
    for _ in 0..<20 {
      let records = try Self.records()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for letter in "abcdefgh" {
          group.addTask {
            var extended = records
            for _ in 0..<3 { extended = Self.extended(extended, letter, length: 50) }
            try Self.expect(extended, letter, length: 50)
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("What fails on the way leaves the records as they were")
  func failure() throws {
    struct Stop: Error {}
    var records = try Self.records()
    let before = Self.lines(records)
    var count = 0
    #expect(throws: Stop.self) {
      try records.extendTapes(bytes: 16, nodes: 1) { _, tape in
        tape.append(leaf: WellKnownName.eventID, Array("lost".utf8), depth: 1)
        count += 1
        if count == 5 { throw Stop() }
      }
    }
    #expect(Self.lines(records) == before)
    try Self.expect(Self.extended(records, "x", length: 9), "x", length: 9)
  }
}
