import Foundation
import TestSupport
import Testing

/// Every shipped pipeline gives the bytes in `Fixtures/expected`.
@Suite struct GoldenTests {
  static let pipelines = ["demo", "split", "detections", "knowledge-base", "assets"]

  @Test(arguments: pipelines)
  func givesTheExpectedBytes(pipeline: String) async throws {
    try await Program.withFolder { folder in
      let answers = ["knowledge-base": "knowledge-base-*.xml", "assets": "assets-*.json"][pipeline]
      let saved = Program.project.appending(path: "Fixtures/demo/\(answers ?? "detections-*.xml")").path
      let input = pipeline == "demo" ? [] : ["--input", saved]
      let result = try await Command.run(
        try Program.path,
        ["run", pipeline, "--output", folder.path] + input,
        folder: Program.project
      )
      #expect(result.status == 0, "\(result.errorText)")
      let expected = try Data(contentsOf: Program.project.appending(path: "Fixtures/expected/\(pipeline).jsonl"))
      let lines = try await Program.lines(in: folder)
      #expect(lines == expected, "run it with --output and compare with Fixtures/expected/\(pipeline).jsonl")
    }
  }

  @Test("every file in Pipelines has its expected bytes and passes check")
  func everyPipelineIsCovered() async throws {
    let folder = Program.project.appending(path: "Pipelines")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).map { $0.split(separator: ".")[0] }
    #expect(Set(names.map(String.init)) == Set(Self.pipelines))
    for name in Self.pipelines {
      let result = try await Program.run("check", name)
      #expect(result.status == 0, "\(result.errorText)")
    }
  }

  @Test("the same input gives the same gzip bytes, on one core or two")
  func gzipBytesAreStable() async throws {
    let saved = Program.project.appending(path: "Fixtures/demo/detections-0001.xml").path
    var files: [Data] = []
    for cores in ["1", "2", "2"] {
      let file = try await Program.withFolder { folder in
        let result = try await Program.run(
          "run",
          "split",
          "--input",
          saved,
          "--output",
          folder.path,
          "--cores",
          cores
        )
        #expect(result.status == 0, "\(result.errorText)")
        return try Data(contentsOf: folder.appending(path: "split-0001.jsonl.gz"))
      }
      files.append(file)
    }
    #expect(files[0] == files[1])
    #expect(files[1] == files[2])
  }

  @Test("the fixtures come from the simulator")
  func fixturesAreSimulated() async throws {
    try await Program.withFolder { folder in
      _ = try await Program.run(
        "simulate",
        "--write",
        folder.path,
        "--hosts",
        "6",
        "--seed",
        "5",
        "--hosts-per-page",
        "4",
        "--results-bytes",
        "70000",
        "--assets",
        "5",
        "--software-per-asset",
        "4"
      )
      for file in ["detections-0001.xml", "detections-0002.xml", "knowledge-base-0001.xml", "assets-0001.json"] {
        let made = try Data(contentsOf: folder.appending(path: file))
        let kept = try Data(contentsOf: Program.project.appending(path: "Fixtures/demo/\(file)"))
        #expect(made == kept, "\(file)")
      }
    }
  }
}
