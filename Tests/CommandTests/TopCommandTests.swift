import Foundation
import Service
import TestSupport
import Testing

/// `sluice top` against a status that a script serves, in a pipe and on a terminal.
@Suite struct TopCommandTests {
  private struct Outcome: Decodable {
    var status: Int32
    var output: String
    var errors: String
  }

  private static func run(_ mode: String) async throws -> Outcome {
    let status = try JSONEncoder().encode(TopScreenTests.service())
    let result = try await Python.run("top.py", [try Program.path, mode], input: status)
    try #require(result.status == 0)
    return try JSONDecoder().decode(Outcome.self, from: result.output)
  }

  @Test func printsOnceWhereNobodyPressesKeys() async throws {
    let outcome = try await Self.run("once")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(outcome.output.contains("Error, red") && outcome.output.contains("Qualys answers 503"))
    #expect(!outcome.output.contains("\u{1B}"))
  }

  @Test func aTokenComesFromAFile() async throws {
    let outcome = try await Self.run("token")
    #expect(outcome.status == 0 && outcome.output.contains("detections"))
    // Without it, and nobody learns where that was.
    #expect(outcome.errors.contains("--token-file") && !outcome.errors.contains("127.0.0.1"))
  }

  @Test(
    "a screen of its own, which follows the window and is given back however it ends",
    arguments: ["q", "SIGINT", "SIGTERM", "SIGHUP"]
  )
  func onATerminal(end: String) async throws {
    let outcome = try await Self.run(end)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("\u{1B}[?1049h\u{1B}[?25l"))
    #expect(outcome.output.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
    // It never empties the screen, which would be seen.
    #expect(!outcome.output.contains("\u{1B}[2J"))
  }

  @Test func nobodyThereIsTriedAgainLater() async throws {
    let result = try await Program.run("top", "http://127.0.0.1:1", "--once")
    #expect(result.status == 75 && result.errorText.contains("no service answers"), "\(result.errorText)")
    #expect(!result.errorText.contains("127.0.0.1"))
  }

  @Test func anAddressIsAURL() async throws {
    #expect(try await Program.run("top", "127.0.0.1:8090").status == 64)
  }
}
