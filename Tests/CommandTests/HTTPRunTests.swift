import Foundation
import TestSupport
import Testing

/// The program and a server on loopback: what is sent, what is refused, and what is never shown.
@Suite struct HTTPRunTests {
  /// What came of a run: the program's end, and the requests that the server had.
  private struct Sent: Decodable {
    struct Request: Decodable {
      var path: String
      var headers: [String: String]
      var body: String
    }
    var status: Int
    var text: String
    var requests: [Request]

    var lines: [String] { requests.flatMap { $0.body.split(separator: "\n").map(String.init) } }
  }

  /// Answers with the statuses, one after another, then 200, and 400 to whatever holds the word; runs the program.
  private static let script = """
    import gzip, http.server, json, os, subprocess, sys, threading
    statuses, word, requests = json.loads(sys.argv[1]), sys.argv[2], []
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip": body = gzip.decompress(body)
            body = body.decode()
            requests.append({"path": self.path, "headers": dict(self.headers), "body": body})
            status = statuses.pop(0) if statuses else 400 if word and word in body else 200
            text = b"sorry, " + self.path.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        def log_message(self, *_): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d/receiver/v1/http/hunter-code==" % server.server_port
    run = subprocess.run(sys.argv[3:], env={**os.environ, "SUMO_URL": url}, capture_output=True, text=True)
    print(json.dumps({"status": run.returncode, "text": run.stdout + run.stderr, "requests": requests}))
    """

  private static let pipeline = """
    name: sumo
    dead-letters: letters.jsonl
    source: { files: "-" }
    stages: [decode-detections, split-detections, encode-json, guard-size: { shorten: [DETECTION.RESULTS] }]
    sinks:
      - http:
          url: ${SUMO_URL}
          headers: { X-Sumo-Category: qualys/vmdr, Authorization: "Bearer ${SUMO_URL}" }
          batch: 20kB
          give-up-after: 1s
    """

  private func run(
    _ arguments: String...,
    in folder: URL,
    pipeline: String = Self.pipeline,
    answers statuses: [Int] = [],
    refusing word: String = ""
  ) async throws -> Sent {
    try Data(pipeline.utf8).write(to: folder.appending(path: "p.yaml"))
    let words = ["-c", Self.script, "\(statuses)", word, try Program.path] + arguments
    let result = try await Command.run("/usr/bin/env", ["python3"] + words, folder: folder)
    let sent = try JSONDecoder().decode(Sent.self, from: result.output)
    #expect(!sent.text.contains("hunter-code"), "\(sent.text)")
    return sent
  }

  private static let saved = Program.project.appending(path: "Fixtures/demo/detections-0001.xml").path

  private func expected() async throws -> [String] {
    try await Program.withFolder { folder in
      let file = folder.appending(path: "p.yaml")
      try Data(Self.pipeline.utf8).write(to: file)
      _ = try await Program.run("run", file.path, "--input", Self.saved, "--output", folder.path)
      return try await String(decoding: Program.lines(in: folder), as: UTF8.self).split(separator: "\n").map(
        String.init
      )
    }
  }

  @Test("every log arrives, also when the server was busy; the balance names no more than the host")
  func arrives() async throws {
    try await Program.withFolder { folder in
      let sent = try await run("run", "p.yaml", "--input", Self.saved, in: folder, answers: [503])
      #expect(sent.status == 0, "\(sent.text)")
      let requests = Array(sent.requests.dropFirst())
      #expect(sent.requests[0].body == requests[0].body)
      #expect(sent.requests[0].headers["Idempotency-Key"] == requests[0].headers["Idempotency-Key"])
      #expect(try await requests.flatMap { $0.body.split(separator: "\n").map(String.init) } == expected())
      #expect(
        requests.count > 1 && requests.allSatisfy { $0.body.utf8.count <= 20_000 || $0.body.count { $0 == "\n" } == 1 }
      )
      #expect(requests.allSatisfy { $0.headers["X-Sumo-Category"] == "qualys/vmdr" })
      #expect(requests.allSatisfy { $0.path == "/receiver/v1/http/hunter-code==" })
      #expect(sent.text.contains("-> http://127.0.0.1:") && sent.text.contains("every record is accounted for"))
    }
  }

  @Test("a refused log is a dead letter that can be sent again; all others arrive")
  func refused() async throws {
    try await Program.withFolder { folder in
      let all = try await expected()
      let bad = try #require(all.dropFirst(9).first)
      let id = try #require(StrictJSON(bad)["Detection"]?["UniqueVulnId"]?.string)
      let refused = all.filter { $0.contains(id) }
      let sent = try await run("run", "p.yaml", "--input", Self.saved, in: folder, refusing: id)
      #expect(sent.status == 0, "\(sent.text)")
      #expect(sent.text.contains("+ \(refused.count) to dead letters"), "\(sent.text)")
      let letters = try String(contentsOf: folder.appending(path: "letters.jsonl"), encoding: .utf8).split(
        separator: "\n"
      )
      #expect(letters.count == refused.count)
      let why = try StrictJSON(String(letters[0]))["DeadLetter"]
      #expect(why?["Stage"]?.string == "http" && why?["Reason"]?.string == "status 400: sorry, …")

      let again = Self.pipeline.replacing("{ files: \"-\" }", with: "{ files: { paths: letters.jsonl, as: lines } }")
        .replacing(
          "[decode-detections, split-detections, encode-json, guard-size: { shorten: [DETECTION.RESULTS] }]",
          with: "[]"
        )
      let second = try await run("run", "p.yaml", in: folder, pipeline: again)
      #expect(second.status == 0, "\(second.text)")
      #expect(second.lines == refused)
    }
  }

  @Test("a limit within a page: what came is sent or a dead letter", arguments: [1, 10])
  func limit(count: Int) async throws {
    try await Program.withFolder { folder in
      let all = try await expected()
      let id = try #require(StrictJSON(all[0])["Detection"]?["UniqueVulnId"]?.string)
      let sent = try await run(
        "run",
        "p.yaml",
        "--input",
        Self.saved,
        "--limit",
        "\(count)",
        in: folder,
        refusing: id
      )
      #expect(sent.status == 0, "\(sent.text)")
      let letters = try String(contentsOf: folder.appending(path: "letters.jsonl"), encoding: .utf8).split(
        separator: "\n"
      )
      #expect(letters.count == all.prefix(count).count { $0.contains(id) })
      #expect(Set(all.prefix(count).filter { !$0.contains(id) }).isSubset(of: sent.lines))
    }
  }

  @Test(
    "a server that wants another configuration, or is not there in time",
    arguments: [(401, 78), (404, 78), (503, 75)]
  )
  func ends(status: Int, code: Int) async throws {
    try await Program.withFolder { folder in
      let sent = try await run(
        "run",
        "p.yaml",
        "--input",
        Self.saved,
        in: folder,
        answers: Array(repeating: status, count: 10_000)
      )
      #expect(sent.status == code, "\(sent.text)")
      #expect(sent.text.contains("sluice: http: http://127.0.0.1:"), "\(sent.text)")
      #expect(sent.text.contains("status \(status): sorry, …"), "\(sent.text)")
      #expect(Set(sent.requests.map(\.body)).count == 1)
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "letters.jsonl").path))
    }
  }

  @Test("a replay sends nothing, unless it is told to")
  func replay() async throws {
    try await Program.withFolder { folder in
      let made = try await Program.run("simulate", "--write", folder.appending(path: "capture").path, "--hosts", "9")
      #expect(made.status == 0, "\(made.errorText)")
      let pipeline = Self.pipeline.replacing("source: { files: \"-\" }", with: "replay: capture\nsource: detections")
      let refused = try await run("run", "p.yaml", in: folder, pipeline: pipeline)
      #expect(refused.status == 78 && refused.requests.isEmpty)
      #expect(refused.text.contains("p.yaml:7:5: error: a replay sends nothing; 'http' would"), "\(refused.text)")
      let files = try await run("run", "p.yaml", "--output", "out", in: folder, pipeline: pipeline)
      #expect(files.status == 0 && files.requests.isEmpty)
      let checked = try await run("check", "p.yaml", in: folder, pipeline: pipeline)
      #expect(checked.status == 0 && checked.text.contains("warning: a replay sends nothing"), "\(checked.text)")
      let sent = try await run("run", "p.yaml", "--send", in: folder, pipeline: pipeline)
      #expect(sent.status == 0 && sent.lines.count > 9, "\(sent.text)")
    }
  }

  @Test("the URL is shown by no command, whether it comes from outside or stands in clear")
  func secret() async throws {
    try await Program.withFolder { folder in
      let outside = try await run("explain", "p.yaml", in: folder)
      #expect(outside.status == 0 && outside.text.contains("${SUMO_URL}"), "\(outside.text)")
      for (url, words) in [
        ("https://logs.example/hunter-code", "the URL stands in clear"),
        ("https://logs.example?k=hunter-code", "the URL"),
      ] {
        let clear = Self.pipeline.replacing("url: ${SUMO_URL}", with: "url: \"\(url)\"")
        let explained = try await run("explain", "p.yaml", in: folder, pipeline: clear)
        #expect(explained.status == 0 && explained.text.contains("url  ********"), "\(explained.text)")
        let checked = try await run("check", "p.yaml", in: folder, pipeline: clear)
        #expect(checked.text.contains(words), "\(checked.text)")
      }
      let lone = Self.pipeline.replacing("- http:\n", with: "- http: https://logs.example/hunter-code\n  - http:\n")
      #expect(try await run("check", "p.yaml", in: folder, pipeline: lone).status == 0)
      let set = try await run("explain", "p.yaml", "--set", "url=https://logs.example/hunter-code", in: folder)
      #expect(set.status == 0 && set.text.contains("--set url=********"), "\(set.text)")
      let broken = Self.pipeline.replacing("url: ${SUMO_URL}", with: "url: hunter-code\"")
      #expect(try await run("check", "p.yaml", in: folder, pipeline: broken).status == 78)
    }
  }
}
