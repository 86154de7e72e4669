import Foundation
import TestSupport
import Testing

/// Captures by command: here of a replay, which stands for Qualys.
@Suite struct CaptureCommandTests {
  private static let demo = Program.project.appending(path: "Pipelines/demo.yaml").path

  /// Writes a key, for its owner alone unless another mode is given.
  private static func write(_ key: Data, to file: URL, mode: Int = 0o600) throws {
    try key.write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
  }

  private func replay(_ capture: String, in folder: URL) async throws -> Data {
    let output = folder.appending(path: UUID().uuidString)
    let run = try await Program.run("run", Self.demo, "--replay", capture, "--output", output.path)
    #expect(run.status == 0, "\(run.errorText)")
    return try await Program.lines(in: output)
  }

  @Test("a replay of what was captured gives the same lines; the state stays as it is")
  func capture() async throws {
    try await Program.withFolder { folder in
      let (to, state) = (folder.appending(path: "captured").path, folder.appending(path: "state").path)
      let first = try await Program.run("capture", Self.demo, "--to", to, "--state", state)
      #expect(first.status == 0 && first.output.isEmpty, "\(first.errorText)")
      #expect(first.errorText.contains("answers, ") && first.errorText.contains("replay it with: sluice run"))
      #expect(!FileManager.default.fileExists(atPath: state))
      let original = Program.project.appending(path: "Fixtures/demo").path
      #expect(try await replay(to, in: folder) == (try await replay(original, in: folder)))
      let again = try await Program.run("capture", Self.demo, "--to", to)
      #expect(again.status == 78 && again.errorText.contains("not empty"), "\(again.errorText)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "demo-output").path))
    }
  }

  @Test("a capture from a state brings it, and a replay begins with it")
  func state() async throws {
    try await Program.withFolder { folder in
      let state = folder.appending(path: "state").path
      let output = folder.appending(path: "a").path
      #expect(try await Program.run("run", Self.demo, "--state", state, "--output", output).status == 0)
      let before = try Data(contentsOf: URL(fileURLWithPath: "\(state)/state.db"))
      let to = folder.appending(path: "captured").path
      #expect(try await Program.run("capture", Self.demo, "--to", to, "--state", state).status == 0)
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(state)/state.db")) == before)
      let second = folder.appending(path: "b").path
      #expect(try await Program.run("run", Self.demo, "--state", state, "--output", second).status == 0)
      let expected = try await Program.lines(in: URL(fileURLWithPath: second))
      #expect(try await replay(to, in: folder) == expected)
      #expect(try await replay(to, in: folder) == expected, "the capture's own state does not move")
    }
  }

  @Test("with pseudonyms there are as many lines, no name of the demo, and nothing else is left behind")
  func anonymize() async throws {
    try await Program.withFolder { folder in
      let (to, key) = (folder.appending(path: "shared").path, folder.appending(path: "key"))
      try Self.write(Data(repeating: 7, count: 32), to: key)
      let words = ["--anonymize-key-file", key.path]
      let result = try await Command.run(
        try Program.path,
        ["capture", Self.demo, "--anonymize", "--to", to] + words,
        folder: folder
      )
      #expect(result.status == 0, "\(result.errorText)")
      #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) == ["shared", "key"])
      let original = Program.project.appending(path: "Fixtures/demo").path
      let (lines, expected) = (try await replay(to, in: folder), try await replay(original, in: folder))
      let newline = UInt8(ascii: "\n")
      #expect(lines.count { $0 == newline } == expected.count { $0 == newline })
      let text = String(decoding: lines, as: UTF8.self)
      #expect(String(decoding: expected, as: UTF8.self).contains("lab.example.org"))
      #expect(!text.contains("lab.example.org") && text.contains("host-"))

      let other = folder.appending(path: "other").path
      let copy = try await Command.run(
        try Program.path,
        ["anonymize", original, "--to", other] + words,
        folder: folder
      )
      #expect(copy.status == 0 && copy.errorText.contains("7 answers with pseudonyms for"), "\(copy.errorText)")
      #expect(try await replay(other, in: folder) == lines)
    }
  }

  @Test("what cannot be done is said")
  func refused() async throws {
    try await Program.withFolder { folder in
      let to = folder.appending(path: "to").path
      let none = try await Program.run("anonymize", folder.appending(path: "none").path, "--to", to)
      #expect(none.status == 78 && none.errorText.contains("cannot be listed"), "\(none.errorText)")
      let key = folder.appending(path: "key")
      try Self.write(Data("short".utf8), to: key)
      let short = try await Program.run(
        "capture",
        Self.demo,
        "--to",
        to,
        "--anonymize",
        "--anonymize-key-file",
        key.path
      )
      #expect(short.status == 78 && short.errorText.contains("has 5 bytes"), "\(short.errorText)")
      #expect(try await Program.run("capture", Self.demo, "--to", to, "--anonymize-key-file", key.path).status == 64)
    }
  }

  @Test("a key that others can read is refused, by a link, too", arguments: [0o640, 0o604, 0o620])
  func openKey(mode: Int) async throws {
    try await Program.withFolder { folder in
      let (key, link) = (folder.appending(path: "key"), folder.appending(path: "link"))
      try Self.write(Data(repeating: 7, count: 32), to: key, mode: mode)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: key)
      for file in [key, link] {
        let to = folder.appending(path: "to").path
        let original = Program.project.appending(path: "Fixtures/demo").path
        let result = try await Program.run("anonymize", original, "--to", to, "--anonymize-key-file", file.path)
        #expect(result.status == 78 && result.errorText.contains("chmod 600"), "\(result.errorText)")
        #expect(!FileManager.default.fileExists(atPath: to))
      }
    }
  }
}
