internal import Qualys

extension PlanChecker {
  /// Reports streams of the state that the file does not have, first rounds that will not know where to begin, and rounds
  /// that took longer than there is time for.
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
    checkLengths(request.folders.lastRounds(folder), planned)
  }

  /// Reports streams whose last round took longer than the time from one to the next.
  private mutating func checkLengths(_ rounds: [String: FinishedRound], _ planned: [PlannedStream]) {
    for stream in planned {
      guard let every = stream.interval.map({ Int($0.components.seconds) }),
        let round = rounds[stream.name] ?? stream.previousName.flatMap({ rounds[$0] }), let length = round.length,
        length > every
      else { continue }
      let what = round.wasFull ?? false ? ", which asked for everything," : ""
      let pages = "\(RoundSize.number(round.pages)) page\(round.pages == 1 ? "" : "s")"
      let smallest = Interval.text(Interval.rounded(seconds: length))
      findings.add(
        Diagnostic(
          .warning,
          "the last round of '\(stream.name)'\(what) took \(Interval.text(Interval.rounded(seconds: length))) for \(pages), "
            + "longer than 'every: \(Interval.text(.seconds(every)))'",
          at: stream.source.location,
          help: round.wasFull ?? false
            ? "later rounds ask only for what changed; if the next one is as long, write 'every: \(smallest)' or more"
            : "write 'every: \(smallest)' or more, or ask for larger pages; 'check --online' says what the limits allow"
        )
      )
    }
  }
}
