/// A checked pipeline: every cast that a run makes is proved here.
package struct Plan: Sendable {
  /// The pipeline's name, which keys its state.
  package let name: String
  /// Whose names are written: `sumo` or `qualys`.
  package let names: PlannedSetting
  /// Where refused records go, when the file says.
  package let deadLetters: String?
  /// The folder whose saved answers stand for Qualys, as a path from where the program runs.
  package let replay: String?
  /// How Qualys is reached, when the file says.
  package let qualys: QualysSettings?
  /// The streams to run, in the file's order.
  package let streams: [PlannedStream]

  /// Checks a pipeline file; says everything that is the matter with it at once.
  ///
  /// - Returns: The plan, nil when a finding is an error, and the findings in the file's order.
  package static func check(_ request: PlanRequest) -> (plan: Plan?, diagnostics: [Diagnostic]) {
    var checker = PlanChecker(request)
    let plan = checker.check()
    let diagnostics = checker.findings.sorted(
      file: request.file,
      text: request.text,
      hiding: checker.hiddenPlaces
    )
    return (diagnostics.contains { $0.severity == .error } ? nil : plan, diagnostics)
  }
}

/// How Qualys is reached, as the file says it.
package struct QualysSettings: Sendable, Equatable {
  /// The platform's name, such as `US2`.
  package var platform: String?
  /// The API server, instead of a platform.
  package var server: String?
  /// The gateway of the asset API, instead of a platform.
  package var gateway: String?
  /// The user's name; nil when it could not be looked up.
  package var username: String?
  /// The password; nil when it could not be looked up.
  package var password: String?
  /// Versions of endpoints, by the word of their source.
  package var versions: [String: String] = [:]
}
