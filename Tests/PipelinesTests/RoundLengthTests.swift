import Pipelines
import TestSupport
import Testing

/// What a check says of rounds that are longer than `every`.
@Suite struct RoundLengthTests {
  private static let began = "2026-11-21T10:00:00Z"
  private static let start = 1_795_255_200

  /// The warnings of a check of a stream whose last round took so many seconds.
  private static func warnings(
    _ every: String,
    took seconds: Int,
    began: String? = began,
    wasFull: Bool? = nil,
    changing change: (inout PlanRequest) -> Void = { _ in }
  ) -> [Diagnostic] {
    var request = PlanRequest.forTests(
      """
      name: test
      qualys: { platform: US2, username: "${HUNTER}", password: "${HUNTER}" }
      \(every)
      start: all
      state: kept
      source: detections
      stages: [decode-detections, encode-json]
      sinks: [stdout]
      """
    )
    request.folders.lastRounds = { folder in
      guard folder == "kept" else { return [:] }
      return ["test": FinishedRound(began: began, pages: 1_200, ended: start + seconds, wasFull: wasFull)]
    }
    change(&request)
    return Plan.check(request).diagnostics
  }

  @Test(
    "a round that took longer than there is time for is told, with what would do",
    arguments: [
      ("every: 1h", 3_600, nil), ("every: 1h", 3_601, "61m"), ("every: 1h", 3 * 3_600 - 1, "3h"),
      ("every: 30s", 31, "1m"), ("every: 6h", 7 * 3_600 + 1, "8h"), ("every: 24h", 90_000, "25h"),
      ("# every: 1h", 1 << 30, nil),
    ] as [(String, Int, String?)]
  )
  func longerThanItsInterval(every: String, seconds: Int, smallest: String?) {
    let warnings = Self.warnings(every, took: seconds)
    #expect(
      warnings.map(\.message)
        == (smallest.map { ["the last round of 'test' took \($0) for 1,200 pages, longer than '\(every)'"] } ?? [])
    )
    #expect(warnings.first?.help?.contains("write 'every: \(smallest ?? "")' or more") ?? true)
    #expect(warnings.allSatisfy { $0.severity == .warning && $0.location?.description == "line 6" })
  }

  @Test func aRoundOfEverythingIsToldAsWhatItWas() throws {
    let warning = try #require(Self.warnings("every: 1h", took: 7_200, wasFull: true).first)
    #expect(warning.message.hasPrefix("the last round of 'test', which asked for everything, took 2h for 1,200 pages"))
    #expect(warning.help?.hasPrefix("later rounds ask only for what changed") == true)
  }

  @Test func whereNobodyKnowsNothingIsSaid() {
    #expect(Self.warnings("every: 1h", took: 7_200, began: nil).isEmpty)
    #expect(Self.warnings("every: 1h", took: 7_200, began: "").isEmpty)
    #expect(Self.warnings("every: 1h", took: 7_200) { $0.checksEnvironment = false }.isEmpty)
    #expect(Self.warnings("every: 1h", took: 7_200) { $0.requiresSecrets = true }.isEmpty)
  }
}
