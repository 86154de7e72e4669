import Foundation
import TestSupport
import Testing

/// What the README shows is true.
@Suite(.serialized) struct ReadmeTests {
  private struct Block {
    var language: String
    var text: String
  }

  private static func blocks() throws -> [Block] {
    let text = try String(contentsOf: Program.project.appending(path: "README.md"), encoding: .utf8)
    var blocks: [Block] = []
    for (index, part) in text.components(separatedBy: "```").enumerated() where index % 2 == 1 {
      let end = part.firstIndex(of: "\n") ?? part.endIndex
      blocks.append(Block(language: String(part[..<end]), text: String(part[end...].dropFirst())))
    }
    return blocks
  }

  @Test("every line that begins with sluice does what it says")
  func commands() async throws {
    let program = URL(fileURLWithPath: try Program.path).deletingLastPathComponent().path
    let lines = try Self.blocks().filter { $0.language == "sh" }.flatMap { $0.text.split(separator: "\n") }
      .filter { $0.hasPrefix("sluice ") }
    #expect(lines.count >= 8)
    for line in lines {
      let result = try await Command.run(
        "/bin/sh",
        ["-c", "PATH=\(program):$PATH; \(line)"],
        folder: Program.project
      )
      #expect(result.status == 0, "\(line)\n\(result.errorText)")
    }
    for leftover in ["/tmp/sluice-readme", Program.project.appending(path: "demo-output").path] {
      try? FileManager.default.removeItem(atPath: leftover)
    }
  }

  @Test("every YAML block passes check")
  func pipelines() async throws {
    let blocks = try Self.blocks().filter { $0.language == "yaml" }
    #expect(blocks.count >= 2)
    try await Program.withFolder { folder in
      for block in blocks {
        let file = folder.appending(path: "readme.yaml")
        try Data(block.text.utf8).write(to: file)
        let result = try await Program.run("check", "--no-environment", file.path)
        #expect(result.status == 0, "\(block.text)\n\(result.errorText)")
      }
    }
  }

  @Test("the demo prints what the README shows")
  func demo() async throws {
    try await Program.withFolder { folder in
      let shown = try #require(try Self.blocks().first { $0.text.hasPrefix("demo/detections") })
      let demo = Program.project.appending(path: "Pipelines/demo.yaml").path
      let result = try await Program.run("run", demo, folder: folder)
      let printed = result.errorText.split(separator: "\n").map { line in
        // How long it took differs.
        line.hasPrefix("balance:")
          ? String(line[..<(line.lastIndex(of: "(") ?? line.endIndex)].dropLast()) : String(line)
      }
      #expect(printed == shown.text.split(separator: "\n").map(String.init))
    }
  }
}
