import Records
import Simulator
import TestSupport
import Testing

/// Many entries side by side, in memory and in a file.
@Suite("Entries of many QIDs")
struct JoinedEntriesTests {
  private func text(_ tape: consuming TapeBuilder, _ joined: Range<Int>) -> String {
    var fields = Fields(arena: tape.seal(serverTime: []), outer: 0..<0, inner: 0..<0, mark: 0)
    fields.joined = joined
    return Detection(fields).line().text
  }

  private func text(_ entry: JoinedEntry) -> String {
    var tape = TapeBuilder(byteCapacity: 64, nodeCapacity: 8)
    let joined = tape.append(entry)
    return text(tape, joined)
  }

  @Test("Each entry is what it was, wherever it lies", arguments: [0, 3000, 1 << 30])
  func places(memory: Int) throws {
    let long = String(repeating: "long ", count: 300_000)
    let decoded =
      try EntryDecoding(KnowledgeBaseSimulation(seed: 5, qids: Set(38_000..<38_400)).answer).entries
      + EntryDecoding(SmallKnowledgeBase("<QID>1</QID><DIAGNOSIS>\(long)</DIAGNOSIS>", "")).entries
    let title = try #require(FieldPath("TITLE"))
    let all = decoded.flatMap { [JoinedEntry($0), JoinedEntry($0, fields: [title])] } + [.missing]
    var entries = JoinedEntries(memory: memory)
    var places = [JoinedEntries.Place.missing]
    for entry in all { places.append(try entries.append(entry)) }
    for (place, entry) in zip(places, [.missing] + all) {
      var tape = TapeBuilder(byteCapacity: 8, nodeCapacity: 1)
      // Something before it, whose text must not run into the entry's.
      tape.append(WellKnownName.id, .element, depth: 1)
      tape.append(Array("before".utf8))
      let joined = try entries.copy(place, to: &tape)
      let isEqual = text(tape, joined) == text(entry)
      #expect(isEqual)
    }
    #expect(places.contains { if case .file = $0 { true } else { false } } == (memory < 1 << 30))
    #expect(places.contains { if case .memory = $0 { true } else { false } } == (memory > 0))
    #expect(places.contains { if case .long = $0 { true } else { false } })
  }

  @Test("An entry larger than a piece of memory has one of its own")
  func largeEntry() throws {
    let text = String(repeating: "x", count: 700_000)
    let answer = SmallKnowledgeBase(
      "<QID>1</QID><A>\(text)</A><B>\(text)</B><C>\(text)</C>",
      "<QID>2</QID><TITLE>small</TITLE>"
    )
    var entries = JoinedEntries(memory: 1 << 30)
    for entry in try EntryDecoding(answer).entries.map({ JoinedEntry($0) }) {
      let place = try entries.append(entry)
      var tape = TapeBuilder(byteCapacity: 8, nodeCapacity: 1)
      let joined = try entries.copy(place, to: &tape)
      let isEqual = self.text(tape, joined) == self.text(entry)
      #expect(isEqual)
    }
  }
}
