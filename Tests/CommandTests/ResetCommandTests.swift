import Foundation
import TestSupport
import Testing

/// `sluice reset` where it asks, where a receiver has what is committed, and where a sink is gone from the file.
@Suite struct ResetCommandTests {
  private static let file = "live.yaml"

  /// Stops a first round behind its second page.
  private static func stopped(_ operating: Operating, _ environment: [String: String] = [:]) async throws {
    #expect(try await run(operating, environment) == 78)
  }

  private static func run(_ operating: Operating, _ environment: [String: String] = [:]) async throws -> Int32 {
    try await sluice(["run", file], operating, environment).status
  }

  private static func sluice(
    _ arguments: [String],
    _ operating: Operating,
    _ environment: [String: String] = [:]
  ) async throws -> Command.Result {
    try await Command.run(
      try Program.path,
      arguments,
      folder: operating.folder,
      environment: Operating.environment.merging(environment) { $1 }
    )
  }

  private static let reset = ["reset", "live.yaml/live", "--from", "all"]

  /// Changes the pipeline's file.
  private static func edit(_ operating: Operating, _ old: String, _ new: String) throws {
    let file = operating.folder.appending(path: file)
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains(old))
    try Data(text.replacing(old, with: new).utf8).write(to: file)
  }

  private static func ids(in text: some StringProtocol) -> [String] {
    String(text).matches(of: /"Id":"([0-9]+)"/).map { String($0.1) }
  }

  private static func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  // MARK: - Sinks

  @Test func whatAReceiverHasIsNotSentAgainByAReset() async throws {
    try await RecordingServer.with { receiver, url in
      try await Operating.with(faults: "detections 3: status 403") { operating, _, port in
        try operating.write(port: port)
        try Self.edit(operating, #"gzip-file: "out/{n}.jsonl.gz""#, #"http: "${RECEIVER}""#)
        func sent() -> [String] {
          receiver.stored.filter(\.wasTaken).flatMap { Self.ids(in: String(decoding: $0.text, as: UTF8.self)) }
        }
        try await Self.stopped(operating, ["RECEIVER": url])
        #expect(Set(sent()).count == 10)
        let requests = receiver.stored.count
        let reset = try await Self.sluice(Self.reset + ["--yes"], operating, ["RECEIVER": url])
        #expect(reset.status == 0 && receiver.stored.count == requests, "\(reset.errorText)")
        #expect(reset.errorText.contains("its 2 committed pages stay"), "\(reset.errorText)")
        #expect(try await Self.run(operating, ["RECEIVER": url]) == 0)
        // All of it again, as was asked for.
        let again = receiver.stored.dropFirst(requests).flatMap {
          Self.ids(in: String(decoding: $0.text, as: UTF8.self))
        }
        #expect(Set(again).count == 23 && Set(sent()).count == 23)
      }
    }
  }

  @Test func aSinkThatIsGoneFromTheFileIsToldAndTheNextRoundHasAll() async throws {
    try await Operating.with(faults: "detections 3: status 403") { operating, _, port in
      try operating.write(port: port)
      let one = #"[gzip-file: "out/{n}.jsonl.gz"]"#
      let two = #"[gzip-file: "out/{n}.jsonl.gz", gzip-file: "other/{n}.jsonl.gz"]"#
      try Self.edit(operating, one, two)
      try await Self.stopped(operating)
      try Self.edit(operating, two, one)
      let refused = try await Self.sluice(["run", Self.file], operating)
      #expect(
        refused.status != 0 && refused.errorText.contains("is not in the pipeline any more"),
        "\(refused.errorText)"
      )
      #expect(refused.errorText.contains("sluice reset"), "\(refused.errorText)")
      let reset = try await Self.sluice(Self.reset + ["--yes"], operating)
      #expect(
        reset.status == 0 && reset.errorText.contains("it stays in files that end in .part"),
        "\(reset.errorText)"
      )
      let folders = ["out", "other"].map { operating.folder.appending(path: $0) }
      for folder in folders { #expect(try Self.names(in: folder).contains { $0.hasSuffix(".part") }) }
      #expect(try await Self.run(operating) == 0)
      let hosts = Self.ids(in: String(decoding: try await Program.lines(in: folders[0]), as: UTF8.self))
      #expect(Set(hosts).count == 23)
    }
  }

  // MARK: - Asking

  /// Runs a command on a terminal of its own, and answers its question.
  private static let terminal = """
    import os, pty, sys
    process, terminal = pty.fork()
    if process == 0:
        os.execv(sys.argv[2], sys.argv[2:])
    text, asked = b"", False
    while True:
        try:
            some = os.read(terminal, 4096)
        except OSError:
            some = b""
        if not some:
            break
        text += some
        if not asked and b"[y/N] " in text:
            asked = True
            os.write(terminal, sys.argv[1].encode())
    sys.stdout.buffer.write(text)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
    """

  @Test(
    "on a terminal it says what will happen and asks; only yes is yes",
    arguments: [
      ("y\n", true), ("yes\n", true), ("YES\n", true), ("n\n", false), ("\n", false), ("yeah\n", false),
      ("\u{4}", false),
    ]
  )
  func asks(answer: String, goesOn: Bool) async throws {
    try await Operating.with(faults: "detections 3: status 403") { operating, _, port in
      try operating.write(port: port)
      try await Self.stopped(operating)
      let result = try await Command.run(
        "/usr/bin/env",
        ["python3", "-c", Self.terminal, answer, try Program.path] + Self.reset,
        folder: operating.folder,
        environment: Operating.environment
      )
      #expect(result.status == (goesOn ? 0 : 64), "\(result.text) \(result.errorText)")
      #expect(result.text.contains("it will ask for everything") && result.text.contains("go on? [y/N] "))
      #expect(result.text.contains("nothing was changed") == !goesOn)
      let status = try await operating.sluice("status", Self.file, "--json")
      #expect(status.text.contains(/"pages" ?: ?2/) == !goesOn, "\(status.text)")
      let names = try Self.names(in: operating.folder.appending(path: "out"))
      #expect(names.allSatisfy { $0.hasSuffix(goesOn ? ".gz" : ".part") } && !names.isEmpty, "\(names)")
    }
  }
}
