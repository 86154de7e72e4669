import Qualys
import State
import Streaming
import TestSupport
import Testing

/// From when on a round asks.
@Suite struct WindowTests {
  private static func round(
    _ state: MemoryState,
    _ options: [(key: String, value: OptionValue)] = []
  ) -> SmallRound {
    SmallRound(.detections, state: state, options: options) { SmallQualys().answer(to: $1) }
  }

  private static func window(_ round: SmallRound) -> String? {
    round.transport.requests.last?.value(of: "vm_processed_after")
  }

  @Test("a live first round must be told where it begins")
  func firstRound() async throws {
    let round = Self.round(MemoryState())
    let error = await #expect(throws: FirstRound.self) { try await round.run { $0.needsBeginning = true } }
    #expect(error?.description.contains("start: all") == true)
    #expect(round.transport.requests.isEmpty)
    for since in [Since.all, .time("2026-03-01T00:00:00Z")] {
      _ = try await round.run {
        $0.needsBeginning = true
        $0.since = since
      }
      #expect(Self.window(round) == since.text)
    }
  }

  @Test("what ends a round is stored with the window, ten minutes before its beginning")
  func entry() async throws {
    let state = MemoryState()
    let entry = Windows.entry("s", began: 1_000_600)
    state.finishRound(of: "s", progress: .init(cursor: []), storing: [entry], in: Windows.space)
    let round = Self.round(state)
    _ = try await round.run { $0.needsBeginning = true }
    #expect(Self.window(round) == "1970-01-12T13:46:40Z")
    _ = try await round.run { $0.since = .all }
    #expect(Self.window(round) == nil)
    try Windows(state).clear("s")
    _ = try await round.run { $0.needsBeginning = true }
    #expect(Self.window(round) == nil)
  }

  @Test("other options ask for everything once more, aloud, also when the process ends in between")
  func otherOptions() async throws {
    let state = MemoryState()
    let first = Self.round(state)
    _ = try await first.run()
    try first.finish()
    let second = Self.round(state, [("show_igs", .boolean(true))])
    for pages in [1, 1] {
      _ = try await second.run(stopAfter: pages) { $0.needsBeginning = true }
      #expect(Self.window(second) == nil)
    }
    #expect(second.events.named("FullPull").count == 1)
    try second.finish()
    _ = try await second.run()
    #expect(Self.window(second) != nil)
  }

  @Test("only with only-updated a later round leaves out what did not change")
  func onlyUpdated() async throws {
    for isOnly in [false, true] {
      let round = Self.round(MemoryState(), isOnly ? [("only-updated", .boolean(true))] : [])
      _ = try await round.run { $0.since = .time("2026-03-01") }
      #expect(Self.window(round) == "2026-03-01")
      let updated = round.transport.requests.last?.value(of: "detection_updated_since")
      #expect(updated == (isOnly ? "2026-03-01" : nil))
    }
  }

  @Test("a run that is to end asks for no further page")
  func stopping() async throws {
    let round = Self.round(MemoryState(), [("truncation_limit", .integer(3))])
    await #expect(throws: RoundStopped.self) {
      try await round.run { context in
        context.isStopping = { round.transport.requests.count == 2 }
      }
    }
    #expect(round.transport.requests.count == 2)
  }
}
