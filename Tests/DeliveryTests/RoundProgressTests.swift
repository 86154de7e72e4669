import Foundation
import Pipelines
import State
import Testing

/// What the state keeps of a stream, read by another release.
@Suite("The progress of a stream")
struct RoundProgressTests {
  private func read(_ text: String) throws -> RoundProgress {
    try RoundProgress(StreamProgress(cursor: Array(text.utf8)), of: "s")
  }

  @Test("Nothing is kept, and nothing but what an old release kept")
  func nothing() throws {
    #expect(try RoundProgress(nil, of: "s").round == nil)
    #expect(try read("").pages == 0)
  }

  @Test(
    "What a newer release kept, or what cannot be read, is an error that says what to do",
    arguments: [(#"{"version":2}"#, "run that release"), ("{", "sluice reset"), (#"{"version":1}"#, "sluice reset")]
  )
  func unreadable(text: String, help: String) {
    #expect {
      try read(text)
    } throws: { error in
      error is UnreadableProgress && "\(error)".contains("stream 's'") && "\(error)".contains(help)
    }
  }
}
