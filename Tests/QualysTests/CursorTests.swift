import Qualys
import State
import Streaming
import Synchronization
import TestSupport
import Testing

/// A round that another process goes on with, behind the last committed page.
@Suite struct CursorTests {
  private static let qualys = SmallQualys()

  @Test(
    "killed behind any page, the next process goes on there with the same window: nothing is lost or comes twice",
    arguments: StreamKind.allCases,
    1...3
  )
  func goesOn(kind: StreamKind, pages: Int) async throws {
    let round = SmallRound(kind) { _, request in Self.qualys.answer(to: request) }
    let before = try await round.run(stopAfter: pages)
    let behind = try await round.goOn()
    #expect(before + behind == Self.qualys.ids)
    // A process that ends between the last page and the end of the round only has to end the round.
    if kind != .knowledgeBase { #expect(round.transport.requests.count == 3) }
    #expect(try await round.goOn() == [])
    #expect(round.transport.requests.count == 3)
    #expect(round.events.all.isEmpty)
  }

  @Test(
    "a host with which the next page begins again comes once, killed behind any page, with breaks and without",
    arguments: [nil, .malformed, .cut] as [SmallQualys.Defect?],
    1...9
  )
  func repeatedHosts(defect: SmallQualys.Defect?, pages: Int) async throws {
    var qualys = Self.qualys
    qualys.repeatsHosts = true
    qualys.bad[5] = defect
    let round = SmallRound(.detections) { [qualys] _, request in qualys.answer(to: request) }
    let before = try await round.run(stopAfter: pages)
    let behind = try await round.goOn()
    #expect(before + behind == qualys.ids.filter { qualys.bad[$0] == nil })
  }

  @Test("killed behind any page of a later round, changed entries come once and new ones, too", arguments: 1...4)
  func knowledgeBase(pages: Int) async throws {
    let round = SmallRound(.knowledgeBase) { _, request in Self.qualys.answer(to: request) }
    for qid in 1...5 {
      let page = Page(number: 0, origin: "")
      var report = Page.Report()
      report.ids = [UInt64(qid)]
      page.conclude(report)
      try QIDLedger(round.state).note(delivered: page, to: "s")
      try round.state.commit(page, marks: 1, of: "s", progress: .init(cursor: []))
    }
    try round.finish()
    let before = try await round.run(stopAfter: pages)
    let behind = try await round.goOn()
    #expect(before + behind == [1, 2, 3, 4, 5, 6, 7, 8, 9])
    #expect(Set(round.transport.requests.prefix(2).map { $0.value(of: "last_modified_after") }).count == 1)
    #expect(round.transport.requests.count == 4)
  }

  @Test(
    "killed at any page of a round with breaks and a bad item, all others come once",
    arguments: StreamKind.allCases,
    1...12
  )
  func goesOnBadly(kind: StreamKind, pages: Int) async throws {
    var qualys = Self.qualys
    qualys.bad[5] = .malformed
    let round = SmallRound(kind) { [qualys] _, request in qualys.answer(to: request) }
    let before = try await round.run(stopAfter: pages)
    let behind = try await round.goOn()
    #expect(before + behind == [1, 2, 3, 4, 6, 7, 8, 9])
    #expect(try Quarantine(round.state, of: "s").entries().map(\.id) == [5])
  }

  @Test("a host that came out of quarantine is passed over by who goes on with the round, too", arguments: 1...4)
  func passesOver(pages: Int) async throws {
    let isWell = Mutex(false)
    let round = SmallRound(.detections) { _, request in
      var qualys = Self.qualys
      if !isWell.withLock({ $0 }) { qualys.bad[5] = .malformed }
      return qualys.answer(to: request)
    }
    #expect(try await round.run() == [1, 2, 3, 4, 6, 7, 8, 9])
    try round.finish()
    isWell.withLock { $0 = true }
    let before = try await round.run(stopAfter: pages)
    #expect(try await before + round.goOn() == [5, 1, 2, 3, 4, 6, 7, 8, 9])
  }

  @Test("the window of the unfinished round holds, whatever the state says by now", arguments: StreamKind.allCases)
  func sameWindow(kind: StreamKind) async throws {
    let round = SmallRound(kind) { _, request in Self.qualys.answer(to: request) }
    _ = try await round.run(stopAfter: 1) { $0.since = .time("2026-01-01T00:00:00Z") }
    try Windows(round.state).finish("s", began: 1_900_000_000)
    _ = try await round.goOn()
    let names = ["vm_processed_after", "last_modified_after", "assetLastUpdated"]
    let times = round.transport.requests.map { request in names.compactMap { request.value(of: $0) } }
    if kind != .knowledgeBase { #expect(times == Array(repeating: ["2026-01-01T00:00:00Z"], count: 3)) }
  }

  @Test("a cursor of other options, of another beginning, or that cannot be read is not used, and that is said")
  func refused() async throws {
    for (options, since, bytes) in [
      ([("truncation_limit", .integer(3)), ("show_igs", .boolean(true))], nil, nil),
      ([("truncation_limit", .integer(3))], Since.time("2026-01-01"), nil),
      ([("truncation_limit", .integer(3))], nil, Array("{}".utf8)),
    ] as [([(String, OptionValue)], Since?, [UInt8]?)] {
      let first = SmallRound(.detections) { _, request in Self.qualys.answer(to: request) }
      _ = try await first.run(stopAfter: 1)
      let second = SmallRound(.detections, state: first.state, options: options.map { (key: $0.0, value: $0.1) }) {
        Self.qualys.answer(to: $1)
      }
      let ids = try await second.run {
        $0.cursor = bytes ?? first.cursor
        $0.since = since
      }
      #expect(ids == Self.qualys.ids)
      #expect(second.events.named("RoundBegunAgain").count == 1)
    }
  }

  @Test("another page size is no other question: the round goes on")
  func otherLimit() async throws {
    let first = SmallRound(.detections) { _, request in Self.qualys.answer(to: request) }
    let before = try await first.run(stopAfter: 1)
    let second = SmallRound(.detections, state: first.state, options: [("truncation_limit", .integer(2))]) {
      Self.qualys.answer(to: $1)
    }
    #expect(try await before + second.run { $0.cursor = first.cursor } == Self.qualys.ids)
  }
}
