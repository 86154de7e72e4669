import Health
import Qualys
import Streaming
import Synchronization
import TestSupport
import Testing

/// Row 71 of the fault matrix: one item that never comes whole does not keep the others back.
@Suite struct QuarantineTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var kind: StreamKind
    var defect: SmallQualys.Defect
    var bad: [Int]
    var testDescription: String { "\(kind.rawValue), \(defect.rawValue), \(bad)" }
  }

  static let cases = StreamKind.allCases.flatMap { kind in
    SmallQualys.Defect.allCases.flatMap { defect in
      [[1], [4], [5], [9], [4, 5], [1, 9]].map { Case(kind: kind, defect: defect, bad: $0) }
    }
  }.filter { $0.kind != .assets || $0.defect != .cutBeforeID }

  /// A Qualys whose bad items get well.
  private final class Healing: Sendable {
    let qualys: Mutex<SmallQualys>
    init(_ this: Case) {
      var small = SmallQualys()
      for id in this.bad { small.bad[id] = this.defect }
      qualys = Mutex(small)
    }
    func heal() { qualys.withLock { $0.bad = [:] } }
    func answer(to request: APIRequest) -> ScriptedTransport.Answer {
      qualys.withLock { $0 }.answer(to: request)
    }
  }

  @Test(
    "71: it is left out, all others come; it is asked for first in each round, and comes when it can",
    arguments: cases
  )
  func quarantine(this: Case) async throws {
    let healing = Healing(this)
    let round = SmallRound(this.kind) { _, request in healing.answer(to: request) }
    let others = SmallQualys().ids.filter { !this.bad.contains($0) }
    func kept() throws -> [Int] { try Quarantine(round.state, of: "s").entries().map { Int($0.id) } }

    #expect(try await round.run() == others)
    #expect(try kept() == this.bad)
    let events = round.events.named("HostQuarantined")
    #expect(events.map { $0.counts["id"] } == this.bad)
    #expect(events.allSatisfy { !$0.isRecovery && $0.severity == .warning })

    // Not yet: each is asked for once, at the beginning, and the round costs no more than that.
    try round.finish()
    let first = round.transport.requests.count
    #expect(Set(try await round.run()).isDisjoint(with: this.bad))
    #expect(try kept() == this.bad)
    #expect(round.transport.requests[first..<first + this.bad.count].map { Self.asked($0) } == this.bad)
    #expect(round.events.named("HostQuarantined").count == this.bad.count)

    healing.heal()
    try round.finish()
    #expect(try await Array(round.run().prefix(this.bad.count)) == this.bad)
    #expect(try kept().isEmpty)
    #expect(round.events.named("HostQuarantined").count { $0.isRecovery } == this.bad.count)
  }

  /// The item that a request asks for alone.
  private static func asked(_ request: APIRequest) -> Int? {
    if request.api == .assets { return request.value(of: "lastSeenAssetId").flatMap { Int($0) }.map { $0 + 1 } }
    return request.value(of: "ids").flatMap { Int($0) }
  }

  @Test("the page is halved until the item stands alone, asked for five times, and doubled again behind it")
  func halving() async throws {
    var qualys = SmallQualys()
    qualys.ids = Array(1...40)
    qualys.bad[10] = .cutBeforeID
    let round = SmallRound(.detections, options: [("truncation_limit", .integer(16))]) { [qualys] _, request in
      qualys.answer(to: request)
    }
    #expect(try await round.run() == qualys.ids.filter { $0 != 10 })
    let pages = round.transport.requests.filter { $0.api == .detections }
    #expect(
      pages.map { "\($0.value(of: "id_min") ?? "-")/\($0.value(of: "truncation_limit") ?? "-")" } == [
        "-/16", "10/16", "10/8", "10/4", "10/2", "10/1", "10/1", "10/1", "10/1", "10/1", "11/1", "12/2", "14/4", "18/8",
        "26/16",
      ]
    )
    let lists = round.transport.requests.filter { $0.api == .hosts }
    #expect(lists.map { $0.value(of: "id_min") } == ["10"] && lists.allSatisfy { $0.value(of: "details") == "None" })
  }

  @Test("in the next rounds a host that is left out is passed over by id_max")
  func passingOver() async throws {
    var qualys = SmallQualys()
    qualys.bad[5] = .malformed
    let round = SmallRound(.detections) { [qualys] _, request in qualys.answer(to: request) }
    _ = try await round.run()
    try round.finish()
    let first = round.transport.requests.count
    #expect(try await round.run() == [1, 2, 3, 4, 6, 7, 8, 9])
    let pages = round.transport.requests[first...]
    #expect(pages.map { $0.value(of: "ids") ?? "" } == ["5", "", "", "", ""])
    #expect(pages.map { $0.value(of: "id_max") ?? "-" } == ["-", "4", "4", "-", "-"])
    #expect(pages.map { $0.value(of: "id_min") ?? "-" } == ["-", "-", "4", "6", "9"])
    // It keeps the window that it was left out of: everything.
    #expect(pages.first?.value(of: "vm_processed_after") == nil)
    #expect(pages.dropFirst().allSatisfy { $0.value(of: "vm_processed_after") != nil })
  }

  @Test("one call for a host that Qualys does not have any more lets it go")
  func gone() async throws {
    let qualys = Mutex(SmallQualys())
    qualys.withLock { $0.bad[5] = .cut }
    let round = SmallRound(.detections) { _, request in qualys.withLock { $0 }.answer(to: request) }
    _ = try await round.run()
    try round.finish()
    qualys.withLock { $0.ids.removeAll { $0 == 5 } }
    _ = try await round.run()
    #expect(try Quarantine(round.state, of: "s").entries().isEmpty)
  }

  @Test("when nothing at all comes any more, not one host after the other is left out for ever")
  func outage() async throws {
    var qualys = SmallQualys()
    qualys.ids = Array(1...100)
    for id in 4...100 { qualys.bad[id] = .cut }
    let round = SmallRound(.detections) { [qualys] _, request in qualys.answer(to: request) }
    await #expect(throws: Exhausted.self) { try await round.run() }
    #expect(try Quarantine(round.state, of: "s").entries().map { Int($0.id) } == Array(4...13))
  }

  @Test("silence before the head halves the page as well, an asset without an id is no item to leave out")
  func silence() async throws {
    let silent = SmallRound(.detections) { _, request in
      if (Int(request.value(of: "truncation_limit") ?? "") ?? 0) > 1 {
        throw BrokenConnection("silence", isSilence: true)
      }
      return SmallQualys().answer(to: request)
    }
    #expect(try await silent.run { $0.attempts = .max } == SmallQualys().ids)
    var qualys = SmallQualys()
    qualys.bad[5] = .cutBeforeID
    let assets = SmallRound(.assets) { [qualys] _, request in qualys.answer(to: request) }
    await #expect(throws: Exhausted.self) { try await assets.run() }
    #expect(try Quarantine(assets.state, of: "s").entries().isEmpty)
  }
}
