import Endpoint
import Foundation
import HTTPTypes
import Health
import HummingbirdTesting
import Service
import Testing

@Suite struct RouteTests {
  @Test func isAliveAsLongAsItAnswers() async throws {
    try await withEndpoint(over: FixedControl(.sample(.error, .error))) { client in
      let answer = try await client.ask("/health/live")
      #expect(answer.status == .ok)
      #expect(answer.text == "The service runs.\n")
    }
  }

  @Test func isReadyWhenAllStreamsCollect() async throws {
    try await withEndpoint { client in
      let answer = try await client.ask("/health/ready")
      #expect(answer.status == .ok)
      #expect(answer.text == #"{"ready":true,"streams":[]}"#)
    }
  }

  @Test(arguments: StreamState.allCases.filter { $0 != .collecting })
  func isNotReadyWhileAStreamIs(_ state: StreamState) async throws {
    try await withEndpoint(over: FixedControl(.sample(.collecting, state))) { client in
      let answer = try await client.ask("/health/ready")
      #expect(answer.status == .serviceUnavailable)
      #expect(
        answer.text
          == #"{"ready":false,"streams":[{"pipeline":"qualys","state":"\#(state.rawValue)","stream":"knowledge base"}]}"#
      )
    }
  }

  @Test(arguments: [
    (StreamState.pending, true), (.started, true), (.initialized, true), (.authenticated, true), (.error, false),
    (.stopping, false),
  ])
  func aStreamThatWaitsForItsRoundIsReadyUnlessItFailed(_ state: StreamState, _ isReady: Bool) async throws {
    var byClock = ServiceStatus.sample(.collecting, state)
    byClock.pipelines[0].streams[1].next = 1_800_000_500
    var behindAnother = ServiceStatus.sample(.collecting, state)
    behindAnother.pipelines[0].streams[1].follows = "detections"
    for status in [byClock, behindAnother] {
      let answer = try await withEndpoint(over: FixedControl(status)) { try await $0.ask("/health/ready") }
      #expect(answer.status == (isReady ? .ok : .serviceUnavailable))
    }
    behindAnother.pipelines[0].streams[1].round = ServiceStatus.Round(began: 1)
    let answer = try await withEndpoint(over: FixedControl(behindAnother)) { try await $0.ask("/health/ready") }
    #expect(answer.status == .serviceUnavailable)
  }

  @Test func theStatusIsTheServicesOwn() async throws {
    let status = ServiceStatus.sample(.error)
    try await withEndpoint(over: FixedControl(status)) { client in
      let answer = try await client.ask("/status")
      #expect(answer.headers[.contentType] == "application/json")
      #expect(try JSONDecoder().decode(ServiceStatus.self, from: Data(answer.text.utf8)) == status)
    }
  }

  @Test(arguments: [
    ("/events", FixedControl.Question(limit: 100)),
    ("/events?limit=1", .init(limit: 1)),
    ("/events?limit=1000&pipeline=a%20b", .init(pipeline: "a b", limit: 1000)),
    ("/events?stream=detections&pipeline=qualys", .init(pipeline: "qualys", stream: "detections", limit: 100)),
  ])
  func eventsAreThoseAskedFor(_ path: String, _ question: FixedControl.Question) async throws {
    let control = FixedControl()
    try await withEndpoint(over: control) { client in
      let answer = try await client.ask(path)
      #expect(try JSONDecoder().decode([ServiceEvent].self, from: Data(answer.text.utf8)) == [.sample])
    }
    #expect(control.questions == [question])
  }

  @Test(arguments: ["0", "-1", "1001", "many", "", "99999999999999999999"])
  func aLimitThatIsNoneIsRefused(_ limit: String) async throws {
    let control = FixedControl()
    let answer = try await withEndpoint(over: control) { try await $0.ask("/events?limit=\(limit)") }
    #expect(answer.status == .badRequest)
    #expect(answer.text == "'limit' is a number from 1 to 1000.\n")
    #expect(control.questions.isEmpty)
  }

  @Test(arguments: [("/", "text/html"), ("/page.js", "text/javascript"), ("/page.css", "text/css")])
  func thePageIsThree(_ path: String, _ type: String) async throws {
    let answer = try await withEndpoint { try await $0.ask(path) }
    #expect(answer.status == .ok)
    #expect(answer.headers[.contentType] == "\(type); charset=utf-8")
  }

  @Test func aStreamIsRestarted() async throws {
    let control = FixedControl()
    let answer = try await withEndpoint(EndpointSettings(port: 0, token: token), over: control) { client in
      try await client.ask(
        .post,
        "/streams/qualys/knowledge%20base/restart",
        [.authorization: "Bearer \(token)"],
        body: ""
      )
    }
    #expect(answer.status == .accepted)
    #expect(answer.text == #"{"pipeline":"qualys","stream":"knowledge base"}"#)
    #expect(control.restarts == ["qualys|knowledge base"])
  }

  @Test(arguments: ["/streams/qualys/none/restart", "/streams/none/detections/restart"])
  func aStreamThatIsNotThereIsNotRestarted(_ path: String) async throws {
    let answer = try await withEndpoint(EndpointSettings(port: 0, token: token)) { client in
      try await client.ask(.post, path, [.authorization: "Bearer \(token)"])
    }
    #expect(answer.status == .notFound)
    #expect(answer.text == "There is no such stream; /status has them all.\n")
  }

  @Test(arguments: [
    "/none", "//", "/health", "/health/live/", "/status.json", "/streams/qualys/detections", "/streams/a/%FF/restart",
  ])
  func whatIsNotThereIsNotFound(_ path: String) async throws {
    let answer = try await withEndpoint { try await $0.ask(path) }
    #expect(answer.status == .notFound)
    #expect(answer.text.hasPrefix("There is nothing here."))
  }

  @Test(arguments: ["/health/live", "/health/ready", "/status", "/events", "/metrics", "/", "/page.js", "/page.css"])
  func aHeadIsTheAnswerWithoutItsBody(_ path: String) async throws {
    try await withEndpoint { client in
      let whole = try await client.ask(path)
      let head = try await client.ask(.head, path)
      #expect(head.status == whole.status)
      #expect(head.headers[.contentLength] == whole.headers[.contentLength])
      #expect(head.text.isEmpty)
    }
  }

  @Test(arguments: [HTTPRequest.Method.post, .put, .delete, .options, .trace, .patch])
  func whatIsReadIsOnlyRead(_ method: HTTPRequest.Method) async throws {
    let answer = try await withEndpoint { try await $0.ask(method, "/status") }
    #expect(answer.status == .methodNotAllowed)
    #expect(answer.headers[.allow] == "GET, HEAD")
    #expect(answer.text == "This can be asked for by GET, HEAD only.\n")
  }

  @Test func aRestartIsAskedForByPostOnly() async throws {
    let control = FixedControl()
    let answer = try await withEndpoint(EndpointSettings(port: 0, token: token), over: control) { client in
      try await client.ask("/streams/qualys/detections/restart", [.authorization: "Bearer \(token)"])
    }
    #expect(answer.status == .methodNotAllowed)
    #expect(answer.headers[.allow] == "POST")
    #expect(control.restarts.isEmpty)
  }

  @Test func aLargeBodyIsRefused() async throws {
    let control = FixedControl()
    let answer = try await withEndpoint(EndpointSettings(port: 0, token: token), over: control) { client in
      try await client.ask(
        .post,
        "/streams/qualys/detections/restart",
        [.authorization: "Bearer \(token)"],
        body: String(repeating: " ", count: 4097)
      )
    }
    #expect(answer.status == .contentTooLarge)
    #expect(control.restarts.isEmpty)
  }

  @Test(arguments: ["/status", "/", "/none", "/health/live"])
  func everyAnswerKeepsBrowsersFromDoingMoreWithIt(_ path: String) async throws {
    let fields = try await withEndpoint { try await $0.ask(path) }.headers
    #expect(fields[.xContentTypeOptions] == "nosniff")
    #expect(fields[.cacheControl] == "no-store")
    #expect(fields[.crossOriginResourcePolicy] == "same-origin")
    #expect(fields[try #require(HTTPField.Name("Referrer-Policy"))] == "no-referrer")
    #expect(
      fields[.contentSecurityPolicy]
        == "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
  }
}
