import Pipelines
import Streaming
import Testing

/// `${NAME}`: where it is looked up, and that nobody sees it.
@Suite struct SecretTests {
  private static let text = """
    qualys: { platform: US2, username: "${QUALYS_USERNAME}", password: "${QUALYS_PASSWORD}" }
    source: { files: x }
    stages: [decode-detections, add-fields: { Team: "${TEAM}-$${TEAM}" }, encode-json]
    sinks: [webhook: { url: "https://${USER}:${PASSWORD}@host/" }]
    """

  private static let values = ["QUALYS_USERNAME": "me", "QUALYS_PASSWORD": "hunter2", "TEAM": "secops"]

  private func request(_ environment: [String: String], files: [String: String] = [:]) -> PlanRequest {
    var request = PlanRequest.forTests(Self.text)
    request.secrets = SecretSource(environment: { environment[$0] }, file: { files[$0] })
    return request
  }

  @Test func looksInFourPlaces() throws {
    let request = request(
      ["QUALYS_USERNAME": "me", "QUALYS_PASSWORD_FILE": "/pw", "CREDENTIALS_DIRECTORY": "/credentials"],
      files: [
        "/pw": "hunter2\n", "/run/secrets/QUALYS_PASSWORD": "not this one", "/credentials/TEAM": "secops\r\n",
        "/run/secrets/USER": "u", "/run/secrets/PASSWORD": "p\n\n",
      ]
    )
    let (plan, diagnostics) = Plan.check(request)
    #expect(diagnostics.isEmpty)
    #expect(plan?.qualys?.username == "me" && plan?.qualys?.password == "hunter2")
    let stream = try #require(plan?.streams.first)
    #expect(stream.isComplete)
    #expect(stream.stages[1].options.text("Team") == "secops-${TEAM}")
    #expect(stream.sinks[0].options.text("url") == "https://u:p\n@host/")
    let explanation = try #require(plan?.explanation())
    #expect(explanation.contains("url  \"https://${USER}:${PASSWORD}@host/\""))
    #expect(!explanation.contains("hunter2") && !explanation.contains("secops"))
  }

  @Test func isAWarningInACheckAndAnErrorInARun() throws {
    var request = request(Self.values)
    let (plan, warnings) = Plan.check(request)
    #expect(warnings.map(\.severity) == [.warning, .warning])
    #expect(plan?.streams.first?.isComplete == false)
    request.requiresSecrets = true
    let (none, errors) = Plan.check(request)
    #expect(none == nil)
    #expect(errors.map(\.severity) == [.error, .error])
    #expect(errors.first?.message.hasPrefix("USER is not set (looked in the environment, USER_FILE,") == true)
  }

  @Test func isNoErrorInARunThatDoesNotUseIt() throws {
    var request = request(["TEAM": "secops"])
    request.requiresSecrets = true
    request.output = "out"
    let (plan, diagnostics) = Plan.check(request)
    // Neither Qualys nor the webhook is reached.
    #expect(diagnostics.isEmpty)
    #expect(plan?.streams.first?.isComplete == true)
  }

  @Test func nothingIsLookedUpWithoutEnvironment() throws {
    var request = request(Self.values)
    request.secrets = SecretSource(
      environment: { name in
        Issue.record("looked for \(name)")
        return nil
      },
      file: { _ in nil }
    )
    request.checksEnvironment = false
    let (plan, diagnostics) = Plan.check(request)
    #expect(diagnostics.isEmpty)
    #expect(plan?.streams.first?.isComplete == false)
  }

  @Test func unknownNumbersAreNotWrong() throws {
    var request = PlanRequest.forTests(
      "source: { files: x }\nstages: [decode-detections, encode-json]\nsinks: [gzip-file: { path: p, level: \"${L}\" }]"
    )
    request.checksEnvironment = false
    #expect(Plan.check(request).diagnostics.isEmpty)
  }

  @Test(
    arguments: [
      "name: '${HUNTER}!'", "after: '${HUNTER}'",
      "outputs: [{ name: '${HUNTER}!', sinks: [stdout] }, { name: '${HUNTER}!', sinks: [stdout] }]",
    ]
  )
  func theValueOfAWrongNameIsNotShown(line: String) {
    let (plan, diagnostics) = Plan.check(.forTests("\(line)\nsource: { files: x }\nstages: []\nsinks: [stdout]"))
    let messages = diagnostics.map(\.description).joined()
    #expect(plan == nil && messages.contains("'${HUNTER}"))
    #expect(!messages.contains("hunter2"), "\(messages)")
  }

  @Test func secretsInClearAreHiddenInTheExplanation() throws {
    let text = """
      source: { files: x }
      stages: [decode-detections, encode-json]
      sinks: [webhook: { url: "https://me:hunter2@host/", headers: { Authorization: hunter3 } }]
      """
    let explanation = try #require(Plan.check(.forTests(text)).plan?.explanation())
    #expect(!explanation.contains("hunter"))
    #expect(explanation.contains("url  ********"))
  }
}
