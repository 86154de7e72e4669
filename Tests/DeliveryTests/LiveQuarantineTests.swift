import DeliveryScenario
import Testing

/// Hosts that cannot be had on the first day of live rounds, and what kills can do to them.
///
/// That kills at any step of both days change nothing about them is a test of ``LiveKillTests``.
@Suite("When a host is left out")
struct LiveQuarantineTests {
  @Test("A person is told when it is left out, and when it comes, once each")
  func told() async throws {
    let folder = try ScenarioFolder()
    for day in 1...2 {
      let told = try await LiveScenario(in: folder.path, day: day).run()
      #expect(told.events.filter { $0.hasSuffix("HostQuarantined") }.count == 2)
      #expect(try LiveOutcome(folder).counts(ofHosts: LiveScenario.badHosts).contains(0) == (day == 1))
    }
    let third = try await LiveScenario(in: folder.path, day: 3).run()
    #expect(!third.events.contains { $0.hasSuffix("HostQuarantined") })
    #expect(try LiveOutcome(folder).leftOut(onDay: 3).isEmpty)
  }

  @Test("A host whose quarantine is kept too late is found to be lost")
  func quarantinedTooLate() async throws {
    let bug = LiveScenario.Bug.quarantinedTooLate
    let reference = try await LiveReference(day: 1)
    let end = try #require(try await LiveDriver.run(1, in: try ScenarioFolder(), bug: bug)?.dropFirst().first)
    // Before the round's end all pages are committed, and the host is in none of them.
    let folder = try ScenarioFolder()
    #expect(try await LiveDriver.run(1, in: folder, killedAt: end, .before, bug: bug) == nil)
    _ = try await LiveDriver.run(1, in: folder, bug: bug)
    #expect(try reference.difference(of: folder, kills: 1).others.contains("the state remembers other 'quarantine'"))
    _ = try await LiveDriver.run(2, in: folder)
    #expect(try LiveOutcome(folder).counts(ofHosts: LiveScenario.badHosts).contains(0))
  }

  @Test("A host that is let go before its page is committed is found to be lost")
  func releasedTooSoon() async throws {
    let reference = try await LiveReference(day: 2)
    var lost = 0
    for step in 1...12 {
      if try await reference.killed(at: step, .after, bug: .releasedTooSoon).lost > 0 { lost += 1 }
    }
    #expect(lost > 2, "found at \(lost) steps")
  }
}
