import Foundation
import TestSupport
import Testing

/// What became of a detection, in words that a person understands.
@Suite struct TraceTests {
  private static let page = Program.project.appending(path: "Fixtures/demo/detections-0001.xml")

  /// A pipeline whose RESULTS of 70,000 bytes (host 10000038, QID 372799) are too long.
  private func pipeline(_ guardSize: String, in folder: URL) throws -> String {
    let file = folder.appending(path: "p.yaml")
    let text = """
      name: p
      source: { files: "\(Self.page.path)" }
      stages:
        - decode-detections
        - split-detections
        - select: { remove: [TAGS] }
        - encode-json
        - guard-size: { \(guardSize) }
      sinks: [gzip-file: "out/{stream}-{n}.jsonl.gz"]
      """
    try Data(text.utf8).write(to: file)
    return file.path
  }

  private func trace(_ arguments: String..., in folder: URL, status: Int32 = 0) async throws -> [String] {
    let result = try await Command.run(try Program.path, ["trace"] + arguments, folder: folder)
    #expect(result.status == status, "\(result.errorText)")
    // White space aligns the columns.
    return (status == 0 ? result.text : result.errorText).split(separator: "\n").map { line in
      line.split(separator: " ").joined(separator: " ")
    }
  }

  @Test("a filtered one: the condition, and the value that it did not fit")
  func filtered() async throws {
    let demo = Program.project.appending(path: "Pipelines/demo.yaml").path
    try await Program.withFolder { folder in
      let lines = try await trace(demo, "--host", "10000038", "--qid", "372799", in: folder)
      #expect(lines.first == "host 10000038, stream detections, round 1")
      #expect(lines.contains("filter dropped: DETECTION.SEVERITY is 1, and at-least 3 was asked for"), "\(lines)")
      #expect(lines.contains { $0.hasPrefix("answer /api/5.0/fo/asset/host/vm/detection/ (") })
      #expect(lines.last == "2 dropped", "it is in both rounds")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test("where its bytes stood in the answer")
  func place() async throws {
    try await Program.withFolder { folder in
      let file = try pipeline("limit: 1MiB", in: folder)
      let result = try await Command.run(
        try Program.path,
        ["trace", file, "--host", "10000038", "--json"],
        folder: folder
      )
      let json = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
      let host = try #require((json["items"] as? [[String: Any]])?.first)
      #expect(host["answer"] as? String == Self.page.path)
      let items = [host] + (try #require(host["items"] as? [[String: Any]]))
      #expect(items.count > 2)
      let answer = try Data(contentsOf: Self.page)
      for item in items {
        let place = try #require(item["place"] as? [String: Any])
        let (first, end) = (try #require(place["firstByte"] as? Int), try #require(place["end"] as? Int))
        let text = String(decoding: answer[first..<end], as: UTF8.self)
        let name = item["name"] as? String ?? ""
        let isHost = name == "host 10000038"
        #expect(
          text.hasPrefix(isHost ? "<HOST>" : "<DETECTION>") && text.hasSuffix(isHost ? "</HOST>" : "</DETECTION>")
        )
        if !isHost {
          let qid = name.split(separator: ",")[0].split(separator: " ")[1]
          #expect(text.contains("<QID>\(qid)</QID>"))
        }
        let line = answer[..<first].count { $0 == UInt8(ascii: "\n") } + 1
        #expect(place["firstLine"] as? Int == line)
      }
    }
  }

  @Test("a shortened one")
  func shortened() async throws {
    try await Program.withFolder { folder in
      let file = try pipeline("limit: 2KiB, shorten: [DETECTION.RESULTS]", in: folder)
      let lines = try await trace(file, "--host", "10000038", "--qid", "372799", in: folder)
      #expect(lines.contains { $0.hasPrefix("select removed TAGS") })
      let words = "guard-size shortened DETECTION.RESULTS from 70,000 to "
      #expect(lines.contains { $0.hasPrefix(words) && $0.hasSuffix(" bytes (2,048 bytes)") }, "\(lines)")
      #expect(lines.contains("gzip-file would go to out/p-{n}.jsonl.gz") && lines.last == "1 log delivered")
    }
  }

  @Test("one that is split into parts")
  func split() async throws {
    try await Program.withFolder { folder in
      let file = try pipeline("limit: 32KiB", in: folder)
      let lines = try await trace(file, "--host", "10000038", "--qid", "372799", in: folder)
      #expect(lines.contains("guard-size split into 3 parts"), "\(lines)")
      for part in 1...3 { #expect(lines.contains("part \(part) of 3")) }
      let parts = lines.filter { $0.contains("of the 70,000 bytes of DETECTION.RESULTS") }
      let bytes = parts.compactMap {
        $0.split(separator: " ").dropFirst(2).first.map { Int($0.filter(\.isNumber)) ?? 0 }
      }
      #expect(parts.count == 3 && bytes.reduce(0, +) == 70_000, "\(parts)")
      #expect(lines.last == "3 logs delivered")
    }
  }

  @Test("one that is refused goes to the dead letters")
  func refused() async throws {
    try await Program.withFolder { folder in
      let file = try pipeline("limit: 32KiB, split: false", in: folder)
      let lines = try await trace(file, "--host", "10000038", "--qid", "372799", in: folder)
      #expect(lines.contains { $0.hasPrefix("guard-size refused: ") && $0.hasSuffix("and 'split' is off") }, "\(lines)")
      #expect(lines.contains("dead letters would go to dead-letters/p.jsonl") && lines.last == "1 refused")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "dead-letters").path))
    }
  }

  @Test("a delivered one: the file, and the line in it")
  func delivered() async throws {
    try await Program.withFolder { folder in
      let file = try pipeline("limit: 1MiB", in: folder)
      #expect(try await Program.run("run", file, folder: folder).status == 0)
      let lines = try await trace(file, "--host", "10000038", in: folder)
      let found = lines.filter { $0.hasPrefix("gzip-file is line ") }
      #expect(found.first == "gzip-file is line 1 of out/p-0001.jsonl.gz")
      let hosts = try await Program.lines(in: folder.appending(path: "out")).split(separator: UInt8(ascii: "\n"))
        .count { String(decoding: $0, as: UTF8.self).contains(#""Id":"10000038""#) }
      #expect(found.count == hosts && lines.last == "\(hosts) logs delivered")
    }
  }

  @Test("an asset and a KnowledgeBase entry, too; what a stage remembers is as in a run")
  func others() async throws {
    let demo = Program.project.appending(path: "Pipelines/demo.yaml").path
    try await Program.withFolder { folder in
      #expect(try await Program.run("run", demo, folder: folder).status == 0)
      let asset = try await trace(demo, "--asset", "60000021", in: folder)
      #expect(asset.contains("gzip-file is line 1 of demo-output/assets-0001.jsonl.gz"), "\(asset)")
      #expect(asset.contains { $0.hasPrefix("diff-ports openPortListData.openPort has 3 members, and had 4") })
      #expect(asset.last == "2 logs delivered")
      let entry = try await trace(demo, "--qid", "372799", in: folder)
      #expect(entry.contains { $0.hasPrefix("<VULN> lines ") } && entry.last == "1 log delivered", "\(entry)")
      #expect(entry.contains { $0.hasPrefix("gzip-file is line ") })
    }
  }

  @Test("what several outputs did")
  func outputs() async throws {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "two.yaml")
      let text = """
        source: { files: "\(Self.page.path)" }
        stages: [decode-detections, split-detections]
        outputs:
          - name: severe
            stages: [{ filter: { field: DETECTION.SEVERITY, at-least: 4 } }, encode-json]
            sinks: [stdout]
          - { stages: [encode-json], sinks: [gzip-file: "all.jsonl.gz"] }
        """
      try Data(text.utf8).write(to: file)
      let lines = try await trace(file.path, "--host", "10000038", "--qid", "372799", in: folder)
      #expect(lines.contains("in output severe") && lines.contains("in output 2"))
      #expect(lines.contains("filter dropped: DETECTION.SEVERITY is 1, and at-least 4 was asked for"))
      #expect(lines.contains("gzip-file would go to all.jsonl.gz") && lines.last == "1 log delivered, 1 dropped")
    }
  }

  @Test("what is not there, and what is; what cannot be asked")
  func absent() async throws {
    try await Program.withFolder { folder in
      let file = try pipeline("limit: 1MiB", in: folder)
      let host = try await trace(file, "--host", "1", in: folder, status: 65)
      #expect(host.first == "sluice: host 1 is not in these answers")
      #expect(host.last?.hasPrefix("p: 4 hosts, with ids from 10000038 to ") == true, "\(host)")
      let qid = try await trace(file, "--host", "10000038", "--qid", "7", in: folder, status: 65)
      #expect(qid.last?.hasPrefix("p: the host is there, with 8 QIDs: 372799, ") == true, "\(qid)")
      _ = try await trace(file, "--asset", "7", in: folder, status: 78)
      _ = try await trace(file, in: folder, status: 64)
      _ = try await trace(file, "--host", "x", in: folder, status: 64)
    }
  }
}
