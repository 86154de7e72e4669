import Foundation
import TestSupport
import Testing

/// Any order of the shipped stages that `check` lets through runs, and its balance holds.
@Suite struct LegalOrderTests {
  @Test(arguments: [
    "[decode-detections, split-detections, encode-json]",
    "[decode-detections, encode-json, guard-size]",
    "[decode-detections, { filter: { field: TRACKING_METHOD, in: [IP, DNS, AGENT, EC2] } }, split-detections, encode-json]",
    "[decode-detections, split-detections, { filter: { field: DETECTION.SEVERITY, at-least: 3 } }, encode-json]",
    """
    [decode-detections, { filter: { field: DETECTION_LIST.DETECTION.SEVERITY, equals: 5 } }, split-detections,
     { filter: { not: { field: DETECTION.STATUS, equals: Fixed } } }, encode-json]
    """,
    "[decode-detections, split-detections, encode-json, { guard-size: 64KiB }, { guard-size: 4KiB }]",
    "[decode-detections, { select: { keep: [ID, IP] } }, encode-json]",
    """
    [decode-detections, { add-fields: { Team: secops } }, { rename: { OS: System } }, split-detections,
     { select: { remove: [TAGS, DETECTION.QDS_FACTORS] } }, { rename: { DETECTION.RESULTS: Evidence } },
     { add-fields: { DETECTION.Source: vmdr } }, { filter: { field: Team, equals: secops } }, encode-json, guard-size]
    """,
    """
    [decode-detections, split-detections, { filter: { field: DETECTION.SEVERITY, at-least: 3 } }, add-event-id,
     { filter: { field: event_id, exists: true } }, { rename: { IP: Address } }, encode-json, { guard-size: 2KiB }]
    """,
    "[decode-detections, encode-json: { names: qualys }, { guard-size: { limit: 8KiB } }]",
  ])
  func runs(stages: String) async throws {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "order.yaml")
      let stages = stages.replacing("encode-json: { names: qualys }", with: "{ encode-json: { names: qualys } }")
      let fixture = Program.project.appending(path: "Fixtures/demo").path
      try Data("replay: \(fixture)\nsource: detections\nstages: \(stages)\nsinks: [stdout]\n".utf8).write(to: file)
      let result = try await Program.run("run", file.path, "--output", folder.path, "--json")
      #expect(result.status == 0, "\(result.errorText)")
      let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
      #expect(report["balanced"] as? Bool == true)
      let lines = try await Program.lines(in: folder).split(separator: UInt8(ascii: "\n"))
      #expect(!lines.isEmpty)
      for line in lines {
        let log = try JSONSerialization.jsonObject(with: line) as? [String: Any]
        #expect(log?["LogType"] as? String == "vulnerabilityLogs")
      }
    }
  }

  @Test(arguments: [
    "[decode-knowledge-base, encode-json]",
    "[decode-knowledge-base, { filter: { field: SEVERITY_LEVEL, at-least: 3 } }, { encode-json: { names: qualys } }, guard-size]",
    """
    [decode-knowledge-base, { filter: { field: THREAT_INTELLIGENCE.THREAT_INTEL.@id, in: [2, 5] } },
     { select: { remove: [CORRELATION, CHANGE_LOG_LIST] } }, { rename: { DIAGNOSIS: Details } },
     { add-fields: { Team: secops } }, encode-json, { guard-size: { limit: 2KiB, drop: [Details], shorten: [SOLUTION] } }]
    """,
  ])
  func runsOnKnowledgeBase(stages: String) async throws {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "order.yaml")
      let fixture = Program.project.appending(path: "Fixtures/demo").path
      try Data(
        "replay: \(fixture)\nsource: { knowledge-base: { qids: all } }\nstages: \(stages)\nsinks: [stdout]\n".utf8
      ).write(to: file)
      let result = try await Program.run("run", file.path, "--output", folder.path, "--json")
      #expect(result.status == 0, "\(result.errorText)")
      #expect(!result.errorText.contains("warning"), "\(result.errorText)")
      let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
      #expect(report["balanced"] as? Bool == true)
      let lines = try await Program.lines(in: folder).split(separator: UInt8(ascii: "\n"))
      #expect(!lines.isEmpty)
      for line in lines {
        let log = try JSONSerialization.jsonObject(with: line) as? [String: Any]
        #expect(log?["LogType"] as? String == "knowledgeBaseLogs")
      }
    }
  }

  @Test(
    "assets, too",
    arguments: [
      "[decode-assets, encode-json]",
      "[{ decode-assets: { exclude: [softwareListData, processor] } }, { encode-json: { names: qualys } }]",
      "[decode-assets, { add-event-id: US2 }, flatten-software, { select: { remove: [entity_id] } }, encode-json]",
      "[decode-assets, { filter: { field: openPortListData.openPort.port, exists: true } }, encode-json, guard-size]",
      """
      [{ decode-assets: [operatingSystem, softwareListData.software.fullName] }, { add-fields: { Team: secops } },
       flatten-software, { rename: { operatingSystem.osName: System } }, { select: { remove: [lastModifiedDate] } },
       { filter: { field: Team, equals: secops } }, encode-json, { guard-size: 1KiB }]
      """,
    ]
  )
  func runsAssets(stages: String) async throws {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "order.yaml")
      let fixture = Program.project.appending(path: "Fixtures/demo").path
      try Data("replay: \(fixture)\nsource: assets\nstages: \(stages)\nsinks: [stdout]\n".utf8).write(to: file)
      let result = try await Program.run("run", file.path, "--output", folder.path, "--json")
      #expect(result.status == 0, "\(result.errorText)")
      let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
      #expect(report["balanced"] as? Bool == true)
      let lines = try await Program.lines(in: folder).split(separator: UInt8(ascii: "\n"))
      #expect(!lines.isEmpty)
      for line in lines {
        let log = try JSONSerialization.jsonObject(with: line) as? [String: Any]
        #expect(log?["LogType"] as? String == "assetInventory")
      }
    }
  }

  @Test("a replay's source says what its answers are: a decoder of others is refused")
  func otherAnswers() async throws {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "other.yaml")
      let fixture = Program.project.appending(path: "Fixtures/demo").path
      let text =
        "replay: \(fixture)\nsource: knowledge-base\nstages: [decode-detections, encode-json]\nsinks: [stdout]\n"
      try Data(text.utf8).write(to: file)
      let result = try await Program.run("check", file.path)
      #expect(result.status == 78)
      #expect(
        result.errorText.contains(
          "'decode-detections' takes a detections answer; 'knowledge-base' (line 2) gives a KnowledgeBase answer"
        ),
        "\(result.errorText)"
      )
    }
  }

  @Test("an order that does not fit is refused before anything runs, with the place and what to do")
  func misfit() async throws {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "misfit.yaml")
      let text = """
        source: { files: "-" }
        stages:
          - decode-detections
          - encode-json
          - split-detections
        sinks:
          - stdout
        """
      try Data(text.utf8).write(to: file)
      let result = try await Program.run("run", file.path)
      #expect(result.status == 78)
      #expect(
        result.errorText.contains("misfit.yaml:5:5: error: 'split-detections' takes hosts"),
        "\(result.errorText)"
      )
    }
  }
}
