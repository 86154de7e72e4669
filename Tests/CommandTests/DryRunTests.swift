import Foundation
import TestSupport
import Testing

/// A run that only counts: the balance of a run, and nothing of it left behind.
@Suite struct DryRunTests {
  private static let demo = Program.project.appending(path: "Pipelines/demo.yaml").path
  private static let page = Program.project.appending(path: "Fixtures/demo/detections-0001.xml")

  /// A balance without what differs from run to run.
  private func balance(_ result: TestSupport.Command.Result) throws -> [String: Any] {
    var json = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
    json["seconds"] = nil
    json["dryRun"] = nil
    json["streams"] = (json["streams"] as? [[String: Any]])?.map { stream in
      var stream = stream
      stream["sinks"] = (stream["sinks"] as? [[String: Any]])?.map { $0.filter { $0.key != "destinations" } }
      return stream
    }
    return json
  }

  @Test("the same balance as a run, and neither file nor folder")
  func demo() async throws {
    try await Program.withFolder { folder in
      let (there, temporary) = (folder.appending(path: "there"), folder.appending(path: "temporary"))
      for url in [there, temporary] {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      }
      let dry = try await Program.run(
        "run",
        Self.demo,
        "--dry-run",
        "--json",
        folder: there,
        environment: ["TMPDIR": temporary.path]
      )
      #expect(dry.status == 0, "\(dry.errorText)")
      for url in [there, temporary] { #expect(try FileManager.default.contentsOfDirectory(atPath: url.path).isEmpty) }
      let run = try await Program.run("run", Self.demo, "--json", folder: there)
      #expect(NSDictionary(dictionary: try balance(dry)) == NSDictionary(dictionary: try balance(run)))
      let text = try await Program.run("run", Self.demo, "--dry-run", folder: there)
      #expect(text.errorText.contains("would go to demo-output/assets-{n}.jsonl.gz"), "\(text.errorText)")
      #expect(text.errorText.contains("dry run: nothing was written, sent or moved"))
    }
  }

  @Test("a page cut off is cut back just so, and dead letters are only counted", arguments: [0, 400, 20_000, 90_000])
  func truncatedPage(missing: Int) async throws {
    try await Program.withFolder { folder in
      let page = Data(try Data(contentsOf: Self.page).dropLast(missing))
      let strict = Program.project.appending(path: "Tests/CommandTests/strict.yaml").path
      let output = folder.appending(path: "out").path
      let words = ["run", strict, "--input", "-", "--output", output, "--json"]
      let dry = try await Command.run(try Program.path, words + ["--dry-run"], input: page, folder: folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
      let run = try await Command.run(try Program.path, words, input: page, folder: folder)
      #expect(dry.status == run.status && dry.status == (missing == 0 ? 0 : 65), "\(dry.errorText)")
      #expect(NSDictionary(dictionary: try balance(dry)) == NSDictionary(dictionary: try balance(run)))
    }
  }

  @Test("a replay with http needs neither its secret nor --output; what it would send is counted")
  func http() async throws {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "p.yaml")
      let text = """
        replay: \(Program.project.path)/Fixtures/demo
        source: detections
        stages: [decode-detections, split-detections, encode-json]
        sinks: [{ http: { url: "${NOT_SET_URL}" } }, stdout]
        """
      try Data(text.utf8).write(to: file)
      #expect(try await Program.run("run", file.path, folder: folder).status == 78)
      let dry = try await Program.run("run", file.path, "--dry-run", folder: folder)
      #expect(dry.status == 0 && dry.output.isEmpty, "\(dry.errorText)")
      #expect(dry.errorText.contains("would go to ${NOT_SET_URL}"), "\(dry.errorText)")
      let given = try await Program.run(
        "run",
        file.path,
        "--dry-run",
        folder: folder,
        environment: ["NOT_SET_URL": "https://127.0.0.1:9/hunter-code"]
      )
      #expect(given.errorText.contains("would go to https://127.0.0.1:9/…\n"), "\(given.errorText)")
      #expect(!given.errorText.contains("hunter-code"))
      #expect(try await Program.run("run", file.path, "--dry-run", "--send").status == 64)
    }
  }

  @Test("a state is copied, and stays as it is")
  func state() async throws {
    try await Program.withFolder { folder in
      let state = folder.appending(path: "state").path
      let words = ["run", Self.demo, "--state", state, "--json", "--output"]
      let first = try await Command.run(try Program.path, words + [folder.appending(path: "a").path], folder: folder)
      #expect(first.status == 0, "\(first.errorText)")
      let before = try Data(contentsOf: URL(fileURLWithPath: "\(state)/state.db"))
      let output = folder.appending(path: "b").path
      let dry = try await Command.run(try Program.path, words + [output, "--dry-run"], folder: folder)
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(state)/state.db")) == before)
      #expect(!FileManager.default.fileExists(atPath: output))
      let second = try await Command.run(try Program.path, words + [output], folder: folder)
      #expect(NSDictionary(dictionary: try balance(dry)) == NSDictionary(dictionary: try balance(second)))
      #expect(NSDictionary(dictionary: try balance(dry)) != NSDictionary(dictionary: try balance(first)))
    }
  }
}
