import Foundation
import TestSupport
import Testing

/// `sluice simulate` as a server.
@Suite struct SimulateTests {
  @Test("It says where it listens and whom it lets in, serves, and ends with a signal", arguments: [SIGINT, SIGTERM])
  func serving(number: Int32) async throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: try Program.path)
    process.arguments = ["simulate", "--hosts", "5", "--port", "0", "--fault", "detections 1: status 503"]
    process.standardOutput = output
    let ended = AsyncStream<Int32>.makeStream()
    process.terminationHandler = { process in
      ended.continuation.yield(process.terminationStatus)
      ended.continuation.finish()
    }
    try process.run()
    let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("listening on http://127.0.0.1:"))
    #expect(lines.last == "user name simulator, password simulator")
    let port = try #require(lines.first?.split(separator: ":").last)
    let script = """
      import http.client, sys
      c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
      for _ in range(2):
          c.request("GET", "/api/5.0/fo/asset/host/vm/detection/?action=list")
          a = c.getresponse()
          a.read()
          print(a.status)
      """
    let answers = try await Command.run("/usr/bin/env", ["python3", "-c", script, String(port)])
    #expect(answers.text == "503\n401\n", "\(answers.errorText)")
    kill(process.processIdentifier, number)
    var status: Int32?
    for await value in ended.stream { status = value }
    #expect(status == 0)
  }

  @Test("A wrong fault script is refused with its place")
  func wrongScript() async throws {
    let result = try await Program.run("simulate", "--port", "0", "--fault", "detections 1: htlm")
    #expect(result.status == 78)
    #expect(result.errorText.hasPrefix("--fault:1:15: error: there is no fault 'htlm'; there are status, error, "))
    try await Program.withFolder { folder in
      let file = folder.appending(path: "faults.txt")
      try Data("# two\nassets 1: html\nassets 2 html\n".utf8).write(to: file)
      let result = try await Program.run("simulate", "--port", "0", "--fault", file.path)
      #expect(result.status == 78 && result.errorText.hasPrefix("\(file.path):3:10: error: ':' follows the calls"))
    }
  }

  @Test(
    "Options that cannot be are refused",
    arguments: [
      ["--fault-seed", "1", "--fault-rate", "20"], ["--fault-seed", "1", "--fault-rate", "101%"], ["--keep-slot", "5"],
      ["--limit-spelling", "odd"], ["--tls-key", "key.pem"],
    ]
  )
  func wrongOptions(_ options: [String]) async throws {
    let result = try await Command.run(try Program.path, ["simulate", "--port", "0"] + options)
    #expect(result.status == 64, "\(result.errorText)")
    #expect(result.errorText.contains(options[options.count - 2]), "\(result.errorText)")
  }

  @Test("A certificate that is not there is said before anyone calls")
  func missingCertificate() async throws {
    let result = try await Program.run(
      "simulate",
      "--port",
      "0",
      "--tls-certificate",
      "/nowhere/certificate.pem",
      "--tls-key",
      "/nowhere/key.pem"
    )
    #expect(
      result.status == 78 && result.errorText == "sluice: cannot read '/nowhere/certificate.pem'\n",
      "\(result.errorText)"
    )
  }
}
