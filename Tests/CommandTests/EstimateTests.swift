import Foundation
import TestSupport
import Testing

/// What an estimate says is what a run writes.
@Suite struct EstimateTests {
  private struct Estimate: Decodable {
    struct Row: Decodable {
      var stream: String
      var output: String?
      var logType: String
      var round: Int
      var logs: Int
      var bytes: Int
      var largest: Int
      var compressed: Int
    }
    struct Stage: Decodable {
      var stream: String
      var stage: String
      var recordsBefore: Int
      var bytesBefore: Int
      var recordsAfter: Int
      var bytesAfter: Int
    }
    struct Field: Decodable {
      var logType: String
      var path: String
      var bytes: Int
    }
    var rows: [Row]
    var stages: [Stage]
    var fields: [Field]
  }

  private func estimate(_ arguments: String..., in folder: URL, status: Int32 = 0) async throws -> Estimate {
    let result = try await Command.run(try Program.path, ["estimate"] + arguments + ["--json"], folder: folder)
    #expect(result.status == status, "\(result.errorText)")
    return try JSONDecoder().decode(Estimate.self, from: result.output)
  }

  @Test("logs and bytes of each kind, and the fields in them, to the byte")
  func exact() async throws {
    let demo = Program.project.appending(path: "Pipelines/demo.yaml").path
    try await Program.withFolder { folder in
      let there = folder.appending(path: "there")
      try FileManager.default.createDirectory(at: there, withIntermediateDirectories: true)
      let estimate = try await estimate(demo, in: there)
      #expect(try FileManager.default.contentsOfDirectory(atPath: there.path).isEmpty)
      let output = folder.appending(path: "out")
      #expect(try await Program.run("run", demo, "--output", output.path, folder: folder).status == 0)
      let lines = try await Program.lines(in: output).split(separator: UInt8(ascii: "\n"))
      for logType in ["vulnerabilityLogs", "knowledgeBaseLogs", "assetInventory"] {
        let opening = Data(#"{"LogType":"\#(logType)","#.utf8)
        let logs = lines.filter { $0.starts(with: opening) }
        let rows = estimate.rows.filter { $0.logType == logType }
        #expect(rows.map(\.round) == [1, 2])
        #expect(rows.reduce(0) { $0 + $1.logs } == logs.count)
        #expect(rows.reduce(0) { $0 + $1.bytes } == logs.reduce(0) { $0 + $1.count + 1 })
        #expect(rows.map(\.largest).max() == logs.map { $0.count + 1 }.max())
        #expect(rows.allSatisfy { $0.compressed > 0 && $0.compressed < $0.bytes / 2 })
      }
      let results = lines.flatMap { line in
        String(decoding: line, as: UTF8.self).matches(of: /"Results":"((?:[^"\\]|\\.)*)",?/).map { $0.0 }
      }
      let weight = results.reduce(0) { $0 + $1.utf8.count + ($1.hasSuffix(",") ? 0 : 1) }
      #expect(estimate.fields.first { $0.path == "Detection.Results" }?.bytes == weight)
      #expect(estimate.fields.map(\.bytes) == estimate.fields.map(\.bytes).sorted(by: >))
    }
  }

  @Test("what each stage saved follows from what went in and came out")
  func stages() async throws {
    let demo = Program.project.appending(path: "Pipelines/demo.yaml").path
    let estimate = try await estimate(demo, in: Program.project)
    for stream in ["detections", "knowledge-base", "assets"] {
      let stages = estimate.stages.filter { $0.stream == stream }
      for (one, next) in zip(stages, stages.dropFirst()) {
        #expect(one.bytesAfter == next.bytesBefore && one.recordsAfter == next.recordsBefore)
      }
      let written = estimate.rows.filter { $0.stream == stream }.reduce(0) { $0 + $1.bytes }
      #expect(stages.last?.bytesAfter == written)
    }
    let filter = try #require(estimate.stages.first { $0.stage == "filter" })
    #expect(filter.recordsBefore > filter.recordsAfter && filter.bytesBefore > filter.bytesAfter)
  }

  @Test("for people: a day is what the later rounds brought, one round is none")
  func text() async throws {
    let demo = try await Program.run("estimate", "demo")
    #expect(demo.text.contains("\na day: round 2, what changed in 24 h, times 1.00\n"), "\(demo.text)")
    #expect(demo.text.contains("the ten heaviest fields") && demo.errorText.isEmpty)
    let saved = Program.project.appending(path: "Fixtures/demo/detections-0001.xml").path
    let input = try await Program.run("estimate", "detections", "--input", saved)
    #expect(input.status == 0 && !input.text.contains("a day:"), "\(input.errorText)")
    #expect(try await Program.run("estimate", "detections", "--input", "nowhere.xml").status == 65)
  }
}
