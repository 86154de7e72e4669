internal import Pipelines
internal import TestSupport

extension FuzzTarget {
  /// Pipeline files: a plan, or errors that say something; the same each time; never the value of a secret.
  static let pipelineFile = FuzzTarget(name: "pipeline-file") { input in
    let text = String(decoding: input.document, as: UTF8.self)
    var request = PlanRequest(text: text, file: "fuzz.yaml", registry: .standard)
    request.secrets = SecretSource(environment: { $0.hasPrefix("Q") ? secret : nil }, file: { _ in nil })
    request.folders = FolderAccess(problemWriting: { _ in nil }, exists: { $0.hasSuffix("saved") })
    request.requiresSecrets = input.hasChoice
    let (plan, findings) = Plan.check(request)
    let words = findings.map(\.description)
    try demand((plan == nil) == findings.contains { $0.severity == .error }, "a plan, or an error: \(words)")
    try demand(words.allSatisfy { !$0.isEmpty }, "a finding says nothing")
    try demand(Plan.check(request).diagnostics == findings, "checked again, other findings")
    let shown = words.joined() + (plan?.explanation() ?? "") + (plan?.graph ?? "")
    try demand(text.contains(secret) || !shown.contains(secret), "a secret is shown: \(shown)")
  }

  /// It cannot be a name, so that it is nowhere shown as one.
  private static let secret = "hunter2, and more"
}
