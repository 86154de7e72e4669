import State
import Streaming
import TestSupport
import Testing

/// What stages set, and what of it a commit keeps; alike in the real state and in the tests' own.
@Suite("What is remembered")
struct RememberingTests {
  enum Kind: CaseIterable { case sqlite, inMemory }

  private static func state(_ kind: Kind) throws -> any StateStore {
    switch kind {
    case .sqlite: try SQLiteState.temporary()
    case .inMemory: MemoryState()
    }
  }

  @Test("What is set is seen at once, and committed with its page only", arguments: Kind.allCases)
  func commit(kind: Kind) throws {
    let state = try Self.state(kind)
    let page = Page.test()
    try state.set("1", for: "a", at: 0, of: page)
    try state.set("2", for: "b", at: 1, of: page)
    try state.set("3", for: "a", at: 1, of: page)
    #expect(try state.values("a", "b", "c") == ["3", "2", nil])
    #expect(try state.all().isEmpty)
    #expect(try state.progress(of: "s") == nil)
    try state.end(page, marks: 2)
    try state.commit(page, marks: 2, at: 5)
    #expect(try state.all() == ["a": "3", "b": "2"])
    #expect(try state.values("a", "b", "c") == ["3", "2", nil])
    #expect(try state.progress(of: "s") == StreamProgress(cursor: Array("page 0".utf8), serverTime: 5))
  }

  @Test("Of two pages in flight, a commit keeps the first alone", arguments: Kind.allCases)
  func twoPages(kind: Kind) throws {
    let state = try Self.state(kind)
    let (first, second) = (Page.test(0), Page.test(1))
    try state.set("1", for: "a", at: 0, of: first)
    try state.set("2", for: "a", at: 0, of: second)
    try state.set("2", for: "b", at: 0, of: second)
    try state.commit(first)
    #expect(try state.all() == ["a": "1"])
    #expect(try state.values("a", "b") == ["2", "2"])
    try state.commit(second)
    #expect(try state.all() == ["a": "2", "b": "2"])
  }

  @Test("A page that breaks off keeps what was set below its last mark", arguments: Kind.allCases)
  func brokenOff(kind: Kind) throws {
    let state = try Self.state(kind)
    let page = Page.test()
    try state.set("old", for: "a", at: 1, of: page)
    try state.set("new", for: "a", at: 2, of: page)
    try state.set("new", for: "b", at: 2, of: page)
    try state.end(page, marks: 2)
    #expect(try state.values("a", "b") == ["old", nil])
    try state.set("again", for: "b", at: 2, of: .test(1))
    try state.commit(page, marks: 2)
    #expect(try state.all() == ["a": "old"])
    #expect(try state.values("a", "b") == ["old", "again"])
  }

  @Test("A commit below what was set leaves the rest out", arguments: Kind.allCases)
  func commitBelow(kind: Kind) throws {
    let state = try Self.state(kind)
    let page = Page.test()
    try state.set("old", for: "a", at: 1, of: page)
    try state.set("new", for: "a", at: 2, of: page)
    try state.commit(page, marks: 2)
    #expect(try state.all() == ["a": "old"])
    #expect(try state.values("a") == ["old"])
  }

  @Test("Abandoning forgets one stream's pages, and no other's", arguments: Kind.allCases)
  func abandon(kind: Kind) throws {
    let state = try Self.state(kind)
    let page = Page.test()
    try state.set("1", for: "a", at: 0, of: page)
    try state.memory("ports", of: "other").set([1], for: [1], at: 0, of: page)
    try state.abandon("s")
    #expect(try state.values("a") == [nil])
    try state.commit(page)
    #expect(try state.all().isEmpty)
    #expect(try state.memory("ports", of: "other").values(for: [[1]]) == [[1]])
    try state.commit(page, of: "other")
    #expect(try state.entries(of: "ports", after: nil, limit: 9).map(\.key) == [[1]])
  }

  @Test("Streams share a space when it is committed; spaces share nothing", arguments: Kind.allCases)
  func spaces(kind: Kind) throws {
    let state = try Self.state(kind)
    let page = Page.test()
    try state.set("1", for: "a", at: 0, of: page, in: "one")
    try state.set("2", for: "a", at: 0, of: page, in: "two")
    #expect(try state.memory("one", of: "other").values(for: [Array("a".utf8)]) == [nil])
    try state.commit(page)
    #expect(try state.memory("one", of: "other").values(for: [Array("a".utf8)]) == [Array("1".utf8)])
    #expect(try state.all(in: "one") == ["a": "1"])
    #expect(try state.all(in: "two") == ["a": "2"])
    #expect(try state.all(in: "three").isEmpty)
  }

  @Test("Entries come in order, above a key, and empty ones are values", arguments: Kind.allCases)
  func entries(kind: Kind) throws {
    let state = try Self.state(kind)
    let keys: [[UInt8]] = [[], [0], [0, 0], [1], [255], [255, 0]]
    try state.store(keys.shuffled().map { ($0, []) }, in: "cache")
    #expect(try state.entries(of: "cache", after: nil, limit: 9).map(\.key) == keys)
    for (index, key) in keys.enumerated() {
      let after = try state.entries(of: "cache", after: key, limit: 2)
      #expect(after.map(\.key) == Array(keys[(index + 1)...].prefix(2)))
    }
    #expect(try state.memory("cache", of: "s").values(for: keys) == keys.map { _ in [] })
    try state.store([([1], [7])], in: "cache")
    #expect(try state.memory("cache", of: "s").values(for: [[1], [0]]) == [[7], []])
  }

  @Test(
    "Pruning forgets what is older; what was set at no time is as old as its first pruning",
    arguments: Kind.allCases
  )
  func prune(kind: Kind) throws {
    let state = try Self.state(kind)
    for (number, time) in [100, 200, 300].enumerated() {
      let page = Page.test(number)
      try state.set("\(time)", for: "\(time)", at: 0, of: page)
      try state.commit(page, at: time)
    }
    try state.store([(Array("none".utf8), [])], in: "ports")
    try state.store([(Array("300".utf8), [])], in: "others")
    try state.prune("ports", olderThan: 100, at: 300)
    #expect(Set(try state.all().keys) == ["200", "300", "none"])
    try state.prune("ports", olderThan: 100, at: 350)
    #expect(Set(try state.all().keys) == ["300", "none"])
    try state.prune("ports", olderThan: 100, at: 401)
    #expect(try state.all().isEmpty)
    #expect(try state.all(in: "others").count == 1)
  }
}
