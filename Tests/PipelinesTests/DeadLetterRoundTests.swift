import Health
import Pipelines
import Qualys
import Sinks
import SystemPackage
import TestSupport
import Testing

/// `max` of dead letters, round after round.
@Suite struct DeadLetterRoundTests {
  private static let file = """
    # Each line is longer than it may be.
    start: all
    dead-letters: { max: 2KiB }
    source: { detections: { truncation_limit: 2 } }
    stages: [decode-detections, split-detections, add-fields: { A: \(String(repeating: "a", count: 512)) }, encode-json, guard-size: { limit: 512, split: false }]
    sinks: [kept]

    """

  @Test func lettersThatAreRemovedAreTold() async throws {
    let qualys = try LiveQualys()
    let path = FilePath(qualys.folder.path("out/dead-letters.jsonl"))
    func counts() -> [Int?] {
      [path, DeadLetters.former(path)].map { DeadLetters.counts(in: $0.string)["test"] }
    }
    for round in 1...3 {
      let report = try await qualys.run(Self.file, since: .all)
      #expect(report.isBalanced && report.streams.first?.deadLetters == 7)
      #expect(counts() == [7, round == 1 ? nil : 7])
    }
    let told = qualys.now.events.filter { $0.tracker == "DeadLettersRemoved" }
    #expect(told.count == 1 && told.first?.counts["letters"] == 7 && told.first?.severity == .warning)
    #expect(told.first?.message.hasPrefix("7 dead letters in '\(path).1' were more than 'max' holds") == true)
  }
}
