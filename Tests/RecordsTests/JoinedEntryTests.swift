import Records
import Simulator
import TestSupport
import Testing

/// What is joined as bytes, and back.
@Suite("Entries in a cache")
struct JoinedEntryTests {
  private func again(_ entry: JoinedEntry) throws -> JoinedEntry { try JoinedEntry(serialized: entry.serialized()) }

  /// What an entry says, beside an empty detection.
  private func text(_ entry: JoinedEntry, _ naming: LogFormat.Naming) -> String {
    var tape = TapeBuilder(byteCapacity: 64, nodeCapacity: 8)
    let joined = tape.append(entry)
    var fields = Fields(arena: tape.seal(serverTime: []), outer: 0..<0, inner: 0..<0, mark: 0)
    fields.joined = joined
    return Detection(fields).line(naming: naming).text
  }

  @Test("Every entry is what it was", arguments: LogFormat.Naming.allCases)
  func roundTrip(naming: LogFormat.Naming) throws {
    let some = try ["TITLE", "CVE_LIST.CVE.ID", "CVSS.BASE", "CORRELATION"].map { try #require(FieldPath($0)) }
    let decoded =
      try EntryDecoding(KnowledgeBaseSimulation(seed: 5, qids: Set(38_000..<38_300)).answer).entries
      + EntryDecoding(SmallKnowledgeBase(SmallKnowledgeBase.everything, "", "mixed <A>1</A> text <A>2</A>")).entries
    #expect(decoded.count >= 3)
    for entry in decoded {
      for joined in [JoinedEntry(entry), JoinedEntry(entry, fields: some)] {
        #expect(text(try again(joined), naming) == text(joined, naming))
        #expect(try again(joined).serialized() == joined.serialized())
      }
      // A whole entry from the cache can be reduced as a fresh one is.
      #expect(
        text(try again(JoinedEntry(entry)).keeping(some), naming) == text(JoinedEntry(entry, fields: some), naming)
      )
    }
    #expect(text(try again(.missing), naming) == text(.missing, naming))
  }

  @Test("A long text goes to a file, there and back")
  func longText() throws {
    let long = String(repeating: "long ", count: 300_000) + "."
    let entry = JoinedEntry(
      try EntryDecoding(SmallKnowledgeBase("<QID>1</QID><DIAGNOSIS>\(long)</DIAGNOSIS>")).entries[0]
    )
    let text = text(try again(entry), .sumo)
    #expect(text.utf8.count > long.utf8.count && text == self.text(entry, .sumo))
  }

  @Test("Bytes that are no entry are refused, or read as one that can be written")
  func corruption() throws {
    let bytes = try JoinedEntry(EntryDecoding(SmallKnowledgeBase(SmallKnowledgeBase.everything)).entries[0])
      .serialized()
    func check(_ bytes: [UInt8]) throws {
      do {
        let entry = try JoinedEntry(serialized: bytes)
        for naming in LogFormat.Naming.allCases { #expect(text(entry, naming).hasSuffix("}")) }
        _ = try again(entry)
      } catch is JoinedEntry.Corruption {}
    }
    for count in 0..<bytes.count { try check(Array(bytes[..<count])) }
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<4000 {
      var broken = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        broken[Int.random(in: 0..<broken.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      try check(broken)
      try check(
        (0..<Int.random(in: 0...64, using: &generator)).map { $0 == 0 ? 1 : UInt8.random(in: 0...9, using: &generator) }
      )
    }
  }

  @Test(
    "What is wrong is said",
    arguments: [
      ([], "it is empty"), ([2], "its version 2 is not known"), ([1, 0], "a node of it is cut off or no UTF-8"),
      // A length that no memory holds.
      ([1, 0, 2, 0, 1, 65] + Array(repeating: 255, count: 8), "a node of it is cut off or no UTF-8"),
      // Deeper than a child, a value of JSON, an end, an element without a name.
      ([1, 0, 3, 0, 1, 65, 0, 0, 0, 0, 0, 0, 0, 0], "a node of it is of no known kind, or stands where none can"),
      ([1, 8, 2, 0, 1, 65, 0, 0, 0, 0, 0, 0, 0, 0], "a node of it is of no known kind, or stands where none can"),
      ([1, 3, 2, 0, 1, 65, 0, 0, 0, 0, 0, 0, 0, 0], "a node of it is of no known kind, or stands where none can"),
      ([1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "a node of it is of no known kind, or stands where none can"),
    ] as [([UInt8], String)]
  )
  func message(bytes: [UInt8], what: String) {
    #expect {
      try JoinedEntry(serialized: bytes)
    } throws: {
      "\($0)" == "a KnowledgeBase entry in the cache cannot be read: \(what)"
    }
  }
}
