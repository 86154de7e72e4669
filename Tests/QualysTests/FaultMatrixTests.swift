import Health
import Qualys
import Streaming
import TestSupport
import Testing

/// Rows 20 to 39 of the fault matrix: refusals, waits, answers that are none, and paging that leads nowhere.
@Suite struct FaultMatrixTests {
  private typealias Answer = ScriptedTransport.Answer
  private static let qualys = SmallQualys()
  /// Pages of a round without a fault.
  private static let calls = 3

  private static func simple(_ code: String, _ items: String = "") -> String {
    "<SIMPLE_RETURN><RESPONSE><DATETIME>2026-11-21T10:00:00Z</DATETIME><CODE>\(code)</CODE><TEXT>t</TEXT>\(items)"
      + "</RESPONSE></SIMPLE_RETURN>"
  }

  /// A round in which some calls, from 0, are answered otherwise.
  private static func round(
    _ kind: StreamKind,
    _ faults: [Int: Answer],
    _ change: (inout CallContext) -> Void = { _ in }
  ) async throws -> (ids: [Int], SmallRound) {
    let round = SmallRound(kind) { call, request in faults[call] ?? qualys.answer(to: request) }
    return (try await round.run(change), round)
  }

  // MARK: Refusals

  @Test("20: a login that is refused once after it was good is tried once more", arguments: StreamKind.allCases)
  func transientRefusedLogin(kind: StreamKind) async throws {
    let (ids, round) = try await Self.round(kind, [1: Answer(Self.simple("2000"), status: 401)])
    #expect(ids == Self.qualys.ids)
    #expect(round.transport.requests.count == Self.calls + 1)
    #expect(round.events.named("ThirdPartyConfigError").isEmpty)
  }

  @Test(
    "21: a login that stays refused is a person's, after two calls at most",
    arguments: StreamKind.allCases,
    [0, 1]
  )
  func refusedLogin(kind: StreamKind, good: Int) async throws {
    let round = SmallRound(kind) { call, request in
      call < good ? Self.qualys.answer(to: request) : Answer(Self.simple("2000"), status: 401)
    }
    await #expect(throws: Refusal.self) { try await round.run { $0.attempts = .max } }
    #expect(round.transport.requests.count == good + (good == 0 ? 1 : 2))
    let events = round.events.named("ThirdPartyConfigError")
    #expect(events.map(\.httpStatus) == [401])
    #expect(events.first?.errorClass == .thirdPartyConfig)
  }

  @Test(
    "22, 23, 24: what a person must change ends the round at once",
    arguments: StreamKind.allCases,
    [(403, "2001"), (404, ""), (400, "1901"), (400, "1905"), (409, "2003"), (414, ""), (307, ""), (200, "2001")]
  )
  func person(kind: StreamKind, refusal: (status: Int, code: String)) async throws {
    // A gateway knows no codes.
    if kind == .assets, refusal.status == 200 { return }
    let body = refusal.code.isEmpty ? "<html><title>no</title></html>" : Self.simple(refusal.code)
    let round = SmallRound(kind) { _, _ in Answer(body, status: refusal.status) }
    await #expect(throws: Refusal.self) { try await round.run { $0.attempts = .max } }
    #expect(round.transport.requests.count == 1)
    #expect(round.events.all.map(\.tracker) == ["ThirdPartyConfigError"])
  }

  // MARK: Waits

  @Test("25: the wait that Qualys states is kept, and up to 5 % more", arguments: StreamKind.allCases, [0.0, 1.0])
  func statedWait(kind: StreamKind, chance: Double) async throws {
    let limited = Answer(Self.simple("1965"), status: 409, headers: [("X-RateLimit-ToWait-Sec", "181")])
    let (ids, round) = try await Self.round(kind, [1: limited]) { $0.jitter = { chance } }
    #expect(ids == Self.qualys.ids)
    #expect(round.transport.requests.count == Self.calls + 1)
    #expect(round.transport.waits.map(\.duration) == [.seconds(181 * (1 + 0.05 * chance))])
    #expect(round.events.all.map(\.isRecovery) == [false, true])
    #expect(round.events.all.first?.qualysCode == "1965")
    #expect(round.events.all.first?.nextTry == Int((181 * (1 + 0.05 * chance)).rounded(.up)))
  }

  @Test("26: for other calls to finish it waits 10 to 30 s", arguments: StreamKind.allCases, [(0.0, 10), (1.0, 30)])
  func concurrency(kind: StreamKind, wait: (chance: Double, seconds: Int)) async throws {
    let (ids, round) = try await Self.round(kind, [1: Answer(Self.simple("1960"), status: 409)]) {
      $0.jitter = { wait.chance }
    }
    #expect(ids == Self.qualys.ids)
    #expect(round.transport.waits.map(\.duration) == [.seconds(wait.seconds)])
  }

  @Test("27: a header that makes no sense is no hint", arguments: ["", " ", "-5", "1000000000000", "NaN", "1e3"])
  func nonsense(header: String) async throws {
    let limited = Answer(Self.simple("1965"), status: 409, headers: [("X-RateLimit-ToWait-Sec", header)])
    let (ids, round) = try await Self.round(.detections, [1: limited])
    #expect(ids == Self.qualys.ids)
    #expect(round.transport.waits.map(\.duration) == [.seconds(10)])
  }

  @Test("27: of several hints the longest that makes sense holds, up to a day")
  func hints() async throws {
    let item = "<ITEM_LIST><ITEM><KEY>SECONDS_TO_WAIT</KEY><VALUE>90000</VALUE></ITEM></ITEM_LIST>"
    let headers = [("X-RateLimit-ToWait-Sec", "1000000000000"), ("Retry-After", "7")].map { (name: $0.0, value: $0.1) }
    let limited = Answer(Self.simple("1965", item), status: 409, headers: headers)
    let (_, round) = try await Self.round(.detections, [1: limited])
    #expect(round.transport.waits.map(\.duration) == [.seconds(86_400)])
  }

  @Test(
    "28: Retry-After is obeyed as seconds and as a date of the server's clock",
    arguments: StreamKind.allCases,
    [
      ("7", nil, 7), ("Mon, 12 Jan 1970 13:48:00 GMT", nil, 80),
      ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", 30),
    ] as [(String, String?, Int)]
  )
  func retryAfter(kind: StreamKind, hint: (value: String, date: String?, seconds: Int)) async throws {
    let headers = [(name: "retry-after", value: hint.value)] + (hint.date.map { [(name: "date", value: $0)] } ?? [])
    let (ids, round) = try await Self.round(kind, [0: Answer("", status: 429, headers: headers)])
    #expect(ids == Self.qualys.ids)
    #expect(round.transport.waits.map(\.duration) == [.seconds(hint.seconds)])
  }

  @Test(
    "29: 5xx is asked again for ever; a person is told at once, then rarely, and when it is over",
    arguments: StreamKind.allCases,
    [500, 502, 503, 504]
  )
  func unavailable(kind: StreamKind, status: Int) async throws {
    let round = SmallRound(kind) { call, request in
      (1...45).contains(call) ? Answer("<html></html>", status: status) : Self.qualys.answer(to: request)
    }
    #expect(try await round.run { $0.attempts = .max } == Self.qualys.ids)
    let errors = round.events.all.filter { !$0.isRecovery }
    #expect(errors.map(\.attempt) == [2, 5, 10, 20, 30, 40])
    #expect(Set(round.events.all.map(\.tracker)) == ["ThirdPartyGenericError"])
    #expect(round.events.all.last?.isRecovery == true && round.events.all.count { $0.isRecovery } == 1)
    #expect(round.transport.waits.count == 45)
    // One that is told that a page is too large asks for less until one comes.
    if status != 504 { #expect(round.transport.requests.count == Self.calls + 45) }
  }

  @Test("29: without a limit of tries for ever it gives up, and says so", arguments: StreamKind.allCases)
  func exhausted(kind: StreamKind) async throws {
    let round = SmallRound(kind) { _, _ in Answer("", status: 503) }
    await #expect(throws: Exhausted.self) { try await round.run() }
    #expect(round.transport.requests.count == 30)
    #expect(round.events.all.last?.attempt == 30 && round.events.all.last?.nextTry == nil)
  }

  // MARK: Answers that are none

  @Test(
    "30 to 33: a 200 with something else is asked for again, and never taken for no data",
    arguments: StreamKind.allCases,
    ["html", "empty", "simple", "generic", "incident", "other"]
  )
  func otherAnswers(kind: StreamKind, what: String) async throws {
    let round = SmallRound(kind) { call, request in
      guard call == 1 else { return Self.qualys.answer(to: request) }
      switch what {
      case "html": return Answer("<html><head><title>Maintenance</title></head></html>")
      case "empty": return Answer("")
      case "simple": return Answer("<SIMPLE_RETURN><RESPONSE><TEXT>try later</TEXT></RESPONSE></SIMPLE_RETURN>")
      case "generic": return Answer("<GENERIC_RETURN><RETURN>Internal error</RETURN></GENERIC_RETURN>")
      case "incident":
        var answer = Self.qualys.answer(to: request)
        answer.body.removeLast(100)
        answer.body += Array("\nincident signature: 0123456789".utf8)
        return answer
      default: return Answer(kind == .assets ? #"{"responseCode":"FAILED"}"# : "<OTHER/>")
      }
    }
    #expect(try await round.run() == Self.qualys.ids)
    #expect(round.transport.waits.count == 1)
  }

  // MARK: Paging

  @Test("35: of a paging URL only id_min is used, on our own path")
  func foreignURL() async throws {
    let (ids, round) = try await Self.round(.detections, [:])
    #expect(ids == Self.qualys.ids)
    #expect(round.transport.requests.allSatisfy { $0.path.hasPrefix("/api/5.0/") && $0.value(of: "foo") == nil })
  }

  @Test(
    "36, 37, 38: where the next page is said to begin at no place that leads on, it begins behind the last item",
    arguments: [StreamKind.detections, .assets],
    ["0", "1", "-4", "1000000000000000000", "99999999999999999999999", "abc", ""]
  )
  func wrongNextPage(kind: StreamKind, next: String) async throws {
    var qualys = Self.qualys
    // JSON has no such numbers; then it says nothing.
    let said = kind == .assets && (next == "abc" || next == "") ? "null" : next
    qualys.warning = { _ in said }
    let round = SmallRound(kind) { [qualys] _, request in qualys.answer(to: request) }
    #expect(try await round.run() == qualys.ids)
    #expect(round.transport.requests.count == Self.calls)
    #expect(round.events.all.allSatisfy { $0.errorClass == .thirdPartyGeneric && $0.severity == .warning })
    if kind == .detections { #expect(round.events.all.count == 2) }
  }

  @Test("36: a server that gives the same page whatever it is asked for is a failure, not a loop without end")
  func samePage() async throws {
    let round = SmallRound(.detections) { _, request in
      var request = request
      request.parameters.removeAll { $0.name == "id_min" }
      return Self.qualys.answer(to: request)
    }
    let error = await #expect(throws: Exhausted.self) { try await round.run { $0.attempts = 3 } }
    #expect(error?.description.contains("not behind this one") == true)
    #expect(round.transport.requests.count == 4)
    #expect(Set(round.events.all.compactMap(\.errorClass)) == [.thirdPartyGeneric])
  }

  @Test("39: a host that comes on two pages is there, and no other is missing")
  func twice() async throws {
    let round = SmallRound(.detections) { call, request in
      // The second page holds the last host of the first one once more.
      var request = request
      if call == 1, let index = request.parameters.firstIndex(where: { $0.name == "id_min" }) {
        request.parameters[index].value = "3"
      }
      return Self.qualys.answer(to: request)
    }
    #expect(Set(try await round.run()) == Set(Self.qualys.ids))
  }

  @Test(
    "40: of a page whose ids do not ascend nothing stands when it breaks off, and it is asked for again whole",
    arguments: StreamKind.allCases
  )
  func unordered(kind: StreamKind) async throws {
    var qualys = Self.qualys
    qualys.ids = [5, 3, 8]
    let round = SmallRound(kind) { [qualys] call, request in
      var answer = qualys.answer(to: request)
      if call == 0 { answer.cut = answer.body.count - 25 }
      return answer
    }
    #expect(Set(try await round.run()) == [3, 5, 8])
    #expect(round.transport.requests.count >= 2)
  }

  @Test("41: a host without detections and with unknown elements is kept")
  func unusualHosts() async throws {
    let transport = SmallRound(.detections) { _, _ in
      Answer(
        "<HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE><HOST_LIST><HOST><ID>1</ID></HOST><HOST><ID>2</ID><NEW a='b'><X/></NEW>"
          + "<DETECTION_LIST><DETECTION><QID>1</QID></DETECTION></DETECTION_LIST></HOST></HOST_LIST></RESPONSE>"
          + "</HOST_LIST_VM_DETECTION_OUTPUT>"
      )
    }
    #expect(try await transport.run() == [1, 2])
  }

  // MARK: KnowledgeBase

  @Test("42: QIDs without an entry are noted, and the round goes on")
  func lackingEntries() async throws {
    var qualys = Self.qualys
    qualys.ids = [1, 4, 5, 9]
    let round = SmallRound(.knowledgeBase) { [qualys] _, request in qualys.answer(to: request) }
    #expect(try await round.run() == qualys.ids)
    #expect(round.state.entries(of: "absent-qids", after: nil, limit: 99).count == 5)
  }

  @Test("43: many QIDs are asked for in batches of 500")
  func manyEntries() async throws {
    var qualys = Self.qualys
    qualys.ids = Array(1...1234)
    let words = OptionValue.list(qualys.ids.map { .text("\($0)") })
    let round = SmallRound(.knowledgeBase, options: [("qids", words)]) { [qualys] _, request in
      qualys.answer(to: request)
    }
    #expect(try await round.run() == qualys.ids)
    #expect(round.transport.requests.map { $0.value(of: "ids")?.split(separator: ",").count } == [500, 500, 234])
  }

  @Test("44: an entry that changes behind our back within a round comes again in the next")
  func changingEntries() async throws {
    let round = SmallRound(.knowledgeBase) { _, request in
      var qualys = Self.qualys
      if request.value(of: "last_modified_after") != nil { qualys.ids = [2] }
      return qualys.answer(to: request)
    }
    #expect(try await round.run() == Self.qualys.ids)
    try round.finish()
    #expect(try await round.run() == [2])
  }
}
