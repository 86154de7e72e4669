import Pipelines
import Qualys
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
    request.secrets = SecretSource(environment: { environment[$0] }, file: { files[$0].map { SecretFile($0) } })
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

  private static func file(_ mode: UInt32, isGiven: Bool, at path: String) -> SecretFile {
    let exposure = ExposedSecret(path, mode: mode, isGiven: isGiven)
    return SecretFile(exposure?.isRefused ?? false ? "" : "hunter2\n", exposure: exposure)
  }

  @Test("a file that is open to others is refused, by its place in the pipeline's file", arguments: [false, true])
  func refusesWhatOthersMayRead(requiresSecrets: Bool) throws {
    var request = request(["QUALYS_USERNAME": "me", "QUALYS_PASSWORD_FILE": "/pw", "TEAM": "secops", "USER": "u"])
    request.requiresSecrets = requiresSecrets
    request.secrets.file = { path in path == "/pw" ? Self.file(0o644, isGiven: false, at: path) : nil }
    request.text = Self.text.replacing("${PASSWORD}", with: "${USER}")
    let (plan, diagnostics) = Plan.check(request)
    #expect(plan == nil)
    #expect(
      diagnostics.map(\.description).joined().hasPrefix(
        """
        test.yaml:1:68: error: '/pw' holds a secret and is open to others (mode 0644)
            1 | qualys: { platform: US2, username: "${QUALYS_USERNAME}", password: "${QUALYS_PASSWORD}" }
        """
      ),
      "\(diagnostics)"
    )
    #expect(diagnostics.count == 1 && diagnostics[0].help == "chmod 600 '/pw'")
  }

  @Test func usesWhatOthersMayReadInAFolderOfSecretsAndSaysSo() throws {
    var request = request(["QUALYS_USERNAME": "me", "TEAM": "secops", "USER": "u", "PASSWORD": "p"])
    request.requiresSecrets = true
    request.secrets.file = { path in path.hasPrefix("/run") ? Self.file(0o444, isGiven: true, at: path) : nil }
    let (plan, diagnostics) = Plan.check(request)
    #expect(plan?.qualys?.password == "hunter2")
    #expect(diagnostics.map(\.severity) == [.warning])
    #expect(diagnostics[0].message == "'/run/secrets/QUALYS_PASSWORD' holds a secret and is open to others (mode 0444)")
  }

  @Test("a pipeline file with a secret in clear that others may read is told of", arguments: [0o644, 0o600])
  func clearSecretInAnOpenFile(mode: UInt32) {
    var request = PlanRequest.forTests(
      "source: { files: x }\nstages: [decode-detections, encode-json]\nsinks: [webhook: { url: \"https://me:pw@host/\" }]"
    )
    request.secrets.file = { path in path == "test.yaml" ? Self.file(mode, isGiven: false, at: path) : nil }
    let messages = Plan.check(request).diagnostics.map(\.description)
    let told =
      "test.yaml: warning: 'test.yaml' holds a secret and is open to others (mode 0644)\n  help: chmod 600 'test.yaml'"
    #expect(messages.contains(told) == (mode == 0o644), "\(messages)")
  }

  @Test("the client's key is a secret, too", arguments: [0o640, 0o600])
  func clientKey(mode: UInt32) {
    let qualys = #"qualys: { platform: US2, username: "${HUNTER}", password: "${HUNTER}", "#
    var request = PlanRequest.forTests(
      qualys + "client-certificate: c.pem, client-key: k.pem }\nstart: all\nsource: detections\n"
        + "stages: [decode-detections, encode-json]\nsinks: [stdout]",
      file: "folder/test.yaml"
    )
    request.secrets.file = { path in path == "folder/k.pem" ? Self.file(mode, isGiven: false, at: path) : nil }
    let errors = Plan.check(request).diagnostics.filter { $0.severity == .error }.map(\.message)
    #expect(errors == (mode == 0o600 ? [] : ["'folder/k.pem' holds a secret and is open to its group (mode 0640)"]))
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
