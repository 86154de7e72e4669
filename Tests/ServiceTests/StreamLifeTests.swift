import Service
import Testing

/// Where a stream stands.
@Suite struct StreamLifeTests {
  private typealias Step = @Sendable (inout StreamLife) -> Void
  private static let steps: [String: Step] = [
    "start": { $0.start() }, "initialize": { $0.initialize() }, "authenticate": { $0.authenticate() },
    "collect": { $0.collect() }, "fail": { $0.fail() }, "recover": { $0.recover() }, "stop": { $0.stop() },
  ]

  @Test(
    "it comes to where its steps lead",
    arguments: [
      ("", "Pending"), ("start", "Started"), ("start initialize", "Initialized"),
      ("start initialize authenticate", "Authenticated"), ("start initialize authenticate collect", "Collecting"),
      // Steps that do not lead on from there.
      ("initialize", "Pending"), ("authenticate", "Pending"), ("collect", "Pending"), ("start collect", "Started"),
      ("recover", "Pending"), ("start start", "Started"),
      // A page is proof of the credentials.
      ("start initialize collect", "Collecting"),
      ("fail", "Error"), ("start initialize fail", "Error"), ("start initialize fail recover", "Initialized"),
      ("start initialize authenticate collect fail fail", "Error"),
      ("start initialize authenticate collect fail recover", "Collecting"),
      ("start initialize authenticate collect fail collect", "Collecting"),
      // A sink may be down while Qualys answers.
      ("start initialize authenticate collect fail authenticate", "Error"),
      ("start initialize fail authenticate", "Error"), ("start initialize fail authenticate recover", "Authenticated"),
      ("start initialize authenticate fail start", "Started"),
      ("stop", "Stopping"), ("start fail stop", "Stopping"), ("stop start", "Stopping"), ("stop fail", "Stopping"),
    ]
  )
  func leads(steps: String, to state: String) {
    var life = StreamLife()
    for step in steps.split(separator: " ") { Self.steps[String(step)]?(&life) }
    #expect(life.state.rawValue == state)
  }
}
