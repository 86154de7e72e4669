import Foundation
import Simulator
import Synchronization
import TestSupport
import Testing

/// Secrets are in no byte that the built program writes, whatever goes wrong.
@Suite("Secrets")
struct SecretTests {
  /// A run of the program: what goes wrong, and the receiver's answer to the first request.
  struct Run: Sendable, CustomTestStringConvertible {
    var script: String
    var receiver: Int = 200
    var command = ["run", "p.yaml", "--state", "state"]
    var testDescription: String { "\(command[0]) \(script) \(receiver)" }
  }

  static let runs = [
    Run(script: "", receiver: 503),
    Run(script: "", receiver: 401),
    Run(script: "", receiver: 400),
    Run(script: "", command: ["run", "p.yaml", "--state", "state", "--json"]),
    Run(script: "", command: ["run", "p.yaml", "--state", "state", "--dry-run"]),
    Run(script: "", command: ["capture", "p.yaml", "--to", "captured"]),
    Run(script: "detections 1: html", command: ["capture", "p.yaml", "--to", "captured", "--anonymize"]),
    Run(script: "", command: ["check", "p.yaml"]),
    Run(script: "", command: ["explain", "p.yaml"]),
    Run(script: "detections 1: status 401"),
    // The second failure is told.
    Run(script: "detections 1-2: reset; knowledge-base 1-2: cut; assets 1-2: html; sign-in 1-2: reset"),
    Run(script: "sign-in 1: status 401; detections 2: html; knowledge-base 2: status 403"),
    Run(script: "sign-in 1: status 503; detections 2: reset 3000; knowledge-base 2: cut 3000; assets 2: no-last-chunk"),
    Run(script: "detections 2: error 999; knowledge-base 1: status 400 1905; assets 2: status 400"),
    Run(script: "detections 1: redirect 307 ELSEWHERE; assets 1: redirect 301 ELSEWHERE"),
    Run(script: "detections 2: gzip-bomb 64; knowledge-base 2: gzip-cut 700; assets 2: incident 3000"),
    Run(script: "detections 2: status 409 1965 wait=1; knowledge-base 2: xxe file; assets 2: expire-token"),
    Run(script: "detections 2: empty; knowledge-base 2: status 500; assets 2: status 429 retry-after=1"),
  ]

  private static let bytes = Mutex((runs: 0, count: 0, hits: 0))

  @Test("They are in nothing that is written, nor in the command line", .timeLimit(.minutes(10)), arguments: runs)
  func nowhere(_ run: Run) async throws {
    let folder = try TemporaryFolder()
    let qids = try await ReferenceData.small.value.qids
    let echo = "sorry, /receiver/v1/http/\(Canary.receiverCode)"
    try await RecordingServer.with { number in
      .answer(number == 1 || run.receiver == 401 ? run.receiver : 200, text: echo)
    } _: { _, receiver in
      try await RecordingServer.with { stranger, strangerURL in
        var options = ReferenceData.options()
        (options.user, options.password) = (Canary.user, Canary.password)
        options.faults = try FaultScript(run.script.replacing("ELSEWHERE", with: strangerURL))
        let server = SimulatedServer(options)
        let port = try await server.start()
        try Data(Self.file(port: port, qids).utf8).write(to: folder.url.appending(path: "p.yaml"))
        let program = try await WatchedProgram.run(
          run.command,
          in: folder.url,
          environment: ["FAULT_USER": Canary.user, "FAULT_PASSWORD": Canary.password, "RECEIVER": receiver]
        )
        await server.stop()
        var search = SecretSearch(Canary.all(tokens: server.tokens))
        search.look(into: program.output, at: "standard output")
        search.look(into: program.errors, at: "standard error")
        for line in program.commandLines { search.look(into: line, at: "the command line") }
        try search.look(intoFolder: folder.url)
        let text = String(decoding: program.output + program.errors, as: UTF8.self)
        #expect(search.result.hits.isEmpty, "\(search.result.hits)\n\(text)")
        // What was looked at is what was meant: it ran, and it wrote.
        #expect([0, 65, 75, 78].contains(program.status) && !text.isEmpty, "\(program.status): \(text)")
        #expect(!program.commandLines.isEmpty && stranger.connections == 0)
        let result = search.result
        let sums = Self.bytes.withLock { sums in
          sums = (sums.runs + 1, sums.count + result.byteCount, sums.hits + result.hits.count)
          return sums
        }
        if sums.runs == Self.runs.count {
          print(
            "figure: secrets: runs of the program, bytes searched, hits | \(sums.runs), \(sums.count), \(sums.hits)"
          )
        }
      }
    }
  }

  private static func file(port: Int, _ qids: [Int]) -> String {
    let streams = FaultStream.allCases.map { stream in
      """
        \(stream.rawValue):
          \(stream.text(qids: qids))
          sinks:
            - gzip-file: "out/{stream}-{n}.gz"
            - http: { url: "${RECEIVER}", headers: { X-Stream: \(stream.rawValue) }, give-up-after: 5s }
      """
    }
    return """
      name: secrets
      qualys:
        server: http://127.0.0.1:\(port)
        gateway: http://127.0.0.1:\(port)
        username: ${FAULT_USER}
        password: ${FAULT_PASSWORD}
      start: all
      dead-letters: letters.jsonl
      capture: { on: always, keep: 24h, folder: captures }
      streams:
      \(streams.joined(separator: "\n"))
      """
  }

  // MARK: The test of the test

  @Test("A secret that is planted is found, however it is written")
  func planted() throws {
    let token = "eyJh.eyJz.c2lt"
    let pair = Data("\(Canary.user):\(Canary.password)".utf8)
    let leaks = [
      "user=\(Canary.user)", "x\(Canary.password)x", "Basic \(pair.base64EncodedString())", "Bearer \(token)",
      "password=canary%2Fpass%2Bw0rd%3D%26%25%227", #"{"p":"canary/pass+w0rd=&%\"7"}"#,
      #"{"p":"canary\/pass+w0rd=&%\"7"}"#, "https://x/receiver/v1/http/ZaVnC4dhaV3%3D%3D?",
      "https://x/receiver/v1/http/\(Canary.receiverCode)", Data(Canary.password.utf8).base64EncodedString(),
      pair.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(),
    ]
    for leak in leaks {
      let folder = try TemporaryFolder()
      var search = SecretSearch(Canary.all(tokens: [token]))
      try Data("nothing here".utf8).write(to: folder.url.appending(path: "clean"))
      try search.look(intoFolder: folder.url)
      #expect(search.result.hits.isEmpty)
      try FileManager.default.createDirectory(at: folder.url.appending(path: "a"), withIntermediateDirectories: true)
      try Data("before \(leak) behind".utf8).write(to: folder.url.appending(path: "a/file"))
      try search.look(intoFolder: folder.url)
      #expect(!search.result.hits.isEmpty, "\(leak)")
    }
  }
}
