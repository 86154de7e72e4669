import Foundation
import Simulator
import TestSupport
import Testing

/// `sluice check --online` against a Qualys on this machine.
@Suite struct OnlineCheckTests {
  @Test func hostsCallsAndTimeAreTold() async throws {
    try await Operating.with { operating, server, port in
      try operating.write(port: port)
      let result = try await operating.sluice("check", "live.yaml", "--online")
      #expect(result.status == 0, "\(result.errorText)")
      #expect(
        result.errorText.hasSuffix(
          "live: 23 hosts visible, 5 pages of 5; 299 of 300 calls left in an hour: a round that asks for everything takes "
            + "about 5 calls, under an hour\n"
        ),
        "\(result.errorText)"
      )
      #expect(server.calls.map(\.api) == [.hosts, .detections])
      #expect(server.calls.map { $0.value(of: "truncation_limit") } == ["0", "1"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: operating.folder.path) == ["live.yaml"])
    }
  }

  @Test func assetsAreCountedAfterSigningIn() async throws {
    try await Operating.with(assets: 12) { operating, server, port in
      try operating.write(port: port, source: "assets: { pageSize: 5 }")
      let result = try await operating.sluice("check", "live.yaml", "--online")
      #expect(
        result.status == 0 && result.errorText.contains("live: 12 assets visible, 3 pages of 5"),
        "\(result.errorText)"
      )
      #expect(server.calls.map(\.api) == [.signIn, .count])
    }
  }

  @Test("a round that is too long for 'every' is told", arguments: [("every: 1h", true), ("every: 2h", false)])
  func interval(every: String, isTold: Bool) async throws {
    // Of 5 calls in an hour 3 are the pipeline's, and a round takes 5.
    try await Operating.with(rateLimit: 5) { operating, _, port in
      try operating.write(port: port, every)
      let result = try await operating.sluice("check", "live.yaml", "--online")
      #expect(result.status == 0)
      #expect(result.errorText.contains("cannot be finished within '\(every)'") == isTold, "\(result.errorText)")
      let help = "if that is much, too, write 'every: 100m', or 'truncation_limit: 8', or less than 'leave: 25%'"
      #expect(result.errorText.contains(help) == isTold, "\(result.errorText)")
    }
  }

  @Test(
    "what is wrong is told at the file's 'qualys'",
    arguments: [
      ("hosts *: status 403", 78, "detections: HTTP 403", "have this user allowed"),
      ("detections *: status 404", 78, "detections: HTTP 404", "see to 'platform'"),
      ("hosts *: status 409 1965 wait=181", 75, "code 1965", "ask again in 181 s"),
      ("hosts *: status 503", 75, "detections: HTTP 503", "it passes"),
      ("detections *: html", 75, "detections: HTTP 200", "it passes"),
      ("hosts *: truncate 100", 75, "the answer is not complete", "https_proxy"),
      ("hosts *: reset 0", 75, "detections:", "https_proxy"),
    ] as [(String, Int32, String, String)]
  )
  func troubles(faults: String, status: Int32, message: String, help: String) async throws {
    try await Operating.with(faults: faults) { operating, _, port in
      try operating.write(port: port)
      let result = try await operating.sluice("check", "live.yaml", "--online")
      #expect(result.status == status, "\(result.errorText)")
      #expect(
        result.errorText.contains("live.yaml:2:1: error: ") && result.errorText.contains(message),
        "\(result.errorText)"
      )
      #expect(result.errorText.contains("help: ") && result.errorText.contains(help), "\(result.errorText)")
      #expect(!result.errorText.contains("127.0.0.1") && !result.errorText.contains("simulator"))
    }
  }

  @Test func aWrongPasswordIsTriedOnce() async throws {
    try await Operating.with(assets: 1) { operating, server, port in
      let both = """
        streams:
          a: { source: { detections: {} }, stages: [decode-detections, encode-json] }
          b: { source: { assets: {} }, stages: [decode-assets, encode-json] }

        """
      try operating.write(port: port)
      let file = operating.folder.appending(path: "live.yaml")
      let text = try String(contentsOf: file, encoding: .utf8).replacing("start: all\nevery: 400000d\n", with: both)
        .replacing(/source: \{ detections: \{ truncation_limit: 5 \} \}\nstages:.*\n/, with: "")
        .replacing("out/{n}", with: "out/{stream}-{n}")
      try Data(text.utf8).write(to: file)
      let result = try await operating.sluice("check", "live.yaml", "--online", password: "wrong")
      #expect(
        result.status == 78 && result.errorText.contains("wrong passwords lock the account"),
        "\(result.errorText)"
      )
      #expect(server.calls.count == 1)
    }
  }

  @Test func whoeverIsNotThereIsToldToBe() async throws {
    try await Program.withFolder { folder in
      let operating = Operating(folder: folder)
      try operating.write(port: 1)
      let result = try await operating.sluice("check", "live.yaml", "--online")
      #expect(result.status == 75 && result.errorText.contains("Connection refused"), "\(result.errorText)")
    }
  }
}
