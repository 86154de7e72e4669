import Foundation
import TestSupport
import Testing
import Yams

@testable import Commands

/// Generated files are read by those whom they are for, where these are at hand, else as far as their format goes.
@Suite struct GeneratedFileTests {
  /// The path of a program; nil where it is not installed.
  private static func tool(_ name: String) -> String? {
    ["/usr/bin", "/usr/local/bin", "/bin"].map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private static func write(_ text: String, _ name: String, in folder: URL) throws -> String {
    let file = folder.appending(path: name)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  // MARK: - systemd

  @Test(
    "systemd finds nothing to complain of, and calls it safe",
    .enabled(if: tool("systemd-analyze") != nil),
    arguments: GenerateTests.pipelines
  )
  func unit(pipeline: String) async throws {
    let tool = try #require(Self.tool("systemd-analyze"))
    // It looks whether the program is there.
    let text = try await GenerateTests.generate("systemd", pipeline)
      .replacing("ExecStart=/usr/local/bin/sluice", with: "ExecStart=\(try Program.path)")
    try await Program.withFolder { folder in
      let path = try Self.write(text, "sluice.service", in: folder)
      let verified = try await Command.run(tool, ["verify", path])
      let complaints = verified.errorText.split(separator: "\n").filter { $0.contains("sluice.service") }
      #expect(verified.status == 0 && complaints.isEmpty, "\(verified.errorText)")
      // From 0.0, the best, to 10.0, in tenths.
      let security = try await Command.run(tool, ["security", "--offline=yes", "--threshold=15", path])
      #expect(security.status == 0, "\(security.text.suffix(200))")
    }
  }

  // MARK: - Docker

  @Test("a Dockerfile has two stages, known instructions, files that are there, and no rights")
  func dockerfile() async throws {
    let text = try await GenerateTests.generate("docker", "sumo-logic", "detections")
    let lines = text.replacing("\\\n", with: "").split(separator: "\n").filter { !$0.hasPrefix("#") }
    let known: Set = ["FROM", "RUN", "WORKDIR", "COPY", "ENV", "VOLUME", "USER", "HEALTHCHECK", "CMD"]
    let instructions = lines.map { $0.split(separator: " ").map(String.init) }
    #expect(instructions.allSatisfy { known.contains($0[0]) }, "\(instructions)")
    #expect(instructions.first?[0] == "FROM" && instructions.count { $0[0] == "FROM" } == 2)
    #expect(instructions.contains { $0 == ["USER", "65532:65532"] })
    for words in instructions where words[0] == "COPY" && words[1].hasPrefix("--chmod") {
      #expect(FileManager.default.fileExists(atPath: Program.project.appending(path: words[2]).path))
    }
    for line in lines {
      guard let command = line.range(of: "CMD [") else { continue }
      let list = Data(line[command.lowerBound...].dropFirst(4).utf8)
      #expect(try JSONDecoder().decode([String].self, from: list).first == "sluice")
    }
  }

  // MARK: - Kubernetes

  @Test("a manifest holds each pipeline file byte for byte, and lets its pod do nothing else")
  func manifest() async throws {
    let text = try await GenerateTests.generate("kubernetes", "sumo-logic", "detections")
    let documents = try Yams.load_all(yaml: text).map { try #require($0 as? [String: Any]) }
    #expect(documents.map { $0["kind"] as? String } == ["ConfigMap", "Service", "StatefulSet"])
    let data = try #require(documents[0]["data"] as? [String: String])
    #expect(data.count == 2)
    for (name, text) in data {
      let file = Program.project.appending(path: "Pipelines/\(name)")
      #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }
    let set = try #require(documents[2]["spec"] as? [String: Any])
    let template = try #require((set["template"] as? [String: Any])?["spec"] as? [String: Any])
    #expect(set["replicas"] as? Int == 1 && template["automountServiceAccountToken"] as? Bool == false)
    #expect((template["securityContext"] as? [String: Any])?["runAsNonRoot"] as? Bool == true)
    let container = try #require((template["containers"] as? [[String: Any]])?.first)
    let rights = try #require(container["securityContext"] as? [String: Any])
    #expect(rights["readOnlyRootFilesystem"] as? Bool == true && rights["allowPrivilegeEscalation"] as? Bool == false)
    #expect((rights["capabilities"] as? [String: Any])?["drop"] as? [String] == ["ALL"])
    let volumes = try #require(template["volumes"] as? [[String: Any]])
    #expect((volumes.last?["secret"] as? [String: Any])?["defaultMode"] as? Int == 0o400)
  }

  @Test(
    "a text in a block comes out as it went in",
    arguments: [
      "", "\n", "\n\n\n", "a", "a\n", "a\n\n\n", " a\n b\n", "\n  a\n", "\ta: \"x\"\n", "a \n  b\t\n", "a\r\nb\r\n",
      "ü\u{1F642}\n", "a\u{FEFF}b", "a\u{2028}b\u{85}c\n", "# a\n---\nb: [\n...\n", "a\u{1F}\u{7F}\\\"", "%YAML 1.2\n",
      "\n\n a\n", "- a\n\n\n  - b",
    ]
  )
  func block(text: String) throws {
    for indent in [0, 2, 6] {
      let margin = String(repeating: " ", count: indent)
      var yaml = ""
      for level in 0..<indent / 2 { yaml += String(repeating: " ", count: 2 * level) + "k:\n" }
      yaml += "\(margin)a: \(YAMLText.block(text, indent: indent))\n\(margin)b: 1\n"
      var node = try #require(try Yams.compose(yaml: yaml))
      for _ in 0..<indent / 2 { node = try #require(node["k"]) }
      #expect(node["a"]?.string == text && node["b"]?.string == "1", "\(yaml)")
    }
  }

  // MARK: - Prometheus and Grafana

  private static let metrics = [
    "sluice_records_in_total", "sluice_records_out_total", "sluice_records_filtered_total",
    "sluice_dead_letters_total", "sluice_bytes_out_total", "sluice_repaired_characters_total", "sluice_pages_total",
    "sluice_rounds_total", "sluice_last_round_duration_seconds", "sluice_page_duration_seconds_sum",
    "sluice_page_duration_seconds_count", "sluice_queue_records", "sluice_rate_calls_left", "sluice_rate_calls_limit",
    "sluice_retries_total", "sluice_watermark_age_seconds", "sluice_stream_state", "sluice_stream_health",
    "sluice_resident_memory_bytes",
    "sluice_start_time_seconds",
  ]

  private struct Dashboard: Decodable {
    struct Panel: Decodable {
      struct Position: Decodable { var x, y, w, h: Int }
      struct Target: Decodable { var expr: String }
      var id: Int
      var gridPos: Position
      var targets: [Target]
    }
    struct Templating: Decodable {
      struct Variable: Decodable { var name: String }
      var list: [Variable]
    }
    var panels: [Panel]
    var templating: Templating

    var expressions: [String] { panels.flatMap { $0.targets.map(\.expr) } }
  }

  private static func dashboard() async throws -> Dashboard {
    let text = try await GenerateTests.generate("dashboard", "sumo-logic")
    return try JSONDecoder().decode(Dashboard.self, from: Data(text.utf8))
  }

  @Test("a dashboard has a panel for every metric, none over another, and variables for pipeline and stream")
  func dashboardHasEveryMetric() async throws {
    let dashboard = try await Self.dashboard()
    for metric in Self.metrics { #expect(dashboard.expressions.contains { $0.contains(metric) }, "\(metric)") }
    #expect(dashboard.templating.list.map(\.name) == ["source", "pipeline", "stream"])
    var cells: Set<[Int]> = []
    for position in dashboard.panels.map(\.gridPos) {
      #expect(position.x + position.w <= 24)
      for x in position.x..<position.x + position.w {
        for y in position.y..<position.y + position.h { #expect(cells.insert([x, y]).inserted) }
      }
    }
    #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
  }

  @Test("Prometheus reads every rule and every expression", .enabled(if: tool("promtool") != nil))
  func expressions() async throws {
    let tool = try #require(Self.tool("promtool"))
    try await Program.withFolder { folder in
      let rules = try await GenerateTests.generate("alerts", "sumo-logic", "assets", "detections")
      let checked = try await Command.run(tool, ["check", "rules", try Self.write(rules, "rules.yaml", in: folder)])
      #expect(checked.status == 0, "\(checked.text) \(checked.errorText)")
      // What Grafana puts in the variables' place.
      let lines = try await Self.dashboard().expressions.enumerated().map { index, expression in
        let expression = expression.replacing("$__rate_interval", with: "5m").replacing("$__interval", with: "1m")
          .replacing("$__range", with: "1d")
        return "  - { record: 'a:\(index)', expr: '\(expression.replacing("'", with: "''"))' }"
      }
      let records = "groups:\n- name: dashboard\n  rules:\n" + lines.joined(separator: "\n")
      let read = try await Command.run(tool, ["check", "rules", try Self.write(records, "records.yaml", in: folder)])
      #expect(read.status == 0, "\(read.text) \(read.errorText)")
    }
  }

  /// What happened, minute by minute, and which alerts are to be raised at one of them.
  private static let histories: [(series: [String], minute: Int, alerts: [String])] = [
    // All is well for half a day.
    (
      [
        "sluice_start_time_seconds 0x720", "sluice_resident_memory_bytes 40000000x720",
        #"sluice_rounds_total{pipeline="detections",stream="detections"} 0+0.0167x720"#,
        #"sluice_watermark_age_seconds{pipeline="detections",stream="detections"} 3600x720"#,
        #"sluice_stream_state{pipeline="detections",stream="detections",state="Collecting"} 1x720"#,
        #"sluice_stream_state{pipeline="detections",stream="detections",state="Error"} 0x720"#,
        #"sluice_dead_letters_total{pipeline="detections",stream="detections"} 5x720"#,
        #"sluice_rate_calls_left{pipeline="detections",api="detections"} 70x720"#,
        #"sluice_rate_calls_limit{pipeline="detections",api="detections"} 300x720"#,
      ], 720, []
    ),
    // Everything goes wrong.
    (
      [
        "sluice_start_time_seconds 0x720", "sluice_resident_memory_bytes 400000000x720",
        #"sluice_rounds_total{pipeline="detections",stream="detections"} 3x720"#,
        #"sluice_watermark_age_seconds{pipeline="detections",stream="detections"} 0+60x720"#,
        #"sluice_stream_state{pipeline="detections",stream="detections",state="Error"} 1x720"#,
        #"sluice_dead_letters_total{pipeline="detections",stream="detections"} 0+1x720"#,
        #"sluice_rate_calls_left{pipeline="detections",api="detections"} 3x720"#,
        #"sluice_rate_calls_limit{pipeline="detections",api="detections"} 300x720"#,
      ], 720,
      [
        "SluiceStreamError", "SluiceDeadLetters", "SluiceCallsNearlyUsedUp", "SluiceMemory", "SluiceStreamBehind",
        "SluiceNoRound",
      ]
    ),
    // It has only begun: nothing is late before it can be.
    (
      [
        "sluice_start_time_seconds 0x60", #"sluice_rounds_total{pipeline="detections",stream="detections"} 0x60"#,
        #"sluice_watermark_age_seconds{pipeline="detections",stream="detections"} 0+60x60"#,
      ], 60, []
    ),
    ([], 10, ["SluiceDown"]),
  ]

  @Test(
    "alerts are raised when something is wrong, and only then",
    .enabled(if: tool("promtool") != nil),
    arguments: histories.indices
  )
  func alerts(history: Int) async throws {
    let tool = try #require(Self.tool("promtool"))
    let (series, minute, alerts) = Self.histories[history]
    let all = [
      "SluiceDown", "SluiceStreamError", "SluiceDeadLetters", "SluiceCallsNearlyUsedUp", "SluiceMemory",
      "SluiceStreamBehind", "SluiceNoRound",
    ]
    try await Program.withFolder { folder in
      let rules = try await GenerateTests.generate("alerts", "detections")
      _ = try Self.write(rules, "rules.yaml", in: folder)
      // Which alert it is counts, not its words: ALERTS is what Prometheus makes of each that is raised.
      let expectations = all.map { name in
        let samples = alerts.contains(name) ? "[{ labels: '{}', value: 1 }]" : "[]"
        let query = #"count(ALERTS{alertstate="firing",alertname="\#(name)"})"#
        return "  - { expr: '\(query)', eval_time: \(minute)m, exp_samples: \(samples) }"
      }
      let test = """
        rule_files: [rules.yaml]
        evaluation_interval: 1m
        tests:
        - interval: 1m
          input_series:
        \(series.map { series in
          let parts = series.split(separator: " ")
          return "  - { series: '\(parts[0])', values: '\(parts[1])' }"
        }.joined(separator: "\n"))
          promql_expr_test:
        \(expectations.joined(separator: "\n"))
        """
      let result = try await Command.run(tool, ["test", "rules", try Self.write(test, "test.yaml", in: folder)])
      #expect(result.status == 0, "\(result.text) \(result.errorText)")
    }
  }
}
