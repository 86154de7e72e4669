import Foundation
import Records
import Stages
import Streaming
import TestSupport
import Testing

/// What holds for every line, limit and policy, tried on random ones.
@Suite("guard-size, whatever comes")
struct GuardSizePropertyTests {
  @Test("Random detections", arguments: 0..<32)
  func detections(seed: Int) throws {
    var random = GuardedRecords(seed: UInt64(seed))
    for line in try random.lines(12) {
      for _ in 0..<2 {
        let policy = random.policy()
        try GuardedLine(line, policy).check()
      }
    }
  }

  @Test("Random detections with ids and entries beside them", arguments: 0..<32)
  func joined(seed: Int) throws {
    var random = GuardedRecords(seed: UInt64(1500 + seed))
    for line in try random.joinedLines(8) {
      let whole = try StrictJSON(line.bytes)
      for _ in 0..<2 {
        let policy = random.joinedPolicy()
        try GuardedLine(line, policy).check()
        // Whatever went, each part says whose it is.
        for output in try StageRun(GuardSize(policy.options), on: [line]).records {
          let log = try StrictJSON(output.bytes)
          #expect(log["event_id"] == whole["event_id"] && log["entity_id"] == whole["entity_id"])
        }
      }
    }
  }

  @Test("Random detections through two guards in a row", arguments: 0..<8)
  func twoGuards(seed: Int) throws {
    var random = GuardedRecords(seed: UInt64(500 + seed))
    for line in try random.lines(12) {
      let first = random.policy()
      var second = random.policy()
      second.limit = max(512, first.limit / 2)
      let between = try StageRun(GuardSize(first.options), on: [line])
      let run = try StageRun(GuardSize(second.options), on: between.records)
      #expect(run.counts.missing == 0)
      for output in run.records {
        #expect(output.byteCount <= second.limit)
        let log = try StrictJSON(output.bytes)
        #expect((log["Part"] != nil) == output.isPart && (log["Parts"] != nil) == output.isPart)
      }
      // A part stays the part that it is, whatever the second guard takes from it.
      let parts = between.records.compactMap(\.part)
      if !parts.isEmpty {
        let seen = run.records.compactMap(\.part) + run.rejections.compactMap { ($0.record as? Line)?.part }
        #expect(seen.map(\.number).sorted() == parts.map(\.number).sorted())
        #expect(Set(seen.map(\.count)) == Set(parts.map(\.count)))
      }
    }
  }

  @Test("Random hosts are split between their detections", arguments: 0..<16)
  func hosts(seed: Int) throws {
    var random = GuardedRecords(seed: UInt64(900 + seed))
    for naming in LogFormat.Naming.allCases {
      let line = try random.hostLine(naming: naming)
      let limit = Int.random(in: 600...max(601, line.byteCount), using: &random.generator)
      let run = try StageRun(GuardSize(.of(GuardSize.component, ["limit": .integer(limit)])), on: [line])
      #expect(run.counts.missing == 0)
      #expect(run.records.allSatisfy { $0.byteCount <= limit })
      let whole = try StrictJSON(line.bytes)
      let lines = try (run.records + run.rejections.compactMap { $0.record as? Line }).map { try StrictJSON($0.bytes) }
      if lines.count == 1, lines[0]["Part"] == nil {
        #expect(lines == [whole])
        continue
      }
      let parts = lines.sorted { $0["Part"]?.number ?? 0 < $1["Part"]?.number ?? 0 }
      #expect(parts.map { $0["Part"]?.number } == (1...parts.count).map { $0 })
      #expect(parts.allSatisfy { $0["Parts"]?.number == parts.count })
      func detections(_ log: StrictJSON) -> [StrictJSON] {
        let list = naming == .sumo ? log["DetectionList"] : log["DETECTION_LIST"]?["DETECTION"]
        if case .array(let values) = list { return values }
        return []
      }
      #expect(parts.flatMap(detections) == detections(whole), "the parts' detections are the host's, in order")
      for part in parts {
        #expect(
          part.without("Part", "Parts", "DetectionList", "DETECTION_LIST")
            == whole.without("DetectionList", "DETECTION_LIST")
        )
        #expect(!detections(part).isEmpty)
      }
      for case let refused as Line in run.rejections.map(\.record) where refused.isPart {
        #expect(try detections(StrictJSON(refused.bytes)).count == 1, "it could have been split further")
      }
    }
  }
}
