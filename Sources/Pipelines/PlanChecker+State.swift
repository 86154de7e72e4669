internal import Qualys

extension PlanChecker {
  /// Reports streams of the state that the file does not have, and first rounds that will not know where to begin.
  ///
  /// Only in a check; a run asks the state itself.
  ///
  /// - Parameter names: Those of all streams of the file, of today and before.
  mutating func checkState(of file: PipelineFile, names: Set<String>, _ planned: [PlannedStream]) {
    guard request.checksEnvironment, !request.requiresSecrets, !hasReplay, hasQualys else { return }
    let folder = StateFolder.path(
      of: file.name,
      option: nil,
      file: file.state.map { path(of: $0) },
      environment: request.secrets.environment
    )
    let known = request.folders.streamsOfState(folder)
    for name in known ?? [] where !names.contains(name) {
      findings.add(
        Diagnostic(
          .warning,
          "the state in '\(folder)' has a stream '\(name)', which the file does not have",
          at: nil,
          help: "if it has another name now, write 'previously: \(name)' there, so that it goes on where it was"
        )
      )
    }
    for stream in planned where stream.needsBeginning && stream.beginning == nil {
      if (known ?? []).contains(stream.name) || (known ?? []).contains(stream.previousName ?? "") { continue }
      findings.add(
        Diagnostic(
          .warning,
          "the first round of '\(stream.name)' does not know since when to ask",
          at: stream.source.location,
          help: "write 'start: all' for everything, or 'start: 2026-11-01'; or give 'run --since' once"
        )
      )
    }
  }
}
