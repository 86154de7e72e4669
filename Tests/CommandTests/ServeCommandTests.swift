import Foundation
import Simulator
import Synchronization
import TestSupport
import Testing

/// `sluice serve` against a Qualys on this machine, looked at over its endpoint.
@Suite struct ServeCommandTests {
  /// A service that runs until the body has ended.
  private struct Serving {
    let process: Process
    let log: URL
    let url: String

    /// Starts it, and waits until it listens.
    init(_ operating: Operating, _ arguments: [String]) async throws {
      let log = operating.folder.appending(path: "log")
      try Data().write(to: log)
      process = Process()
      process.executableURL = URL(fileURLWithPath: try Program.path)
      process.arguments = ["serve", "live.yaml", "--listen", "127.0.0.1:0"] + arguments
      process.currentDirectoryURL = operating.folder
      process.environment = ProcessInfo.processInfo.environment.merging(
        ["SIM_USER": "simulator", "SIM_PASSWORD_FILE": operating.folder.appending(path: "password").path]
      ) { $1 }
      process.standardError = try FileHandle(forWritingTo: log)
      try process.run()
      var address: String?
      for _ in 0..<6_000 where address == nil {
        try await Task.sleep(for: .milliseconds(50))
        let text = try String(contentsOf: log, encoding: .utf8)
        address = text.firstMatch(of: /listening on (http:[^"]+)"/).map { String($0.1) }
      }
      self.log = log
      url = try #require(address, "it listens")
    }

    var words: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Asks the endpoint: the status of the answer, and what it holds.
    func get(_ path: String, method: String = "GET", token: String? = nil) async throws -> (Int, Data) {
      let script = """
        import sys,urllib.request,urllib.error
        request=urllib.request.Request(sys.argv[1],method=sys.argv[2],headers={'Authorization':'Bearer '+sys.argv[3]} if sys.argv[3] else {})
        try: answer=urllib.request.urlopen(request)
        except urllib.error.HTTPError as error: answer=error
        print(answer.status if hasattr(answer,'status') else answer.code); sys.stdout.flush(); sys.stdout.buffer.write(answer.read())
        """
      let output = try await Command.run(
        "/usr/bin/env",
        ["python3", "-c", script, url + path, method, token ?? ""]
      ).output
      let end = try #require(output.firstIndex(of: UInt8(ascii: "\n")))
      let status = try #require(Int(String(decoding: output[..<end], as: UTF8.self)))
      return (status, Data(output[output.index(after: end)...]))
    }

    /// Waits until the stream is in a state, and has had some rounds.
    func reaches(_ state: String, rounds: Int = 0) async throws -> Bool {
      struct Status: Decodable {
        struct Pipeline: Decodable {
          struct Stream: Decodable {
            let state: String
            let rounds: Int
          }
          let streams: [Stream]
        }
        let pipelines: [Pipeline]
      }
      for _ in 0..<1_000 {
        let status = try JSONDecoder().decode(Status.self, from: try await get("/status").1)
        let stream = try #require(status.pipelines.first?.streams.first)
        if stream.state == state, stream.rounds >= rounds { return true }
        try await Task.sleep(for: .milliseconds(100))
      }
      return false
    }

    /// Ends it; the exit code.
    func end() async throws -> Int32 {
      process.terminate()
      for _ in 0..<2_400 where process.isRunning { try await Task.sleep(for: .milliseconds(50)) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      return process.isRunning ? -1 : process.terminationStatus
    }
  }

  private static func write(_ text: String, to name: String, in operating: Operating) throws {
    let file = operating.folder.appending(path: name)
    try Data(text.utf8).write(to: file)
    unsafe chmod(file.path, 0o600)
  }

  @Test("a wrong password costs two calls, and a mended one is taken up; a restart needs the token; it ends well")
  func service() async throws {
    try await Operating.with { operating, server, port in
      try operating.write(port: port, "every: 1h")
      try Self.write("wrong", to: "password", in: operating)
      try Self.write("a-token-of-some-length", to: "token", in: operating)
      let serving = try await Serving(operating, ["--token-file", "token"])
      do {
        #expect(try await serving.reaches("Error"))
        #expect(try await serving.get("/health/live").0 == 200)
        #expect(try await serving.get("/health/ready").0 == 503)
        #expect(server.calls.count <= 2)
        try Self.write("simulator", to: "password", in: operating)
        kill(serving.process.processIdentifier, SIGHUP)
        #expect(try await serving.reaches("Collecting", rounds: 1))
        #expect(try await serving.get("/health/ready").0 == 200)
        // A person wants a round now.
        let path = "/streams/live/live/restart"
        #expect(try await serving.get(path, method: "POST").0 == 401)
        #expect(try await serving.get(path, method: "POST", token: "a-token-of-some-length").0 == 202)
        #expect(try await serving.reaches("Collecting", rounds: 2))
        let metrics = String(decoding: try await serving.get("/metrics").1, as: UTF8.self)
        #expect(metrics.contains(#"sluice_rounds_total{pipeline="live",stream="live"} 2"#), "\(metrics)")
        // What is wrong is refused, and all goes on.
        try Data("name: [".utf8).write(to: operating.folder.appending(path: "live.yaml"))
        kill(serving.process.processIdentifier, SIGHUP)
        for _ in 0..<6_000 where !serving.words.contains("is refused") { try await Task.sleep(for: .milliseconds(50)) }
        #expect(serving.words.contains("the changed file is refused, all goes on as before"))
        #expect(try await serving.reaches("Collecting", rounds: 2))
      } catch {
        _ = try await serving.end()
        throw error
      }
      #expect(try await serving.end() == 0, "\(serving.words)")
      #expect(!serving.words.contains("simulator\""))
      let files = try FileManager.default.contentsOfDirectory(atPath: operating.folder.appending(path: "out").path)
      #expect(files.allSatisfy { $0.hasSuffix(".jsonl.gz") } && !files.isEmpty, "\(files)")
    }
  }

  @Test("a tap shows the lines that pass, wants the token, and names the choices")
  func tap() async throws {
    try await Operating.with { operating, _, port in
      // Each round asks for everything, so that something passes.
      try operating.write(port: port, "every: 1h\nfull: 1s")
      try Self.write("simulator", to: "password", in: operating)
      try Self.write("a-token-of-some-length", to: "token", in: operating)
      let serving = try await Serving(operating, ["--token-file", "token"])
      do {
        #expect(try await serving.reaches("Collecting", rounds: 1))
        let url = ["--url", serving.url]
        let closed = try await operating.sluice(["tap", "live/live"] + url)
        #expect(closed.status == 78 && closed.errorText.contains("--token-file"), "\(closed.errorText)")
        let known = url + ["--token-file", "token"]
        let wrong = try await operating.sluice(["tap", "live/live", "--after", "filter"] + known)
        #expect(wrong.status == 64 && wrong.errorText.contains("there is detections, decode-detections"))
        async let tapped = operating.sluice(
          ["tap", "live/live", "--limit", "2", "--where", "{ field: ID, exists: true }"] + known
        )
        let isOver = Mutex(false)
        let asking = Task {
          // A round begins while somebody looks.
          for _ in 0..<60 where !isOver.withLock({ $0 }) {
            _ = try await serving.get("/streams/live/live/restart", method: "POST", token: "a-token-of-some-length")
            try await Task.sleep(for: .milliseconds(500))
          }
          if !isOver.withLock({ $0 }) { serving.process.terminate() }
        }
        let result = try await tapped
        isOver.withLock { $0 = true }
        try await asking.value
        let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
        #expect(result.status == 0 && lines.count == 2, "\(result.errorText)")
        #expect(lines.allSatisfy { $0.hasPrefix(#"{"LogType":"vulnerabilityLogs""#) })
        #expect(!serving.words.contains("vulnerabilityLogs"))
        // A tap that is open when the service ends.
        async let last = operating.sluice(["tap", "live/live"] + known)
        try await Task.sleep(for: .milliseconds(500))
        #expect(try await serving.end() == 0, "\(serving.words)")
        #expect(try await last.status == 75)
      } catch {
        _ = try await serving.end()
        throw error
      }
    }
  }

  @Test("what cannot be served is refused before anything runs")
  func refusals() async throws {
    try await Operating.with { operating, server, port in
      try operating.write(port: port)
      let open = try await operating.sluice("serve", "live.yaml", "--listen", "0.0.0.0:0")
      #expect(open.status == 78 && open.errorText.contains("SLUICE_TOKEN"), "\(open.errorText)")
      let twice = try await operating.sluice("serve", "live.yaml", "live.yaml")
      #expect(twice.status == 78 && twice.errorText.contains("two of the files are named 'live'"))
      try Data(
        "source: { files: x.xml }\nstages: [decode-detections, split-detections, encode-json]\nsinks: [stdout]\n".utf8
      )
      .write(to: operating.folder.appending(path: "live.yaml"))
      let files = try await operating.sluice("serve", "live.yaml")
      #expect(files.status == 78 && files.errorText.contains("it asks nothing of Qualys"), "\(files.errorText)")
      #expect(server.calls.isEmpty)
    }
  }
}
