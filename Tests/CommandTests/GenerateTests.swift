import Foundation
import TestSupport
import Testing

/// `sluice generate`, whose files for two shipped pipelines are in `Fixtures/generated`.
///
/// To write them anew, run these tests with WRITE_EXPECTED=1 and read the difference.
@Suite struct GenerateTests {
  static let kinds = ["systemd", "docker", "kubernetes", "alerts", "dashboard"]
  static let pipelines = ["detections", "sumo-logic"]
  private static let expected = Program.project.appending(path: "Fixtures/generated")
  private static let writes = ProcessInfo.processInfo.environment["WRITE_EXPECTED"] != nil

  static func generate(_ kind: String, _ pipelines: String...) async throws -> String {
    let result = try await Command.run(
      try Program.path,
      ["generate", kind] + pipelines,
      folder: Program.project
    )
    try #require(result.status == 0, "\(result.errorText)")
    return result.text
  }

  @Test("each file is as expected", arguments: kinds, pipelines)
  func isAsExpected(kind: String, pipeline: String) async throws {
    let text = try await Self.generate(kind, pipeline)
    let file = Self.expected.appending(path: "\(pipeline)/\(kind).txt")
    if Self.writes {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try Data(text.utf8).write(to: file)
    }
    let isSame = try String(contentsOf: file, encoding: .utf8) == text
    #expect(isSame, "compare 'sluice generate \(kind) \(pipeline)' with Fixtures/generated")
  }

  @Test("each begins with what made it, what of it was tested and what was not", arguments: kinds)
  func saysWhatWasTested(kind: String) async throws {
    let text = try await Self.generate(kind, "detections", "sumo-logic")
    #expect(text.contains("Made by 'sluice generate \(kind) Pipelines/detections.yaml Pipelines/sumo-logic.yaml'"))
    #expect(text.contains("Tested: ") && text.contains("Not tested: "))
  }

  @Test("every secret that a file reads is handed over, and its value is nowhere", arguments: kinds)
  func secretsAreNamesAlone(kind: String) async throws {
    let result = try await Program.run(
      "generate",
      kind,
      "sumo-logic",
      environment: ["SUMO_URL": "https://a/canary-1", "QUALYS_PASSWORD": "canary-2", "QUALYS_USERNAME": "canary-3"]
    )
    #expect(result.status == 0 && !result.text.contains("canary") && !result.errorText.contains("canary"))
    for name in ["QUALYS_USERNAME", "QUALYS_PASSWORD", "SUMO_URL"] {
      switch kind {
      case "systemd": #expect(result.text.contains("LoadCredential=\(name):/etc/sluice/secrets/\(name)\n"))
      case "docker", "kubernetes": #expect(result.text.contains(name))
      default: break
      }
    }
  }

  @Test(
    "folders outside the service's own are named where they must be",
    arguments: ["systemd", "docker", "kubernetes"]
  )
  func foldersOutside(kind: String) async throws {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "night.yaml")
      let text = """
        name: night
        qualys: { platform: EU1, username: "${USER_NAME}", password: "${PASS}", ca-file: own.pem }
        start: all
        source: assets
        stages: [decode-assets, encode-json]
        sinks: [gzip-file: "/data/logs/{stream}-{n}.jsonl.gz"]
        dead-letters: /var/lib/sluice/refused.jsonl
        """
      try Data(text.utf8).write(to: file)
      let result = try await Program.run("generate", kind, file.path)
      #expect(result.status == 0, "\(result.errorText)")
      #expect(result.text.contains("https://qualysapi.qualys.eu") && result.text.contains("/etc/sluice/own.pem"))
      switch kind {
      case "systemd":
        let paths = result.text.split(separator: "\n").filter { $0.hasPrefix("ReadWritePaths=") }
        #expect(paths == ["ReadWritePaths=/data/logs"])
      case "docker":
        #expect(result.text.contains("VOLUME /var/lib/sluice /data/logs\n"))
        #expect(result.text.contains("COPY --chmod=0644 night.yaml /etc/sluice/night.yaml\n"))
      default: #expect(result.text.contains("{ name: data, mountPath: /data/logs, subPath: data-logs }"))
      }
    }
  }

  @Test("what cannot be served well is refused, and nothing is printed")
  func refusals() async throws {
    try await Program.withFolder { folder in
      let clear = folder.appending(path: "clear.yaml")
      let text =
        "qualys: { platform: US1, username: me, password: \"canary\" }\nsource: detections\n"
        + "stages: [decode-detections, encode-json]\nsinks: [stdout]\n"
      try Data(text.utf8).write(to: clear)
      let odd = folder.appending(path: "my file.yaml")
      try Data(text.replacing("canary", with: "${PASSWORD}").utf8).write(to: odd)
      let cases = [
        ([clear.path], "a secret stands in"), ([odd.path], "cannot stand in all"),
        (["detections", "detections"], "the same name"), (["nothing"], "there is no pipeline"),
      ]
      for (pipelines, words) in cases {
        let result = try await Command.run(
          try Program.path,
          ["generate", "kubernetes"] + pipelines,
          folder: Program.project
        )
        #expect(result.status == 78 && result.output.isEmpty)
        #expect(result.errorText.contains(words) && !result.errorText.contains("canary"), "\(result.errorText)")
      }
    }
  }

  @Test func theVersionHasTheCommitThatWasBuilt() async throws {
    let version = try await Program.run("--version").text
    #expect(version.wholeMatch(of: /sluice [0-9]+\.[0-9]+\.[0-9]+( \([0-9a-f]{7,}\))?\n/) != nil, "\(version)")
  }
}
