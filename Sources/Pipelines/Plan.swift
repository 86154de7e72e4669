package import Qualys
package import Sinks

/// A checked pipeline: every cast that a run makes is proved here.
package struct Plan: Sendable {
  /// The pipeline's name, which keys its state.
  package let name: String
  /// Whose names are written: `sumo` or `qualys`.
  package let names: PlannedSetting
  /// Where refused records go, when the file says.
  package let deadLetters: String?
  /// How long they are kept, and how many bytes of them, when the file says.
  package let deadLetterLimits: DeadLetters.Limits?
  /// The folder whose saved answers stand for Qualys, as a path from where the program runs.
  package let replay: String?
  /// How Qualys is reached, when the file says.
  package let qualys: QualysSettings?
  /// The folder of the state, when the file says it, as a path from where the program runs.
  package let state: String?
  /// The file for health events, when the file says it.
  package let events: String?
  /// How many bytes are to stay free where a live run writes; 0 for any number.
  package let reserve: Int
  /// Which answers a live run keeps, when the file says it; the folder is a path from where the program runs.
  package let capture: CaptureSettings?
  /// Where the file says how Qualys is reached.
  package let qualysLocation: Location?
  /// The file that it was read from, and what of it nobody may see.
  let origin: (file: String, text: String, hidden: [Place])
  /// The streams to run, in the file's order.
  package private(set) var streams: [PlannedStream]

  /// The file that dead letters go into, unless the command line names a folder.
  package var deadLetterPath: String { deadLetters ?? "dead-letters/\(name).jsonl" }

  /// Whose data it is, as events say it: the platform's name, for a server's is nobody's business.
  package var account: String { qualys?.platform ?? "private" }

  /// Whether a run asks Qualys itself, or reads what a service that does so keeps.
  package var isLive: Bool { replay == nil && streams.contains { $0.callsQualys || $0.givesHealthEvents } }

  /// A finding about this pipeline as `check` would show it, with the line that it is about.
  package func shown(_ finding: Diagnostic) -> Diagnostic {
    var findings = Findings()
    findings.add(finding)
    return findings.sorted(file: origin.file, text: origin.text, hiding: origin.hidden)[0]
  }

  /// The same pipeline with only some of its streams.
  package func keeping(_ streams: [PlannedStream]) -> Plan {
    var plan = self
    plan.streams = streams
    return plan
  }

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
  /// Certificates to trust besides the system's, and those by which we are known: files in PEM, as paths from where the
  /// program runs.
  package var caFile: String?
  package var clientCertificate: String?
  package var clientKey: String?
  /// How many percent of the calls that Qualys allows are left for others.
  package var leave = 25
  /// How many calls may be under way at once; nil for as many as Qualys allows, less one.
  package var connections: Int?
}
