import Foundation
import TestSupport
import Testing

/// What a person sees who runs the program.
@Suite struct RunCommandTests {
  private static let page = Program.project.appending(path: "Fixtures/demo/detections-0001.xml")

  @Test("standard input in, one log per detection out")
  func standardInput() async throws {
    try await Program.withFolder { folder in
      let page = try Data(contentsOf: Self.page)
      let result = try await Program.run("run", "split", "--input", "-", "--output", folder.path, input: page)
      #expect(result.status == 0, "\(result.errorText)")
      let lines = try await Program.lines(in: folder)
      let detections = String(decoding: page, as: UTF8.self).split(separator: "<DETECTION>").count - 1
      #expect(lines.split(separator: UInt8(ascii: "\n")).count == detections)
      #expect(result.text.isEmpty)
      #expect(result.errorText.contains("every record is accounted for"))
      #expect(!result.errorText.contains("\r"), "no progress line in a pipe")
    }
  }

  @Test("a page cut off anywhere is an error, and its complete hosts stand", arguments: [1, 10, 100, 5_000, 60_000])
  func truncatedPage(missing: Int) async throws {
    try await Program.withFolder { folder in
      let page = try Data(contentsOf: Self.page).dropLast(missing + 300)
      let result = try await Program.run("run", "split", "--input", "-", "--output", folder.path, input: Data(page))
      #expect(result.status == 65)
      #expect(result.errorText.contains("breaks off"), "\(result.errorText)")
      let all = try Data(contentsOf: Program.project.appending(path: "Fixtures/expected/split/split.jsonl"))
      let lines = try await Program.lines(in: folder)
      #expect(all.starts(with: lines), "what stands is a beginning of the whole")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(!names.contains { $0.hasSuffix(".part") })
    }
  }

  @Test(
    "what is not an answer is an error with its words",
    arguments: [
      ("", "the answer is empty"),
      ("<!DOCTYPE html><html><head><title>Down for maintenance</title></head></html>", "Down for maintenance"),
      (
        "<SIMPLE_RETURN><RESPONSE><CODE>1960</CODE><TEXT>This API cannot be run again</TEXT></RESPONSE></SIMPLE_RETURN>",
        "Qualys answered with an error 1960: This API cannot be run again"
      ),
      ("{\"error\": \"no\"}", "the answer is not XML"),
      ("<HOST_LIST_OUTPUT></HOST_LIST_OUTPUT>", "HOST_LIST_OUTPUT"),
    ]
  )
  func notAnAnswer(content: String, words: String) async throws {
    try await Program.withFolder { folder in
      let result = try await Program.run(
        "run",
        "split",
        "--input",
        "-",
        "--output",
        folder.path,
        input: Data(content.utf8)
      )
      #expect(result.status == 65)
      #expect(result.errorText.contains(words), "\(result.errorText)")
    }
  }

  @Test("libxml2 itself prints nothing of a document")
  func silentParser() async throws {
    let answer = """
      <!DOCTYPE HOST_LIST_VM_DETECTION_OUTPUT [<!ATTLIST HOST b (secret|secret) #IMPLIED>]>
      <HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE><DATETIME>2026-11-21T00:00:00Z</DATETIME></RESPONSE>
      </HOST_LIST_VM_DETECTION_OUTPUT>
      """
    let result = try await Program.run(
      "run",
      "Tests/CommandTests/stdout.yaml",
      "--input",
      "-",
      input: Data(answer.utf8)
    )
    #expect(result.status == 0, "\(result.errorText)")
    #expect(!result.errorText.contains("secret") && !result.errorText.contains("validity"), "\(result.errorText)")
  }

  @Test("an answer without hosts is no data, and no error")
  func emptyAnswer() async throws {
    try await Program.withFolder { folder in
      let answer = """
        <?xml version="1.0" encoding="UTF-8" ?>
        <HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE><DATETIME>2026-11-21T00:00:00Z</DATETIME></RESPONSE>
        </HOST_LIST_VM_DETECTION_OUTPUT>
        """
      let result = try await Program.run(
        "run",
        "split",
        "--input",
        "-",
        "--output",
        folder.path,
        input: Data(answer.utf8)
      )
      #expect(result.status == 0, "\(result.errorText)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test("a missing file is an error, and the others are read")
  func missingFile() async throws {
    try await Program.withFolder { folder in
      let result = try await Program.run(
        "run",
        "split",
        "--input",
        "nowhere.xml",
        Self.page.path,
        "--output",
        folder.path
      )
      #expect(result.status == 65)
      #expect(result.errorText.contains("nowhere.xml"))
      let lines = try await Program.lines(in: folder)
      #expect(!lines.isEmpty)
    }
  }

  @Test("--limit, --json, --set and --stream")
  func options() async throws {
    try await Program.withFolder { folder in
      let result = try await Program.run(
        "run",
        "split",
        "--input",
        Self.page.path,
        "--output",
        folder.path,
        "--limit",
        "7",
        "--json",
        "--set",
        "level=1"
      )
      #expect(result.status == 0, "\(result.errorText)")
      let json = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
      #expect(json["balanced"] as? Bool == true)
      let lines = try await Program.lines(in: folder)
      #expect(lines.split(separator: UInt8(ascii: "\n")).count == 7)
      #expect(try await Program.run("run", "split", "--set", "levle=1").status == 78)
      #expect(try await Program.run("run", "split", "--stream", "splt").status == 78)
      #expect(try await Program.run("run", "splti").status == 78)
      #expect(try await Program.run("run").status == 64)
    }
  }

  @Test("a reader that goes away ends the run quietly")
  func closedPipe() async throws {
    let result = try await Command.run(
      "/bin/sh",
      [
        "-c", "\"$0\" run \"$1\" | head -n 1", try Program.path,
        Program.project.appending(path: "Tests/CommandTests/stdout.yaml").path,
      ],
      folder: Program.project
    )
    #expect(result.text.split(separator: "\n").count == 1)
    #expect(result.errorText.isEmpty, "\(result.errorText)")
  }

  @Test("the first log is out while the answer still arrives")
  func firstLogBeforeTheEnd() async throws {
    let page = try Data(contentsOf: Self.page)
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: try Program.path)
    process.arguments = [
      "run", Program.project.appending(path: "Tests/CommandTests/stdout.yaml").path, "--input", "-",
    ]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    // All but the end of the page, which stays open: whole hosts must come out all the same.
    try input.fileHandleForWriting.write(contentsOf: page.prefix(page.count - 2000))
    let first = output.fileHandleForReading.availableData
    #expect(first.starts(with: Data("{\"LogType\":\"vulnerabilityLogs\"".utf8)))
    process.terminate()
    try input.fileHandleForWriting.close()
  }

  @Test("dead letters are read again as lines")
  func deadLetters() async throws {
    try await Program.withFolder { folder in
      let pipeline = Program.project.appending(path: "Tests/CommandTests/strict.yaml").path
      let strict = try await Program.run("run", pipeline, "--output", folder.path)
      #expect(strict.status == 0, "\(strict.errorText)")
      let letters = folder.appending(path: "dead-letters.jsonl")
      let text = try String(contentsOf: letters, encoding: .utf8)
      #expect(text.contains(#""DeadLetter":{"Stream":"strict","Stage":"guard-size","Reason":""#))
      let again = folder.appending(path: "again")
      let lines = Program.project.appending(path: "Tests/CommandTests/lines.yaml").path
      let result = try await Program.run("run", lines, "--input", letters.path, "--output", again.path)
      #expect(result.status == 0, "\(result.errorText)")
      let all = try String(
        contentsOf: Program.project.appending(path: "Fixtures/expected/split/split.jsonl"),
        encoding: .utf8
      )
      let original = Set(all.split(separator: "\n"))
      let refused = String(decoding: try await Program.lines(in: again), as: UTF8.self).split(separator: "\n")
      #expect(!refused.isEmpty)
      for line in refused { #expect(original.contains(line)) }
    }
  }

  @Test("a stream that branches writes files for each output, and its balance shows each")
  func outputs() async throws {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "two.yaml")
      let text = """
        source: { files: "\(Self.page.path)" }
        stages: [decode-detections, split-detections]
        outputs:
          - name: severe
            stages: [{ filter: { field: DETECTION.SEVERITY, at-least: 4 } }, encode-json]
            sinks: [gzip-file: "\(folder.path)/{stream}-{output}-{n}.jsonl.gz"]
          - { stages: [encode-json], sinks: [gzip-file: "\(folder.path)/{stream}-{output}.jsonl.gz"] }
        """
      try Data(text.utf8).write(to: file)
      let result = try await Program.run("run", file.path, folder: folder)
      #expect(result.status == 0, "\(result.errorText)")
      #expect(result.errorText.contains("  output severe\n    filter"), "\(result.errorText)")
      #expect(result.errorText.contains("  output 2\n    encode-json"), "\(result.errorText)")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names == ["two-2.jsonl.gz", "two-severe-0001.jsonl.gz", "two.yaml"])

      let there = folder.appending(path: "there")
      let json = try await Program.run("run", file.path, "--output", there.path, "--json")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: there.path).sorted()
          == ["two-2-0001.jsonl.gz", "two-severe-0001.jsonl.gz"]
      )
      let report = try #require(try JSONSerialization.jsonObject(with: json.output) as? [String: Any])
      let stream = try #require((report["streams"] as? [[String: Any]])?.first)
      #expect((stream["outputs"] as? [[String: Any]])?.map { $0["name"] as? String } == ["severe", "2"])
      #expect(stream["sinks"] == nil && report["balanced"] as? Bool == true)
      let all = try Data(contentsOf: folder.appending(path: "two-2.jsonl.gz"))
      #expect(try Data(contentsOf: there.appending(path: "two-2-0001.jsonl.gz")) == all)
    }
  }
}
