import Foundation
import NIOHTTP1
import Simulator
import TestSupport
import Testing

/// What goes wrong when a script says so.
@Suite struct FaultTests {
  /// Serves with a script, and gives the first answer of the detections API and the one after it.
  private func answers(_ script: String) async throws -> (ServerClient.Answer, ServerClient.Answer) {
    var answers: [ServerClient.Answer] = []
    try await withServer {
      $0.faults = try FaultScript(script)
    } _: { _, client in
      for _ in 1...2 { answers.append(await client.detections()) }
    }
    return (answers[0], answers[1])
  }

  @Test(
    "Another status, with and without a code",
    arguments: [
      ("status 503", 503, nil, "<title>503 Service Unavailable</title>"), ("status 400", 400, 1907, "SIMPLE_RETURN"),
      ("status 401", 401, 2000, "SIMPLE_RETURN"), ("status 409", 409, 1960, "CALLS_TO_FINISH"),
      ("status 409 1965", 409, 1965, "SECONDS_TO_WAIT"), ("status 409 2003", 409, 2003, "Registration must be"),
      ("status 202", 202, nil, "Duplicate operation"), ("status 500 999", 500, nil, "GENERIC_RETURN"),
      ("status 429", 429, nil, "Too Many Requests"), ("status 302", 302, nil, "302 Moved"),
      ("error 2001", 200, 2001, "This account has expired."), ("error 999", 200, nil, "Internal error"),
      ("html", 200, nil, "<title>Scheduled maintenance</title>"), ("empty", 200, nil, ""),
    ] as [(String, Int, Int?, String)]
  )
  func replacements(fault: String, status: Int, code: Int?, text: String) async throws {
    let (answer, next) = try await answers("detections 1: \(fault)")
    #expect(answer.status == status && answer.code == code && answer.failure == nil)
    #expect(text.isEmpty ? answer.body.isEmpty : answer.text.contains(text), "\(answer.text)")
    #expect(next.status == 200 && next.text.contains("<HOST_LIST>"))
    // What was not answered was not counted.
    #expect(next.headers["X-RateLimit-Remaining"] == ["299"])
  }

  @Test(
    "A script chooses header fields",
    arguments: [
      ("status 409 1965 wait=77", "X-RateLimit-ToWait-Sec", "77"),
      ("status 409 1965", "X-RateLimit-ToWait-Sec", "181"),
      ("status 429 wait=5", "Retry-After", "5"),
      (#"status 429 retry-after="Sun, 22 Nov 2026 10:00:00 GMT""#, "Retry-After", "Sun, 22 Nov 2026 10:00:00 GMT"),
      ("status 503 Retry-After=120", "Retry-After", "120"),
      ("status 409 1965 headers=nan", "X-RateLimit-ToWait-Sec", "NaN"),
      ("status 409 1965 headers=huge", "X-RateLimit-ToWait-Sec", "1000000000000"),
      ("status 409 1965 headers=blank", "X-RateLimit-ToWait-Sec", ""),
      ("status 429 headers=absent", "Retry-After", nil),
      ("headers negative", "X-RateLimit-Remaining", "-1"),
      ("headers absent", "X-Concurrency-Limit-Limit", nil),
      ("redirect 307 https://elsewhere.example/a?b=c", "Location", "https://elsewhere.example/a?b=c"),
      ("status 308", "Location", "http://127.0.0.1:9/elsewhere"),
    ] as [(String, String, String?)]
  )
  func fields(fault: String, name: String, value: String?) async throws {
    let (answer, next) = try await answers("detections 1: \(fault)")
    #expect(answer.headers[name] == (value.map { [$0] } ?? []), "\(answer.headers)")
    #expect(fault.hasPrefix("headers") == (answer.status == 200) && answer.failure == nil)
    #expect(next.status == 200 && next.headers["X-Concurrency-Limit-Limit"] == ["2"])
    if fault.hasPrefix("status 409 1965 wait") { #expect(answer.text.contains("<VALUE>77</VALUE>")) }
  }

  /// How the first answer ends, with all bytes that come, as another client sees it: ours drops some with the failure.
  private func brokenAnswer(_ fault: String) async throws -> (ending: String, body: [UInt8]) {
    var output = Data()
    try await withServer {
      $0.faults = try FaultScript("detections 1: \(fault)")
    } _: { _, client in
      output = try await Python.run("broken_answer.py", ["\(client.port)"]).output
    }
    let line = output.prefix { $0 != UInt8(ascii: "\n") }
    return (String(decoding: line, as: UTF8.self), Array(output.dropFirst(line.count + 1)))
  }

  @Test("An answer is cut or reset at any byte", arguments: ["cut", "reset"], [0, 1, 1_000, 65_536, 100_000])
  func breaking(fault: String, place: Int) async throws {
    let (first, whole) = try await answers("detections 1: \(fault) \(place)")
    #expect(first.status == 200 && first.failure != nil)
    #expect(whole.failure == nil && whole.body.count > 100_000)
    let (ending, body) = try await brokenAnswer("\(fault) \(place)")
    #expect(ending == fault)
    #expect(body == Array(whole.body.prefix(place)))
  }

  @Test("The last chunk is missing when an answer is cut after its last byte")
  func missingLastChunk() async throws {
    let (_, whole) = try await answers("")
    let (ending, body) = try await brokenAnswer("cut \(whole.body.count)")
    #expect(ending == "cut" && body == whole.body)
  }

  @Test("The connection ends before the head", arguments: ["cut", "reset"])
  func withoutHead(fault: String) async throws {
    let (first, next) = try await answers("detections 1: \(fault)")
    #expect(first.status == 0 && first.failure != nil)
    #expect(next.status == 200)
    #expect(try await brokenAnswer(fault) == (fault, []))
  }

  @Test("A body ends early as if that were all", arguments: [0, 1, 5_000])
  func truncated(place: Int) async throws {
    let (answer, next) = try await answers("detections 1: truncate \(place)")
    #expect(answer.failure == nil && answer.body == Array(next.body.prefix(place)))
    let (incident, _) = try await answers("detections 1: incident \(place)")
    #expect(incident.failure == nil)
    #expect(incident.body.prefix(place) == next.body.prefix(place) && incident.text.contains("\nincident signature: "))
  }

  @Test("Silence comes before the head or in the body, and passes", arguments: ["stall 300ms", "stall 0.3s 1000"])
  func stalls(fault: String) async throws {
    let start = ContinuousClock.now
    let (answer, next) = try await answers("detections 1: \(fault)")
    #expect(start.duration(to: .now) >= .milliseconds(300))
    #expect(answer.failure == nil && answer.body == next.body)
  }

  @Test("A body drips")
  func drip() async throws {
    try await withServer {
      $0.faults = try FaultScript("knowledge-base *: drip 50000/s")
    } _: { _, client in
      let start = ContinuousClock.now
      let answer = await client.knowledgeBase([("ids", "10000-13000")])
      let due = Duration.seconds(Double(answer.body.count) / 50_000)
      #expect(answer.failure == nil && answer.text.contains("</VULN_LIST>"))
      #expect(start.duration(to: .now) >= due && due > .milliseconds(300))
    }
  }

  @Test("A server that stops ends what stalls")
  func stopping() async throws {
    try await withServer {
      $0.faults = try FaultScript("detections *: stall 1h")
    } _: { server, client in
      let call = Task { await client.detections() }
      while server.calls.isEmpty { try? await Task.sleep(for: .milliseconds(1)) }
      await server.stop()
      #expect(await call.value.failure != nil)
    }
  }

  @Test("Bytes that are no UTF-8 come into the first text")
  func badUTF8() async throws {
    let (answer, next) = try await answers("detections 1: bad-utf8")
    #expect(String(validating: answer.body, as: UTF8.self) == nil && answer.body.contains(0x01))
    #expect(String(validating: next.body, as: UTF8.self) != nil)
    #expect(answer.body.count - next.body.count == 11)
    #expect(answer.list.contents(of: "HOST").dropFirst() == next.list.contents(of: "HOST").dropFirst())
  }

  @Test("The WARNING names what it should not", arguments: ["5", "99999999999999999999"])
  func nextID(id: String) async throws {
    let (answer, next) = try await answers("detections 1: next-id \(id)")
    #expect(answer.text.contains("&id_min=\(id)]]>") && !next.text.contains("<WARNING>"))
  }

  @Test("The gateway's faults")
  func gateway() async throws {
    let script = """
      # Signing in fails first.
      sign-in 1: status 401
      assets 1: missing-has-more; assets 2: status 500
      assets 3: error 7
      assets 4: status 204
      assets 5: status 401   # mid-run
      """
    try await withServer {
      $0.faults = try FaultScript(script)
    } _: { _, client in
      #expect(await client.signIn().status == 401)
      let token = await client.signIn().text
      let page = try #require(await client.assets(token: token).json)
      #expect(page["count"] as? Int == 8 && page["hasMore"] == nil)
      let failed = await client.assets(token: token)
      #expect(failed.status == 500 && failed.json?["responseCode"] as? String == "FAILED")
      let inside = await client.assets(token: token)
      #expect(inside.status == 200 && inside.json?["responseCode"] as? String == "FAILED")
      #expect(await client.assets(token: token).status == 204)
      #expect(await client.assets(token: token).json?["message"] as? String == "JWT expired")
      #expect(await client.assets(token: token).json?["hasMore"] as? Int == 0)
    }
  }

  @Test("The first rule that fits holds; ranges and all calls")
  func rules() async throws {
    try await withServer {
      $0.faults = try FaultScript("detections 2-3: status 500; detections 3: status 501\ndetections *: status 502")
    } _: { _, client in
      var statuses: [Int] = []
      for _ in 1...5 { statuses.append(await client.detections().status) }
      #expect(statuses == [502, 500, 500, 502, 502])
      #expect(await client.knowledgeBase([("ids", "1")]).status == 200)
    }
  }
}
