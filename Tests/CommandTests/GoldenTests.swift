import Foundation
import TestSupport
import Testing

/// Every shipped pipeline gives the bytes in `Fixtures/expected`, which has a folder for each and a file for each stream.
///
/// To write them anew, run these tests with WRITE_EXPECTED=1 and read the difference.
@Suite struct GoldenTests {
  static let pipelines = [
    "demo", "sumo-logic", "detections", "detections-enriched", "knowledge-base", "assets", "split",
  ]
  private static let expected = Program.project.appending(path: "Fixtures/expected")
  private static let writes = ProcessInfo.processInfo.environment["WRITE_EXPECTED"] != nil

  /// What a pipeline makes of the fixtures, by stream.
  private static func run(_ pipeline: String, _ more: String...) async throws -> [String: Data] {
    try await Program.withFolder { folder in
      let fixtures = Program.project.appending(path: "Fixtures/demo").path
      let input =
        switch pipeline {
        case "demo": [String]()
        case "split": ["--input", "\(fixtures)/detections-*.xml"]
        default: ["--replay", fixtures]
        }
      let result = try await Command.run(
        try Program.path,
        ["run", pipeline, "--output", folder.path] + input + more,
        folder: Program.project
      )
      #expect(result.status == 0, "\(result.errorText)")
      var streams: [String: Data] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
        let stream = try #require(name.range(of: "-0001.jsonl.gz"), "\(name)").lowerBound
        streams[String(name[..<stream])] = try await Program.gunzip(folder.appending(path: name))
      }
      return streams
    }
  }

  @Test("each stream gives the expected bytes", arguments: pipelines)
  func givesTheExpectedBytes(pipeline: String) async throws {
    let streams = try await Self.run(pipeline)
    let folder = Self.expected.appending(path: pipeline)
    if Self.writes {
      try? FileManager.default.removeItem(at: folder)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (stream, lines) in streams { try lines.write(to: folder.appending(path: "\(stream).jsonl")) }
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(files) == Set(streams.keys.map { "\($0).jsonl" }))
    for (stream, lines) in streams {
      let expected = try Data(contentsOf: folder.appending(path: "\(stream).jsonl"))
      // A difference of so many bytes would take minutes to be put into words.
      let isSame = lines == expected
      #expect(isSame, "run '\(pipeline)' with --output and compare with Fixtures/expected")
    }
  }

  @Test("a replay gives the same bytes again, on an empty state, with one core or several", arguments: pipelines)
  func replaysAreRepeatable(pipeline: String) async throws {
    let first = try await Self.run(pipeline)
    for cores in ["1", "2", "4"] {
      let isSame = try await Self.run(pipeline, "--cores", cores) == first
      #expect(isSame, "\(cores) cores")
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

  @Test("no line is over 65,536 bytes, and each says what it is", arguments: ["demo", "sumo-logic"])
  func linesAreOfTheirKind(pipeline: String) async throws {
    let kinds = [
      "detections": "vulnerabilityLogs", "knowledge-base": "knowledgeBaseLogs", "assets": "assetInventory",
    ]
    let streams = try await Self.run(pipeline)
    #expect(Set(streams.keys) == Set(kinds.keys))
    for (stream, kind) in kinds {
      let lines = try #require(streams[stream]).split(separator: UInt8(ascii: "\n"))
      #expect(!lines.isEmpty)
      for line in lines {
        #expect(line.count <= 65_536)
        #expect(line.starts(with: #"{"LogType":"\#(kind)""#.utf8))
      }
    }
  }

  @Test("of the second round's ports those are left that were seen since the first; software is names")
  func portsAndSoftware() async throws {
    let lines = try #require(try await Self.run("demo")["assets"]).split(separator: UInt8(ascii: "\n"))
    var versions: [Int: [(version: String, ports: [[String: Any]])]] = [:]
    for line in lines {
      let asset = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
      let id = try #require(asset["assetId"] as? Int)
      let list = asset["openPortListData"] as? [String: Any]
      versions[id, default: []].append(
        (asset["lastModifiedDate"] as? String ?? "", list?["openPort"] as? [[String: Any]] ?? [])
      )
      #expect(asset["softwareListData"] is [String] || asset["softwareListData"] is NSNull)
    }
    var compared = 0
    for rounds in versions.values where rounds.count == 2 && rounds[0].version != rounds[1].version {
      for port in rounds[1].ports {
        guard let seen = port["lastUpdated"] as? String else { continue }
        #expect(seen > rounds[0].version, "\(port)")
        compared += 1
      }
    }
    #expect(compared > 0)
    // In the answer there were more: those that nobody has seen since.
    let answer = try Data(contentsOf: Program.project.appending(path: "Fixtures/demo/assets-0002.json"))
    let page = try #require(try JSONSerialization.jsonObject(with: answer) as? [String: Any])
    let assets = try #require((page["assetListData"] as? [String: Any])?["asset"] as? [[String: Any]])
    let given = assets.reduce(0) { sum, asset in
      let list = (asset["openPortListData"] as? [String: Any])?["openPort"] as? [Any]
      return sum + (versions[asset["assetId"] as? Int ?? 0]?.count == 2 ? list?.count ?? 0 : 0)
    }
    #expect(versions.values.reduce(0) { $0 + ($1.count == 2 ? $1[1].ports.count : 0) } < given)
  }

  @Test("assets are reduced as a program of another kind reduces them")
  func assetsInPython() async throws {
    try await Program.withFolder { folder in
      let made = folder.appending(path: "made.jsonl.gz")
      let pages = (1...2).map { Program.project.appending(path: "Fixtures/demo/assets-000\($0).json").path }
      let script = Python.testsFolder.appending(path: "Reference/assets.py").path
      let result = try await Command.run("/usr/bin/env", ["python3", script, made.path] + pages)
      #expect(result.status == 0, "\(result.errorText)")
      let theirs = try await Program.gunzip(made).split(separator: UInt8(ascii: "\n"))
      let ours = try #require(try await Self.run("assets")["assets"]).split(separator: UInt8(ascii: "\n"))
      #expect(theirs.count == ours.count)
      for (one, other) in zip(theirs, ours) {
        let (one, other) = try (JSONSerialization.jsonObject(with: one), JSONSerialization.jsonObject(with: other))
        #expect((one as? NSDictionary) == (other as? NSDictionary))
      }
    }
  }

  @Test("the same input gives the same gzip bytes, on one core or two")
  func gzipBytesAreStable() async throws {
    let saved = Program.project.appending(path: "Fixtures/demo/detections-0001.xml").path
    var files: [Data] = []
    for cores in ["1", "2", "2"] {
      let file = try await Program.withFolder { folder in
        let options = ["--output", folder.path, "--cores", cores]
        let result = try await Command.run(
          try Program.path,
          ["run", "split", "--input", saved] + options,
          folder: Program.project
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
      let options = """
        --hosts 6 --seed 5 --hosts-per-page 4 --results-bytes 70000 --assets 5 --software-per-asset 4 --rounds 2
        """
      let words = ["simulate", "--write", folder.path] + options.split(separator: " ").map(String.init)
      _ = try await Command.run(try Program.path, words, folder: Program.project)
      let kept = Program.project.appending(path: "Fixtures/demo")
      let names = try FileManager.default.contentsOfDirectory(atPath: kept.path).sorted()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == names)
      for name in names {
        let same = try Data(contentsOf: folder.appending(path: name)) == Data(contentsOf: kept.appending(path: name))
        #expect(same, "\(name)")
      }
    }
  }
}
